"""A party that cannot sit together, split as kindly as can be.

The least of (people alone, sections, pieces, row span, orphans, rank sum, chart positions).
All that comes before the row span follows from the lengths of the free stretches alone:
that is the *goal*. Then the narrowest rows that reach it are looked through exactly.
Source: spec.md 4.2, step 5.
"""

import re
from collections.abc import Iterator
from itertools import groupby

from boxoffice.houses import House, both
from boxoffice.lengths import Goal, Lengths, Stretch
from boxoffice.offers import Request
from boxoffice.pieces import Choice, Pieces

UNBROKEN = re.compile(b"\x01+")


class Stretches:
    """The free stretches of one house for one kind of request.

    It reads the house's changes from where it last stopped.
    """

    def __init__(self, house: House, request: Request) -> None:
        self._house = house
        self._request = request
        self._wished = house.wished(request)
        self._read = len(house.changes)
        self._blocks = [self._stretches(block) for block in range(len(house.bounds))]
        self._lengths = Lengths(stretch for block in self._blocks for stretch in block)

    def split(self, count: int) -> list[int]:
        """Choose the slots for a party that fits in the house, but in no window of it.

        There must be as many candidates as people. Source: spec.md 4.2, step 5.
        """
        self._catch_up()
        goal = self._lengths.goal(count)
        least = self._lengths.least_useful(goal, count)
        useful = (
            stretch
            for block in self._blocks
            for stretch in block
            if stretch.stop - stretch.start >= least[stretch.section]
        )
        rows = [list(row) for _, row in groupby(useful, key=lambda stretch: stretch.row)]
        public = self._house.public(self._request.released)
        pieces = Pieces(self._house, public, count, goal)
        return list(min(_choices(rows, goal, pieces))[-1])

    def _catch_up(self) -> None:
        spoilt = set(self._house.changes[self._read :])
        self._read = len(self._house.changes)
        for block in spoilt:
            self._lengths.remove(self._blocks[block])
            self._blocks[block] = self._stretches(block)
            self._lengths.add(self._blocks[block])

    def _stretches(self, number: int) -> list[Stretch]:
        first, last = self._house.bounds[number]
        candidates = both(self._house.free[first:last], self._wished[first:last])
        row = self._house.chart.blocks[number].row
        section = self._house.chart.rows[row].section
        return [
            Stretch(first + found.start(), first + found.end(), row, section)
            for found in UNBROKEN.finditer(candidates)
        ]


def _choices(rows: list[list[Stretch]], goal: Goal, pieces: Pieces) -> Iterator[Choice]:
    """The best choice of every window of rows, and where one section will do, of each."""
    for low, high in _narrowest(rows, goal, pieces.count):
        window = [stretch for row in rows[low : high + 1] for stretch in row]
        if goal.sections > 1:
            yield from pieces.best(window)
            continue
        for section in sorted({stretch.section for stretch in window}):
            yield from pieces.best([s for s in window if s.section == section])


def _narrowest(rows: list[list[Stretch]], goal: Goal, count: int) -> list[tuple[int, int]]:
    """Find all windows of rows, first to last, that reach the goal with the least span."""
    lengths = Lengths()
    found: list[tuple[int, int, int]] = []
    high = -1
    for low, row in enumerate(rows):
        while not (reached := lengths.reach(goal, count)) and high + 1 < len(rows):
            high += 1
            lengths.add(rows[high])
        if not reached:
            break
        found.append((rows[high][0].row - row[0].row, low, high))
        lengths.remove(row)
    least = min(span for span, _, _ in found)
    return [(low, high) for span, low, high in found if span == least]
