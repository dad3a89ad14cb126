"""The best window of every block: neighbours for one party, kept from sale to sale.

A window is n neighbouring candidates in one block. Sums of ranks slide, so a window costs
O(1); a sale spoils only its own block, so the next offer is a minimum over blocks.
Source: spec.md 4.2.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from heapq import heapify, heappop, heappush

from boxoffice.houses import BLANKS, House, both
from boxoffice.offers import Request

# Orphans (0 while nobody minds them), rank sum, worst rank, first slot. Slots grow in
# chart order: row, then position.
Window = tuple[int, int, int, int]

# A heap keeps outdated windows until they come up; with this many per block it is cleaned.
STALE_PER_BLOCK = 4


class Ranking:
    """The blocks of one house by their best window for one kind of request.

    It reads the house's changes from where it last stopped.
    """

    def __init__(self, house: House, request: Request) -> None:
        self._house = house
        self._request = request
        self._wished = house.wished(request)
        self._stretches = re.compile(b"\x01{%d,}" % request.count)
        self._read = len(house.changes)
        self._ages = [0] * len(house.bounds)
        self._of_block: list[tuple[Window | None, Window | None]] = [
            (None, None) for _ in house.bounds
        ]
        self._anywhere: list[tuple[Window, int, int]] = []
        self._aisle: list[tuple[Window, int, int]] = []
        for block in range(len(house.bounds)):
            self._rank(block)

    def best(self) -> Window | None:
        """Find the best window of the house; None if there is none."""
        self._catch_up()
        return self._top(self._aisle) or self._top(self._anywhere)

    def best_of(self, blocks: Iterable[int]) -> Window | None:
        """Find the best window of some blocks; None if there is none."""
        self._catch_up()
        found = [self._of_block[block] for block in blocks]
        aisle = [beside for _, beside in found if beside]
        return min(aisle or [anywhere for anywhere, _ in found if anywhere], default=None)

    def _catch_up(self) -> None:
        spoilt = set(self._house.changes[self._read :])
        self._read = len(self._house.changes)
        for block in spoilt:
            self._ages[block] += 1
            self._rank(block)

    def _rank(self, block: int) -> None:
        """Note the best window of a block, and with an aisle wished the best beside one."""
        first, last = self._house.bounds[block]
        anywhere: Window | None = None
        aisle: Window | None = None
        for window in self._windows(block):
            if anywhere is None or window < anywhere:
                anywhere = window
            if self._request.aisle:
                start = window[3]
                beside = start == first or start + self._request.count == last
                if beside and (aisle is None or window < aisle):
                    aisle = window
        self._of_block[block] = anywhere, aisle
        age = self._ages[block]
        if anywhere:
            self._note(self._anywhere, (anywhere, block, age))
        if aisle:
            self._note(self._aisle, (aisle, block, age))

    def _windows(self, block: int) -> Iterator[Window]:
        """All windows of a block that could still be its best."""
        house, count, accessible = (
            self._house,
            self._request.count,
            self._request.accessible,
        )
        first, last = house.bounds[block]
        candidates = both(house.free[first:last], self._wished[first:last])
        sums, wheels, ranks = house.rank_sums, house.accessible_sums, house.ranks
        orphans = self._orphans(block)
        for stretch in self._stretches.finditer(candidates):
            start, stop = stretch.span()
            for slot in range(first + start, first + stop - count + 1):
                end = slot + count
                if accessible and wheels[end] - wheels[slot] != accessible:
                    continue
                yield orphans(slot), sums[end] - sums[slot], max(ranks[slot:end]), slot

    def _orphans(self, block: int) -> Callable[[int], int]:
        """Say how to count the seats that a window, by its first slot, would strand."""
        house, count = self._house, self._request.count
        if not self._request.avoid_orphans:
            return lambda slot: 0
        if house.spacing and not house.spacing.policy.within_blocks:
            public = house.public(self._request.released)
            return lambda slot: len(house.stranded(range(slot, slot + count), public))
        first, last = house.bounds[block]
        side = house.spacing.side_in(house.chart.blocks[block].row) if house.spacing else 0
        # The blanks beside the block are part of the picture, so that no end is special.
        margin = first - BLANKS
        public = both(
            house.free[margin : last + BLANKS],
            house.open_to_all(self._request.released)[margin : last + BLANKS],
        )

        def count_ends(slot: int) -> int:
            low = max(first, slot - side) - margin
            high = min(last, slot + count + side) - margin
            return (public[low] and public[low - 1] and not public[low - 2]) + (
                public[high - 1] and public[high] and not public[high + 1]
            )

        return count_ends

    def _note(
        self, heap: list[tuple[Window, int, int]], entry: tuple[Window, int, int]
    ) -> None:
        heappush(heap, entry)
        if len(heap) > STALE_PER_BLOCK * len(self._ages):
            heap[:] = [kept for kept in heap if kept[2] == self._ages[kept[1]]]
            heapify(heap)

    def _top(self, heap: list[tuple[Window, int, int]]) -> Window | None:
        while heap:
            window, block, age = heap[0]
            if age == self._ages[block]:
                return window
            heappop(heap)
        return None
