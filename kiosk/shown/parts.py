"""The parts of a house on the map, and what of each is available to one order.

A `Part` is the same for every guest and lives as long as its plan. A `MapSection` is a part
as one order may see it; it looks at its own seats alone, and only when somebody asks.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from kiosk.shown.choosing import MapSeat


@dataclass(frozen=True)
class Extent:
    """How far a part reaches, in metres. middle: x of where its seats balance."""

    left: float
    right: float
    top: float
    bottom: float
    middle: float


@dataclass(frozen=True, eq=False)
class Part:
    """A part of the house. seats: row by row from the stage, none available yet."""

    name: str
    words: str
    seats: tuple[MapSeat, ...]

    @cached_property
    def by_code(self) -> Mapping[str, MapSeat]:
        """Find a seat by its code."""
        return {seat.shown.code: seat for seat in self.seats}

    @cached_property
    def codes(self) -> frozenset[str]:
        """All its seats, in no order."""
        return frozenset(self.by_code)

    @cached_property
    def rows(self) -> Mapping[str, tuple[str, ...]]:
        """Give the codes of each row, from the stage."""
        found: dict[str, list[str]] = {}
        for seat in self.seats:
            found.setdefault(seat.shown.row, []).append(seat.shown.code)
        return {row: tuple(codes) for row, codes in found.items()}

    @cached_property
    def by_level(self) -> Mapping[str, frozenset[str]]:
        """Give the codes of each price level."""
        found: dict[str, set[str]] = {}
        for seat in self.seats:
            found.setdefault(seat.shown.level, set()).add(seat.shown.code)
        return {level: frozenset(codes) for level, codes in found.items()}

    @cached_property
    def spots(self) -> tuple[tuple[str, float, float], ...]:
        """Give code, x and y in metres of the seats that the plan has coordinates of."""
        return tuple(
            (seat.shown.code, seat.shown.x_m, seat.shown.y_m)
            for seat in self.seats
            if seat.shown.x_m is not None and seat.shown.y_m is not None
        )

    @cached_property
    def extent(self) -> Extent | None:
        """Say how far it reaches; None without coordinates."""
        if not self.spots:
            return None
        xs, ys = [x for _, x, _ in self.spots], [y for _, _, y in self.spots]
        return Extent(min(xs), max(xs), min(ys), max(ys), sum(xs) / len(xs))


@dataclass(frozen=True, eq=False)
class MapSection:
    """A part of the house for one order.

    open: what this order may have anywhere in the house. chosen: what it has already.
    """

    part: Part
    open: frozenset[str]
    chosen: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """Name it."""
        return self.part.name

    @property
    def words(self) -> str:
        """Say how to get there."""
        return self.part.words

    @cached_property
    def available(self) -> frozenset[str]:
        """Give the codes of its seats that this order may have."""
        return self.part.codes & self.open

    @property
    def free(self) -> int:
        """Count the seats that this order may have."""
        return len(self.available)

    @property
    def rows(self) -> Mapping[str, int]:
        """Count the available seats of each row, from the stage."""
        return {
            row: len(self.available.intersection(codes))
            for row, codes in self.part.rows.items()
        }

    @property
    def levels(self) -> frozenset[str]:
        """Give the price levels of the available seats."""
        return frozenset(
            level
            for level, codes in self.part.by_level.items()
            if not codes.isdisjoint(self.available)
        )

    @property
    def seats(self) -> tuple[MapSeat, ...]:
        """Give all its seats, row by row from the stage."""
        return self.named(self.part.by_code)

    def row(self, name: str) -> tuple[MapSeat, ...]:
        """Give the seats of one row; none when there is no such row."""
        return self.named(self.part.rows.get(name, ()))

    def named(self, codes: Collection[str]) -> tuple[MapSeat, ...]:
        """Give those of these seats that are in this part."""
        return tuple(
            replace(
                self.part.by_code[code],
                available=code in self.available,
                chosen=code in self.chosen,
            )
            for code in codes
            if code in self.part.by_code
        )


def seats_of(sections: Collection[MapSection], codes: Collection[str]) -> list[MapSeat]:
    """Give seats wherever in the house they are."""
    return [seat for section in sections for seat in section.named(codes)]
