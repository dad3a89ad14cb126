"""Seats as dots of a path, each told from the one before: thousands of them in few bytes.

What was drawn of a part is kept by what is available of it, so it can never be old.
"""

import threading
from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import pairwise
from weakref import WeakKeyDictionary

from kiosk.shown.parts import MapSection, Part

# So many states of one part: what guests at the same moment see differs in a seat or two.
MOST_KEPT = 4

_Key = tuple[frozenset[str], int]
_Places = tuple[tuple[str, tuple[int, int]], ...]
_kept: WeakKeyDictionary[Part, dict[_Key, tuple[str, str]]] = WeakKeyDictionary()
_rounded: WeakKeyDictionary[Part, dict[int, _Places]] = WeakKeyDictionary()
_one_at_a_time = threading.Lock()


def of_part(section: MapSection, step_cm: int) -> tuple[str, str]:
    """Draw a part's seats, those not available and those available.

    step_cm: how exact places are.
    """
    key = (section.available, step_cm)
    with _one_at_a_time:
        kept = _kept.setdefault(section.part, {})
        found = kept.get(key)
        if found is None:
            while len(kept) >= MOST_KEPT:
                kept.pop(next(iter(kept)))
            found = kept[key] = _drawn(section, step_cm)
        return found


def of_seats(sections: Sequence[MapSection], codes: Collection[str], step_cm: int) -> str:
    """Draw some seats, in whichever of these parts they are."""
    seats = [seat.shown for part in sections for seat in part.named(codes)]
    return _path(
        [
            (_steps(seat.x_m, step_cm), _steps(seat.y_m, step_cm))
            for seat in seats
            if seat.x_m is not None and seat.y_m is not None
        ],
        step_cm,
    )


def _drawn(section: MapSection, step_cm: int) -> tuple[str, str]:
    taken: list[tuple[int, int]] = []
    free: list[tuple[int, int]] = []
    available = section.available
    for code, place in _places(section.part, step_cm):
        (free if code in available else taken).append(place)
    return _path(taken, step_cm), _path(free, step_cm)


def _places(part: Part, step_cm: int) -> _Places:
    """Round the places of a part, once for its plan."""
    kept = _rounded.setdefault(part, {})
    if step_cm not in kept:
        kept[step_cm] = tuple(
            (code, (_steps(x, step_cm), _steps(y, step_cm))) for code, x, y in part.spots
        )
    return kept[step_cm]


def _path(places: Sequence[tuple[int, int]], step_cm: int) -> str:
    """Tell each place from the one before; these are rounded, so no error adds up."""
    if not places:
        return ""
    x, y = _number(places[0][0], step_cm), _number(places[0][1], step_cm)
    moves = [
        _dot(here[0] - before[0], here[1] - before[1], step_cm)
        for before, here in pairwise(places)
    ]
    return f"M{x} {y}z{''.join(moves)}"


@lru_cache(maxsize=4096)
def _dot(x: int, y: int, step_cm: int) -> str:
    across, back = _number(x, step_cm), _number(y, step_cm)
    # A sign parts two numbers, and so does a second point.
    apart = back[0] == "-" or (back[0] == "." and "." in across)
    return f"m{across}{'' if apart else ' '}{back}z"


def _number(steps: int, step_cm: int) -> str:
    """Write metres as short as a path may have them: .6 for 0.60."""
    metres = f"{steps * step_cm / 100:.2f}".rstrip("0").rstrip(".")
    return metres.replace("0.", ".", 1) if metres.lstrip("-").startswith("0.") else metres


def _steps(length_m: float, step_cm: int) -> int:
    return round(length_m * 100 / step_cm)
