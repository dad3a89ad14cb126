"""What pages show while somebody chooses: tonight, prices, offers, the map.

Plain facts, no words and no formats: amounts are minor units of the currency beside
them, times are ms since 1970 in UTC. Pages choose the language, the words and the format.
"""

from dataclasses import dataclass
from typing import Literal

from kiosk.shown.named import SeatShown

Sale = Literal["open", "few", "sold_out", "closed", "limited", "empty"]


@dataclass(frozen=True)
class Tonight:
    """One performance on the tile of "Choose performance".

    sale: `open`, `few` (under 20 left), `sold_out`, `closed` (sales here have ended),
    `limited` (no link, our own seats are left), `empty` (no link and none of our own).
    seats_left counts what can be bought here now. access: words of the house.
    """

    performance: str
    title: str
    starts_ms: int
    ends_ms: int | None
    zone: str
    hall: str
    kind: Literal["reserved", "ga"]
    price_from: int
    currency: str
    seats_left: int
    sale: Sale
    access: tuple[str, ...] = ()
    cancelled: bool = False


@dataclass(frozen=True)
class PriceChoice:
    """A price type on "How many"; from_amount … to_amount with fees, over free levels."""

    id: str
    name: str
    note: str
    buyer: str
    default: bool
    from_amount: int
    to_amount: int


@dataclass(frozen=True)
class Choices:
    """What "How many" offers. most: seats in one order here; seats_left: on sale here."""

    tonight: Tonight
    types: tuple[PriceChoice, ...]
    most: int
    seats_left: int


@dataclass(frozen=True)
class Offer:
    """Seats that the party could take, not held yet.

    tier: `together`, `together_orphan`, `split`; GA offers have no seats to show.
    total: the charge with all fees. own: the seats are this device's allotment, so they can
    be sold without a link. place: `left`, `centre`, `right` of the row's middle, or "".
    """

    order: str
    seats: tuple[SeatShown, ...]
    quantity: int
    tier: Literal["together", "together_orphan", "split", "ga"]
    total: int
    currency: str
    own: bool = False
    place: Literal["left", "centre", "right", ""] = ""


@dataclass(frozen=True)
class Alternative:
    """Another offer, and in what it differs from the best one."""

    kind: Literal["closer", "further", "cheaper", "aisle", "step_free"]
    offer: Offer


@dataclass(frozen=True)
class MapSeat:
    """A seat of the map. What is not available is unavailable, nothing more (INV1)."""

    shown: SeatShown
    kind: Literal["standard", "accessible", "companion"]
    available: bool
    chosen: bool
    block: int
    row_index: int
