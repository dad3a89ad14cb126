"""How well a party can be split, told by the lengths of free stretches alone.

A stretch is an unbroken line of candidates. It holds one piece of a split party at most:
two pieces in it would be better as one. Source: spec.md 4.2, step 5.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Stretch:
    """An unbroken line of candidates: slots start…stop, half open."""

    start: int
    stop: int
    row: int
    section: str

    @property
    def length(self) -> int:
        """Count its seats."""
        return self.stop - self.start


class Goal(NamedTuple):
    """The best that lengths allow, in the order in which it matters."""

    alone: int
    sections: int
    pieces: int


# People alone, pieces.
Cost = tuple[int, int]


class Lengths:
    """How many stretches of each length some rows have, section by section."""

    def __init__(self, stretches: Iterable[Stretch] = ()) -> None:
        self._sections: dict[str, dict[int, int]] = {}
        self.add(stretches)

    def add(self, stretches: Iterable[Stretch], weight: int = 1) -> None:
        """Count these stretches too."""
        for stretch in stretches:
            lengths = self._sections.setdefault(stretch.section, {})
            length = stretch.length
            number = lengths.get(length, 0) + weight
            if number:
                lengths[length] = number
            else:
                del lengths[length]

    def remove(self, stretches: Iterable[Stretch]) -> None:
        """Count these stretches no longer."""
        self.add(stretches, -1)

    def goal(self, count: int) -> Goal:
        """Find the least (alone, sections, pieces) for a party that fits."""
        overall = _cost(_joined(self._sections.values()), count)
        assert overall is not None, "there are fewer candidates than people"
        alone = overall[0]
        costs = [_cost(lengths, count) for lengths in self._sections.values()]
        in_one = [cost[1] for cost in costs if cost and cost[0] == alone]
        if in_one:
            return Goal(alone, 1, min(in_one))
        over_several = self._over_sections(alone, count, count)
        assert over_several is not None, "all sections together seat the party"
        return over_several

    def reach(self, goal: Goal, count: int) -> bool:
        """Say whether these stretches alone reach the goal of the whole house."""
        if goal.sections > 1:
            everything = _joined(self._sections.values())
            return (
                _room(everything, goal.pieces) >= count
                and self._over_sections(goal.alone, count, goal.sections) == goal
            )
        return any(
            _room(lengths, goal.pieces) >= count
            and _cost(lengths, count) == (goal.alone, goal.pieces)
            for lengths in self._sections.values()
        )

    def least_useful(self, goal: Goal, count: int) -> dict[str, int]:
        """By section, the least length of a stretch that can help to reach the goal."""
        everything = _joined(self._sections.values())
        least = 1 if goal.alone else 2
        return {
            section: max(
                least,
                count
                - _room(everything if goal.sections > 1 else lengths, goal.pieces - 1),
            )
            for section, lengths in self._sections.items()
        }

    def _over_sections(self, alone: int, count: int, most: int) -> Goal | None:
        """Share the party over as few sections as can be, with no more people alone."""
        # By number of sections, then by people seated in them: the least number of pieces.
        tables: list[dict[int, Cost]] = [{0: (0, 0)}]
        alike = Counter(
            tuple(sorted(lengths.items())) for lengths in self._sections.values()
        )
        for lengths, number in alike.items():
            possible = [
                cost for cost in _costs(dict(lengths), count) if cost[1][0] <= alone
            ]
            # Of sections that are alike, no more can be needed than there may be in all.
            for _ in range(min(number, most) if possible else 0):
                if len(tables) <= most:
                    tables.append({})
                for used in range(len(tables) - 2, -1, -1):
                    _spread(tables[used], tables[used + 1], possible, (alone, count))
        goals = (
            Goal(alone, sections, table[count][1])
            for sections, table in enumerate(tables)
            if count in table
        )
        return min(goals, default=None)


def _spread(
    fewer: dict[int, Cost],
    more: dict[int, Cost],
    possible: list[tuple[int, Cost]],
    limit: tuple[int, int],
) -> None:
    """Seat some people in one more section wherever that is cheaper, within the limit."""
    most_alone, count = limit
    for seated, (alone, pieces) in fewer.items():
        for others, (others_alone, others_pieces) in possible:
            if seated + others > count:
                break
            total = (alone + others_alone, pieces + others_pieces)
            known = more.get(seated + others)
            if total[0] <= most_alone and (known is None or total < known):
                more[seated + others] = total


def _joined(sections: Iterable[Mapping[int, int]]) -> dict[int, int]:
    joined: dict[int, int] = {}
    for lengths in sections:
        for length, number in lengths.items():
            joined[length] = joined.get(length, 0) + number
    return joined


def _room(lengths: Mapping[int, int], pieces: int) -> int:
    """How many people the longest stretches hold."""
    room = 0
    for length in sorted(lengths, reverse=True):
        taken = min(pieces, lengths[length])
        room += taken * length
        pieces -= taken
        if not pieces:
            break
    return room


def _sums(lengths: Mapping[int, int], count: int) -> list[int]:
    """How many people the longest stretches hold, by their number, until a party fits."""
    sums = [0]
    for length in sorted(lengths, reverse=True):
        for _ in range(lengths[length] if length > 1 else 0):
            if sums[-1] < count:
                sums.append(sums[-1] + length)
    return sums


def _cost(lengths: Mapping[int, int], count: int) -> Cost | None:
    """The least (alone, pieces) for so many people, one piece per stretch."""
    return _cost_of(_sums(lengths, count), sum(lengths.values()), count)


def _costs(lengths: Mapping[int, int], count: int) -> list[tuple[int, Cost]]:
    """All that a party can leave to others: people seated, and the least cost of them."""
    sums, stretches = _sums(lengths, count), sum(lengths.values())
    costs = ((seated, _cost_of(sums, stretches, seated)) for seated in range(1, count))
    return [(seated, cost) for seated, cost in costs if cost]


def _cost_of(sums: list[int], stretches: int, count: int) -> Cost | None:
    for alone in range(count + 1):
        together = count - alone
        pieces = bisect_left(sums, together)
        if pieces == len(sums):
            continue
        if 2 * pieces <= together and alone <= stretches - pieces:
            return alone, alone + pieces
    return None
