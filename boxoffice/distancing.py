"""Distance between orders: buffer seats, derived and never stored.

Two seats of different orders conflict when they are too near by any rule that is switched
on, in the areas that are ticked. A buffer is a free seat in conflict with somebody's seat.
Source: DIS1-DIS4, spec.md 4.4.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from math import isfinite, isqrt

from boxoffice.bad_input import OutOfRange
from boxoffice.charts import Chart, MissingCoordinates

UM_PER_M = 1_000_000


class BadPolicy(OutOfRange):
    """A distancing policy, or a plan, that cannot be."""


@dataclass(frozen=True)
class Policy:
    """How far apart orders sit.

    side: neighbours blocked on each side in the row, up to the next aisle.
    areas: ticked sections; None, all.
    front_back, diagonal: seats of neighbouring rows within 0.5 or 1.5 pitches.
    pitch_m: metres between seats. min_distance_m: metres; exactly this far is allowed.
    Raises BadPolicy.
    """

    side: int = 0
    areas: frozenset[str] | None = None
    front_back: bool = False
    diagonal: bool = False
    pitch_m: float = 1.0
    min_distance_m: float | None = None

    def __post_init__(self) -> None:
        if self.side < 0:
            raise BadPolicy(self.side, "seats blocked on each side", "is negative")
        if not (isfinite(self.pitch_m) and self.pitch_m > 0):
            raise BadPolicy(self.pitch_m, "metres between seats", "is not above 0")
        least_m = self.min_distance_m
        if least_m is not None and not (isfinite(least_m) and least_m >= 0):
            raise BadPolicy(least_m, "least metres between orders", "is no distance")

    @property
    def within_blocks(self) -> bool:
        """Whether no seat is in conflict with a seat of another block."""
        return not (self.front_back or self.diagonal or self.min_distance_m)


class Spacing:
    """Which seats conflict, for one chart under one policy; by place in `Chart.seats`.

    A seat's neighbours are worked out when first asked for, then kept: O(neighbours).
    Raises BadPolicy if an area is not on the chart, MissingCoordinates when a length is
    needed and a seat has no coordinates.
    """

    def __init__(self, chart: Chart, policy: Policy) -> None:
        sections = {row.section for row in chart.rows}
        if unknown := sorted((policy.areas or frozenset()) - sections):
            raise BadPolicy(unknown[0], "ticked areas", "is no section of this chart")
        self.chart = chart
        self.policy = policy
        self._ticked = [
            policy.areas is None or row.section in policy.areas for row in chart.rows
        ]
        self._neighbours: dict[int, frozenset[int]] = {}
        self._rows_by_x: dict[int, list[tuple[int, int]]] = {}

    def side_in(self, row: int) -> int:
        """How many seats the row rule blocks on each side in this row."""
        return self.policy.side if self._ticked[row] else 0

    def neighbours(self, place: int) -> frozenset[int]:
        """All places in conflict with this one."""
        known = self._neighbours.get(place)
        if known is None:
            known = self._neighbours[place] = frozenset(self._near(place)) - {place}
        return known

    def around(self, places: Iterable[int]) -> set[int]:
        """All places in conflict with any of these, less these."""
        own = set(places)
        return set(chain.from_iterable(map(self.neighbours, own))) - own

    def _near(self, place: int) -> Iterator[int]:
        block = self.chart.blocks[self.chart.block_of[place]]
        if not self._ticked[block.row]:
            return
        side = self.policy.side
        yield from range(max(block.start, place - side), min(block.stop, place + side + 1))
        if self.policy.front_back or self.policy.diagonal:
            for row in (block.row - 1, block.row + 1):
                if self._same_section(row, block.row):
                    yield from self._before_or_behind(place, row)
        if self._least_mm:
            yield from self._too_near(place)

    def _same_section(self, row: int, other: int) -> bool:
        rows = self.chart.rows
        return 0 <= row < len(rows) and rows[row].section == rows[other].section

    def _before_or_behind(self, place: int, row: int) -> Iterator[int]:
        if row not in self._rows_by_x:
            first = self.chart.row_starts[row]
            seats = range(first, first + len(self.chart.rows[row].seats))
            self._rows_by_x[row] = sorted((self._spot(near)[0], near) for near in seats)
        by_x = self._rows_by_x[row]
        x_um = self._spot(place)[0]
        reach_mm = self._reach_mm
        # Rounding moves a length by less than a millimetre: look that much further.
        reach_um = (reach_mm + 1) * 1_000
        low = bisect_left(by_x, (x_um - reach_um, -1))
        high = bisect_right(by_x, (x_um + reach_um, len(self.chart.seats)))
        for near_um, near in by_x[low:high]:
            if _whole_mm(abs(near_um - x_um)) <= reach_mm:
                yield near

    def _too_near(self, place: int) -> Iterator[int]:
        x_um, y_um = self._spot(place)
        cell_um = self._least_mm * 1_000
        for column in range(x_um // cell_um - 1, x_um // cell_um + 2):
            for line in range(y_um // cell_um - 1, y_um // cell_um + 2):
                for near in self._cells[column, line]:
                    near_x, near_y = self._spot(near)
                    if _apart_mm(near_x - x_um, near_y - y_um) < self._least_mm:
                        yield near

    @cached_property
    def _cells(self) -> defaultdict[tuple[int, int], list[int]]:
        """The floor in squares as wide as the least distance, with the seats on each."""
        cell_um = self._least_mm * 1_000
        cells: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        for place in range(len(self.chart.seats)):
            if self._ticked[self.chart.blocks[self.chart.block_of[place]].row]:
                x_um, y_um = self._spot(place)
                cells[x_um // cell_um, y_um // cell_um].append(place)
        return cells

    @cached_property
    def _least_mm(self) -> int:
        return _whole_mm(_um(self.policy.min_distance_m or 0))

    @cached_property
    def _reach_mm(self) -> int:
        halves = 3 if self.policy.diagonal else 1
        return _whole_mm(_um(self.policy.pitch_m) * halves // 2)

    def _spot(self, place: int) -> tuple[int, int]:
        """Where the seat stands, in whole micrometres, so that sums stay exact."""
        seat = self.chart.seats[place]
        if seat not in self.chart.coords:
            raise MissingCoordinates(seat, "coordinates", "has none")
        x_m, y_m = self.chart.coords[seat]
        return _um(x_m), _um(y_m)


def buffers(
    chart: Chart, policy: Policy, orders: Iterable[Collection[str]]
) -> tuple[str, ...]:
    """List the buffer seats of all these orders, in chart order.

    orders: each the seats of one order; linked orders are one.
    Raises UnknownSeat, SeatTwice, BadPolicy, MissingCoordinates. Source: DIS1-DIS3.
    """
    named = {str(number): seats for number, seats in enumerate(orders)}
    return chart.in_order(whose(chart, policy, named))


def whose(
    chart: Chart, policy: Policy, orders: Mapping[str, Collection[str]]
) -> dict[str, tuple[str, ...]]:
    """Tell for each buffer seat which orders need it, as given. Source: DIS3, DIS4."""
    occupied = [seat for seats in orders.values() for seat in seats]
    chart.check_once(occupied, "the orders")
    taken = {chart.places[seat] for seat in occupied}
    spacing = Spacing(chart, policy)
    owners: defaultdict[int, list[str]] = defaultdict(list)
    for order, seats in orders.items():
        for place in spacing.around(chart.places[seat] for seat in seats) - taken:
            owners[place].append(order)
    return {chart.seats[place]: tuple(owners[place]) for place in sorted(owners)}


def too_near(
    chart: Chart, policy: Policy, orders: Iterable[Collection[str]]
) -> tuple[tuple[str, str], ...]:
    """List the pairs of occupied seats that conflict, in chart order.

    Switching distancing on over sold seats moves nobody: staff get this list.
    Raises UnknownSeat, SeatTwice, BadPolicy, MissingCoordinates. Source: DIS3.
    """
    named = [(seat, number) for number, seats in enumerate(orders) for seat in seats]
    chart.check_once([seat for seat, _ in named], "the orders")
    order_of = dict(named)
    spacing = Spacing(chart, policy)
    pairs = {
        (place, near)
        for place in (chart.places[seat] for seat in order_of)
        for near in spacing.neighbours(place)
        if place < near
        and order_of.get(chart.seats[near], order_of[chart.seats[place]])
        != order_of[chart.seats[place]]
    }
    return tuple((chart.seats[place], chart.seats[near]) for place, near in sorted(pairs))


def most_people(row_length: int, gap: int, max_group: int) -> int:
    """Count the most people that parties of 1…max_group can seat in one uncut row.

    A party of g costs g + gap seats of row_length + gap. Raises BadPolicy.
    Source: spec.md 4.4.
    """
    for number, least, where in (
        (row_length, 0, "seats in the row"),
        (gap, 0, "seats between parties"),
        (max_group, 1, "people in the largest party"),
    ):
        if number < least:
            raise BadPolicy(number, where, f"is below {least}")
    people = [0] * (row_length + gap + 1)
    for room in range(1, len(people)):
        for party in range(1, min(max_group, room - gap) + 1):
            people[room] = max(people[room], people[room - gap - party] + party)
    return people[-1]


def _um(length_m: float) -> int:
    return round(length_m * UM_PER_M)


def _whole_mm(length_um: int) -> int:
    return (length_um + 500) // 1_000


def _apart_mm(x_um: int, y_um: int) -> int:
    # Half up and exact: the root of four times the square is twice the length.
    return (isqrt(4 * (x_um * x_um + y_um * y_um)) + 1_000) // 2_000
