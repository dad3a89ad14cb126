"""What a party asks for, and what it is offered: the words of best available (4.2)."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from boxoffice.bad_input import OutOfRange
from boxoffice.charts import Chart, SeatType
from boxoffice.refusals import Code


class BadRequest(OutOfRange):
    """A party that cannot be: no people, or more wheelchairs than people."""


class Tier(StrEnum):
    TOGETHER = "together"
    TOGETHER_ORPHAN = "together_orphan"
    SPLIT = "split"


@dataclass(frozen=True)
class Released:
    """Where staff have opened accessible and companion seats to everybody.

    They do so by house, section or price level, once the rest there is sold out.
    """

    house: bool = False
    sections: frozenset[str] = frozenset()
    levels: frozenset[str] = frozenset()

    def covers(self, section: str, level: str | None) -> bool:
        """Say whether a seat of this section and price level is opened."""
        return self.house or section in self.sections or level in self.levels

    def public(self, chart: Chart) -> bytes:
        """Mark with 1, by place, the seats that everybody may buy while they are free."""
        return bytes(
            chart.type_of(seat) is SeatType.STANDARD
            or self.covers(row.section, chart.levels.get(seat))
            for row in chart.rows
            for seat in row.seats
        )


def rest_sold_out(chart: Chart, unavailable: Collection[str], place: Released) -> bool:
    """Say whether staff may open the accessible seats there: no standard seat is left.

    unavailable: everything that is not for sale. Source: spec.md 4.2.
    """
    return not any(
        chart.type_of(seat) is SeatType.STANDARD
        and seat not in unavailable
        and place.covers(row.section, chart.levels.get(seat))
        for row in chart.rows
        for seat in row.seats
    )


@dataclass(frozen=True)
class Request:
    """What a party wishes.

    count: people, at least 1; accessible: how many of them need an accessible seat.
    levels: price levels that will do; None, any.
    aisle: somebody wants to sit at the end of a block, if that can be.
    avoid_orphans: rather a worse rank than a newly stranded seat.
    allow_split: rather apart than not at all.
    Raises BadRequest.
    """

    count: int
    levels: frozenset[str] | None = None
    accessible: int = 0
    released: Released = Released()
    aisle: bool = False
    avoid_orphans: bool = True
    allow_split: bool = True

    def __post_init__(self) -> None:
        if self.count < 1:
            raise BadRequest(self.count, "people in the party", "is below 1")
        if not 0 <= self.accessible <= self.count:
            raise BadRequest(self.accessible, "accessible seats", f"is not 0…{self.count}")


@dataclass(frozen=True)
class Offer:
    """Seats to take, in chart order, and the seats that would be newly stranded."""

    seats: tuple[str, ...]
    tier: Tier
    orphans: tuple[str, ...]


@dataclass(frozen=True)
class NoOffer:
    """Why there is none, and how many seats of the wished levels are left."""

    reason: Code
    available: int
