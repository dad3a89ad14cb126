"""How well a party can be split, told by the lengths of free stretches alone."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from itertools import accumulate
from typing import NamedTuple, Protocol


class Stretch(Protocol):
    """What matters here of an unbroken line of candidates."""

    @property
    def length(self) -> int: ...
    @property
    def section(self) -> str: ...


class Goal(NamedTuple):
    """The best that lengths allow, in the order in which it matters."""

    alone: int
    sections: int
    pieces: int


# People alone, pieces.
Cost = tuple[int, int]


class Lengths:
    """How many stretches of each length some rows have, section by section."""

    def __init__(self, count: int) -> None:
        """count: people in the party; a longer stretch is as good as one of this length."""
        self._count = count
        self._sections: defaultdict[str, list[int]] = defaultdict(lambda: [0] * (count + 1))
        self._all = [0] * (count + 1)

    def add(self, stretches: Iterable[Stretch], weight: int = 1) -> None:
        """Count these stretches too."""
        for stretch in stretches:
            length = min(stretch.length, self._count)
            self._sections[stretch.section][length] += weight
            self._all[length] += weight

    def remove(self, stretches: Iterable[Stretch]) -> None:
        """Count these stretches no longer."""
        self.add(stretches, -1)

    def reach(self, goal: Goal) -> bool:
        """Say whether these stretches do as well as the whole house."""
        # The longest stretches hold the party, or the rest need not be asked.
        return _longest_sum(self._all, goal.pieces) >= self._count and self.goal() == goal

    def goal(self) -> Goal | None:
        """Find the least (alone, sections, pieces); None if the party does not fit."""
        overall = _cost(self._all, self._count)
        if overall is None:
            return None
        alone = overall[0]
        costs = [_cost(lengths, self._count) for lengths in self._sections.values()]
        within_one = [cost[1] for cost in costs if cost and cost[0] == alone]
        return Goal(alone, 1, min(within_one)) if within_one else self._over_sections(alone)

    def _over_sections(self, alone: int) -> Goal:
        """Share the party over as few sections as leave no more people alone."""
        # By number of sections, then by people seated in them: the least cost.
        tables: list[dict[int, Cost]] = [{0: (0, 0)}]
        for lengths in self._sections.values():
            costs = [(seated, _cost(lengths, seated)) for seated in range(1, self._count)]
            possible = [(seated, cost) for seated, cost in costs if cost]
            if len(tables) <= self._count:
                tables.append({})
            for used in range(len(tables) - 2, -1, -1):
                _spread(tables[used], tables[used + 1], possible, self._count)
        return min(
            Goal(table[self._count][0], sections, table[self._count][1])
            for sections, table in enumerate(tables)
            if self._count in table and table[self._count][0] == alone
        )


def _spread(
    fewer: dict[int, Cost],
    more: dict[int, Cost],
    possible: list[tuple[int, Cost]],
    count: int,
) -> None:
    """Seat some people in one more section wherever that is cheaper."""
    for seated, (alone, pieces) in fewer.items():
        for others, cost in possible:
            if seated + others > count:
                break
            total = (alone + cost[0], pieces + cost[1])
            if total < more.get(seated + others, (count + 1, 0)):
                more[seated + others] = total


def _longest_sum(lengths: list[int], number: int) -> int:
    total = 0
    for length in range(len(lengths) - 1, 0, -1):
        taken = min(number, lengths[length])
        total += taken * length
        number -= taken
    return total


def _cost(lengths: list[int], count: int) -> Cost | None:
    """Find the least (alone, pieces) that seats so many people, one piece per stretch."""
    stretches = sum(lengths)
    longest = [
        length
        for length in range(len(lengths) - 1, 1, -1)
        for _ in range(min(lengths[length], count))
    ]
    sums = [0, *accumulate(longest[:count])]
    for alone in range(count + 1):
        together = count - alone
        pieces = bisect_left(sums, together)
        if pieces == len(sums):
            continue
        if 2 * pieces <= together and alone <= stretches - pieces:
            return alone, alone + pieces
    return None
