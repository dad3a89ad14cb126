"""Which seats are best, by rule: rank 1 is offered first. Source: INV7, spec.md 4.2."""

import math
from collections.abc import Callable, Mapping

Coords = Mapping[str, tuple[float, float]]
# A person looks from about a third of the depth; the height of a level counts as distance.
BEST_DEPTH = 0.3


def by_middle(coords: Coords) -> tuple[str, ...]:
    """Rank by the distance to the middle of the front third.

    Off the axis is worse than a row further back: half as much again.
    """
    middle, front, back = _house(coords)
    depth = front + (back - front) * BEST_DEPTH

    def distance(code: str) -> tuple[float, str]:
        x, y = coords[code]
        return round(math.hypot(1.5 * (x - middle), y - depth), 3), code

    return tuple(sorted(coords, key=distance))


def by_front(coords: Coords) -> tuple[str, ...]:
    """Rank row by row from the stage, each from the middle outwards."""
    middle, _, _ = _house(coords)

    def place(code: str) -> tuple[float, float, str]:
        x, y = coords[code]
        return round(y, 1), round(abs(x - middle), 3), code

    return tuple(sorted(coords, key=place))


def by_back(coords: Coords) -> tuple[str, ...]:
    """Rank row by row from the back, each from the middle outwards."""
    return by_front({code: (x, -y) for code, (x, y) in coords.items()})


def _house(coords: Coords) -> tuple[float, float, float]:
    xs, ys = [x for x, _ in coords.values()], [y for _, y in coords.values()]
    return (min(xs) + max(xs)) / 2, min(ys), max(ys)


# What staff may choose: the rule, and what it says of itself.
RULES: dict[str, tuple[Callable[[Coords], tuple[str, ...]], str]] = {
    "middle": (by_middle, "Middle of the front third first"),
    "front": (by_front, "Front rows first, middle before sides"),
    "back": (by_back, "Back rows first, middle before sides"),
}


def rule_of(best_first: tuple[str, ...], coords: Coords) -> str:
    """Name the rule that a house was ranked by; blank, it was ranked by hand."""
    if not coords or set(best_first) != set(coords):
        return ""
    return next((n for n, (rule, _) in RULES.items() if rule(coords) == best_first), "")
