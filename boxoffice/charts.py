"""Seating chart: sections, rows, neighbours, aisles.

A chart is a frozen fact: rows from the stage to the back, each a physical order of seats
that aisles cut into blocks. What is printed on a seat is only a label; its *position* is
its place in the row. Seat codes are opaque and unique in the chart ("ST-F-12").
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import accumulate
from math import isfinite

from boxoffice.bad_input import BadInput, Missing, OutOfRange, Repeated, UnknownWord


class ChartError(BadInput):
    """A chart, or a question about one, that makes no sense."""


class SeatTwice(ChartError, Repeated):
    """A seat code stands twice where it may stand once."""


class UnknownSeat(ChartError, Missing):
    """A seat code that the chart does not have."""


class EmptyRow(ChartError, Missing):
    """A row without seats, or a chart without rows."""


class MissingCoordinates(ChartError, Missing):
    """A rule measures lengths, and a seat has no coordinates."""


class UnknownType(ChartError, UnknownWord):
    """A type of seat that nobody has defined."""


class BadCoordinates(ChartError, OutOfRange):
    """Coordinates that are no place in a house: not a number, or without end."""


class SeatType(StrEnum):
    STANDARD = "standard"
    ACCESSIBLE = "accessible"
    COMPANION = "companion"


@dataclass(frozen=True)
class Row:
    """One row, left to right as seen from the house.

    seats: codes in physical order.
    breaks_after: seats after which an aisle cuts the row into blocks.
    """

    name: str
    seats: tuple[str, ...]
    section: str = "Main"
    breaks_after: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not self.seats:
            raise EmptyRow(self.name, f"section {self.section}", "is a row without seats")
        _once(self.seats, f"row {self.name}")
        _known(self.breaks_after, set(self.seats), f"an aisle of row {self.name}")


@dataclass(frozen=True)
class Block:
    """A piece of one row between aisles and row ends.

    row: place of the row in the chart, from 0 at the stage.
    start, stop: places of its seats in `Chart.seats`, half open.
    """

    row: int
    start: int
    stop: int


@dataclass(frozen=True)
class Chart:
    """Where every seat is, and what it is.

    rows: from the stage to the back; the place in this list is the row's number.
    best_first: seats from rank 1 on; seats not listed follow in chart order.
    types: only seats that are not standard need to be named.
    levels: seat to price level; a seat without one belongs to no wished level.
    coords: seat to (x, y) in metres; x along a straight row, y away from the stage.
    Raises SeatTwice, UnknownSeat, UnknownType, EmptyRow, BadCoordinates.
    """

    rows: tuple[Row, ...]
    best_first: tuple[str, ...] = ()
    types: Mapping[str, SeatType] = field(default_factory=dict)
    levels: Mapping[str, str] = field(default_factory=dict)
    coords: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.rows:
            raise EmptyRow("chart", "rows", "has none")
        _once(self.seats, "the chart")
        _once(self.best_first, "the ranks")
        for named, where in (
            (self.best_first, "the ranks"),
            (self.types, "the types"),
            (self.levels, "the price levels"),
            (self.coords, "the coordinates"),
        ):
            self.check(named, where)
        for seat, kind in self.types.items():
            if not isinstance(kind, SeatType):
                raise UnknownType(repr(kind), f"seat {seat}", "is no type of seat")
        for seat, spot in self.coords.items():
            if not all(map(isfinite, spot)):
                raise BadCoordinates(spot, f"seat {seat}", "is no place in metres")

    @cached_property
    def seats(self) -> tuple[str, ...]:
        """All seats in chart order: row by row, each by position."""
        return tuple(seat for row in self.rows for seat in row.seats)

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Seat to its place in `seats`."""
        return {seat: place for place, seat in enumerate(self.seats)}

    @cached_property
    def ranks(self) -> tuple[int, ...]:
        """Rank by place: 1 is the best seat; 1…N, unique."""
        listed = set(self.best_first)
        order = [*self.best_first, *(seat for seat in self.seats if seat not in listed)]
        rank = {seat: number for number, seat in enumerate(order, 1)}
        return tuple(rank[seat] for seat in self.seats)

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """All blocks in chart order."""
        return tuple(self._cut())

    def _cut(self) -> Iterator[Block]:
        place = 0
        for number, row in enumerate(self.rows):
            start = place
            for seat in row.seats:
                place += 1
                if seat in row.breaks_after:
                    yield Block(number, start, place)
                    start = place
            if start < place:
                yield Block(number, start, place)

    @cached_property
    def block_of(self) -> tuple[int, ...]:
        """Number of the block by place."""
        return tuple(
            number
            for number, block in enumerate(self.blocks)
            for _ in range(block.start, block.stop)
        )

    @cached_property
    def row_starts(self) -> tuple[int, ...]:
        """Place of the first seat of each row."""
        return tuple(accumulate((len(row.seats) for row in self.rows[:-1]), initial=0))

    def check(self, seats: Iterable[str], where: str) -> None:
        """Raise UnknownSeat unless the chart has all of these seats."""
        _known(seats, self.places, where)

    def check_once(self, seats: Collection[str], where: str) -> None:
        """Raise UnknownSeat or SeatTwice unless these are different seats of the chart."""
        self.check(seats, where)
        _once(seats, where)

    def in_order(self, seats: Iterable[str]) -> tuple[str, ...]:
        """Sort seats into chart order."""
        return tuple(sorted(seats, key=self.places.__getitem__))

    def row_of(self, seat: str) -> Row:
        """Find the row of a seat."""
        self.check((seat,), "the question")
        return self.rows[self.blocks[self.block_of[self.places[seat]]].row]

    def type_of(self, seat: str) -> SeatType:
        """Say what kind of seat it is."""
        return self.types.get(seat, SeatType.STANDARD)


def _once(seats: Iterable[str], where: str) -> None:
    seen: set[str] = set()
    for seat in seats:
        if seat in seen:
            raise SeatTwice(seat, where, "stands there twice")
        seen.add(seat)


def _known(seats: Iterable[str], known: Collection[str], where: str) -> None:
    for seat in seats:
        if seat not in known:
            raise UnknownSeat(seat, where, "is no seat of this chart")
