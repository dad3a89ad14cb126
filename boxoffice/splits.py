"""A party that cannot sit together, split as kindly as can be.

The least of (people alone, sections, pieces, row span, orphans, rank sum, chart positions).
A *stretch* is an unbroken line of candidates; two pieces in one stretch would be better as
one, so a stretch holds one piece at most. All that comes before the row span follows from
the lengths of the stretches alone: that is the *goal*. Then the narrowest rows that reach
it are looked through exactly (`boxoffice.pieces`). Source: spec.md 4.2, step 5.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from boxoffice.houses import House, both
from boxoffice.lengths import Goal, Lengths
from boxoffice.offers import Request
from boxoffice.pieces import Choice, Pieces, Stretch

UNBROKEN = re.compile(b"\x01+")


def split(house: House, request: Request) -> list[int]:
    """Choose the slots for a party that fits in the house, but in no window of it.

    There must be as many candidates as people. Source: spec.md 4.2, step 5.
    """
    count = request.count
    rows = [
        list(row) for _, row in groupby(_stretches(house, request), key=lambda s: s.row)
    ]
    goal = _lengths(count, rows).goal()
    assert goal is not None, "somebody counted candidates that are not there"
    pieces = Pieces(house, house.public(request.released), count, goal)
    return list(min(_choices(rows, goal, pieces))[2])


def _stretches(house: House, request: Request) -> Iterator[Stretch]:
    candidates = both(house.free, house.wished(request))
    for found in UNBROKEN.finditer(candidates):
        block = house.chart.block_of[house.places[found.start()]]
        row = house.chart.blocks[block].row
        yield Stretch(*found.span(), block, row, house.chart.rows[row].section)


def _choices(rows: list[list[Stretch]], goal: Goal, pieces: Pieces) -> Iterator[Choice]:
    for low, high in _narrowest(rows, goal, pieces.count):
        window = [stretch for row in rows[low : high + 1] for stretch in row]
        if goal.sections > 1:
            yield from pieces.best(window)
            continue
        for section in {stretch.section for stretch in window}:
            yield from pieces.best([s for s in window if s.section == section])


def _narrowest(rows: list[list[Stretch]], goal: Goal, count: int) -> list[tuple[int, int]]:
    """Find all windows of rows, first to last, that reach the goal with the least span."""
    lengths = Lengths(count)
    found: list[tuple[int, int, int]] = []
    high = -1
    for low, row in enumerate(rows):
        while not lengths.reach(goal) and high + 1 < len(rows):
            high += 1
            lengths.add(rows[high])
        if not lengths.reach(goal):
            break
        found.append((rows[high][0].row - row[0].row, low, high))
        lengths.remove(row)
    least = min(span for span, _, _ in found)
    return [(low, high) for span, low, high in found if span == least]


def _lengths(count: int, rows: Iterable[Iterable[Stretch]]) -> Lengths:
    lengths = Lengths(count)
    for row in rows:
        lengths.add(row)
    return lengths
