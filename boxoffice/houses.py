"""Which seats of one performance are free, laid out so that neighbours are slices.

Blocks lie one behind the other in *slots* with two blank slots between them, so that no
question about a seat's neighbours has to ask where its block ends. A house only remembers
what it was told; buffers of distancing are derived from the seats of other orders.
"""

from collections.abc import Collection, Iterable, Sequence
from itertools import accumulate

from boxoffice.charts import Chart, SeatType
from boxoffice.distancing import Policy, Spacing
from boxoffice.offers import Released, Request

BLANKS = 2


class House:
    """The free seats of one performance; `changes` lists every block that changed, in turn.

    free: by slot, 1 for a free seat.
    slots: by place of the chart, its slot. places: by slot, its place, or -1.
    bounds: by block, its first slot and the slot after its last.
    """

    def __init__(self, chart: Chart, policy: Policy | None = None) -> None:
        self.chart = chart
        self.spacing = Spacing(chart, policy) if policy else None
        self.bounds: list[tuple[int, int]] = []
        self.slots: list[int] = []
        self.places: list[int] = [-1] * BLANKS
        for block in chart.blocks:
            first = len(self.places)
            self.places += range(block.start, block.stop)
            self.slots += range(first, len(self.places))
            self.bounds.append((first, len(self.places)))
            self.places += [-1] * BLANKS
        self.ranks = self.spread(chart.ranks)
        self.rank_sums = [0, *accumulate(self.ranks)]
        self.accessible = bytes(
            self.spread(
                [chart.type_of(seat) is SeatType.ACCESSIBLE for seat in chart.seats]
            )
        )
        self.accessible_sums = [0, *accumulate(self.accessible)]
        self.free = bytearray(self.spread([1] * len(chart.seats)))
        self.changes: list[int] = []
        self._unavailable: set[str] = set()
        self._occupied: set[str] = set()
        self._pressed = [0] * len(chart.seats)
        self._open: dict[Released, bytes] = {}
        self._levels: dict[frozenset[str] | None, bytes] = {}

    def spread(self, by_place: Sequence[int]) -> list[int]:
        """Turn a list by place into one by slot, with 0 in the blanks."""
        return [by_place[place] if place >= 0 else 0 for place in self.places]

    def update(self, unavailable: Collection[str], occupied: Collection[str] = ()) -> None:
        """Make these, and no others, the seats that cannot be had.

        unavailable: for whatever reason. occupied: held or bought by other orders, so that
        they have buffers. Raises UnknownSeat before anything changes.
        """
        now, taken = set(unavailable), set(occupied)
        # Both are large and differ little from before: compare them once.
        moved, resold = now ^ self._unavailable, taken ^ self._occupied
        self.chart.check(moved & now, "the unavailable seats")
        self.chart.check(resold & taken, "the other orders")
        self._unavailable, self._occupied = now, taken
        self._press(resold & taken, 1)
        self._press(resold - taken, -1)
        self._refresh(moved | resold)

    def take(self, seats: Collection[str]) -> None:
        """Another order has these seats now. Raises UnknownSeat."""
        self.chart.check(seats, "the seats taken")
        fresh = set(seats) - self._occupied
        self._occupied |= fresh
        self._press(fresh, 1)
        self._refresh(fresh)

    def give_back(self, seats: Collection[str]) -> None:
        """These seats are free again, whoever had them. Raises UnknownSeat."""
        self.chart.check(seats, "the seats given back")
        left = set(seats) & self._occupied
        self._occupied -= left
        self._unavailable.difference_update(seats)
        self._press(left, -1)
        self._refresh(seats)

    def public(self, released: Released) -> bytes:
        """Mark by slot the free seats that everybody may buy."""
        return both(self.free, self.open_to_all(released))

    def open_to_all(self, released: Released) -> bytes:
        """Mark by slot the seats that everybody may buy, free or not."""
        if released not in self._open:
            self._open[released] = bytes(self.spread(released.public(self.chart)))
        return self._open[released]

    def at_level(self, levels: frozenset[str] | None) -> bytes:
        """Mark by slot the seats of these price levels, free or not; None, of any."""
        if levels not in self._levels:
            wished = [
                levels is None or self.chart.levels.get(seat) in levels
                for seat in self.chart.seats
            ]
            self._levels[levels] = bytes(self.spread(wished))
        return self._levels[levels]

    def wished(self, request: Request) -> bytes:
        """Mark by slot the seats that a request may be given while they are free."""
        level = self.at_level(request.levels)
        return (
            level if request.accessible else both(level, self.open_to_all(request.released))
        )

    def removed(self, chosen: Iterable[int]) -> set[int]:
        """Slots that a choice of slots takes out: itself, and its own buffer."""
        gone = set(chosen)
        if self.spacing:
            near = self.spacing.around(self.places[slot] for slot in gone)
            gone.update(self.slots[place] for place in near)
        return gone

    def stranded(self, chosen: Iterable[int], public: bytes) -> list[int]:
        """Slots of public seats that a choice leaves as a run of one, and were none before.

        public: free public seats by slot, before the choice. Source: spec.md 4.2.
        """
        gone = {slot for slot in self.removed(chosen) if public[slot]}
        return sorted(
            {
                # Next to a seat that goes, it was no run of one before.
                slot
                for edge in gone
                for slot in (edge - 1, edge + 1)
                if public[slot]
                and slot not in gone
                and (slot - 1 in gone or not public[slot - 1])
                and (slot + 1 in gone or not public[slot + 1])
            }
        )

    def seats_at(self, slots: Iterable[int]) -> tuple[str, ...]:
        """Name the seats in these slots."""
        return tuple(self.chart.seats[self.places[slot]] for slot in slots)

    def slots_of(self, seats: Iterable[str]) -> list[int]:
        """Find the slots of these seats."""
        return [self.slots[self.chart.places[seat]] for seat in seats]

    def _press(self, seats: Iterable[str], weight: int) -> None:
        """Count for each seat how many occupied ones it is in conflict with."""
        if not self.spacing:
            return
        for seat in seats:
            for near in self.spacing.neighbours(self.chart.places[seat]):
                self._pressed[near] += weight
                self._refresh((self.chart.seats[near],))

    def _refresh(self, seats: Iterable[str]) -> None:
        for seat in seats:
            place = self.chart.places[seat]
            taken = seat in self._unavailable or seat in self._occupied
            free = not taken and not self._pressed[place]
            if self.free[self.slots[place]] != free:
                self.free[self.slots[place]] = free
                self.changes += self._disturbed(place)

    def _disturbed(self, place: int) -> Iterable[int]:
        """Blocks in which a window may now strand other seats than before."""
        number = self.chart.block_of[place]
        if not self.spacing or self.spacing.policy.within_blocks:
            return (number,)
        # A window strands a seat beside itself or its buffer, and that depends on the
        # seat beside that one: two seats to either side are near enough to matter.
        block = self.chart.blocks[number]
        beside = range(max(block.start, place - 2), min(block.stop, place + 3))
        near = {near for seat in beside for near in self.spacing.neighbours(seat)}
        return {number, *(self.chart.block_of[seat] for seat in near)}


def both(one: bytes | bytearray, other: bytes | bytearray) -> bytes:
    """Mark what both mark; both are equally long, of 0 and 1."""
    together = int.from_bytes(one) & int.from_bytes(other)
    return together.to_bytes(len(one))
