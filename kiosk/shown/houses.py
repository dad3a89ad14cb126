"""The house for one order: its parts, its prices, and the offers that are made in it."""

from dataclasses import dataclass

from kiosk.shown.choosing import Alternative, Offer, Tonight
from kiosk.shown.parts import MapSection


@dataclass(frozen=True)
class Level:
    """A price level; the lowest price in it, with fees, for the usual types."""

    id: str
    name: str
    price_from: int


@dataclass(frozen=True)
class Proposal:
    """What the offer page shows. house: None without a plan to draw."""

    tonight: Tonight
    best: Offer
    others: tuple[Alternative, ...]
    house: "HouseMap | None"


@dataclass(frozen=True)
class HouseMap:
    """The whole house for one order. stage: (x, y, width, depth) in metres, or None."""

    order: str
    sections: tuple[MapSection, ...]
    levels: tuple[Level, ...]
    stage: tuple[float, float, float, float] | None
    currency: str
    quantity: int
