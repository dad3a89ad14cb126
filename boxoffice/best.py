"""Best available seats: the offer that a good box-office clerk would make.

Together before apart, nobody left alone, the best rank, and never one empty seat stranded
if that can be helped. Source: spec.md 4.2.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from boxoffice.charts import Chart
from boxoffice.refusals import Code


class BadRequest(ValueError):
    """A party that cannot be: no people, or more wheelchairs than people."""


class Tier(StrEnum):
    TOGETHER = "together"
    TOGETHER_ORPHAN = "together_orphan"
    SPLIT = "split"


@dataclass(frozen=True)
class Released:
    """Where staff have opened accessible and companion seats to everybody."""

    house: bool = False
    sections: frozenset[str] = frozenset()
    levels: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Request:
    """What a party wishes.

    count: people, at least 1. accessible: how many of them need an accessible seat.
    levels: price levels that will do; None, any.
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
            raise BadRequest(f"a party of {self.count}: at least one person must come")
        if not 0 <= self.accessible <= self.count:
            raise BadRequest(f"{self.accessible} accessible seats for {self.count} people")


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


def find(
    chart: Chart,
    unavailable: Collection[str],
    request: Request,
    *,
    other_orders: Iterable[Collection[str]] = (),
) -> Offer | NoOffer:
    """Offer the best seats for a party, or say why there are none. (Rule follows.)"""
    raise NotImplementedError
