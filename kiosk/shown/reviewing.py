"""What pages show of seats that are held: extras, the review, the order.

Plain facts, no words and no formats: amounts are minor units of the currency beside
them, times are ms since 1970 in UTC. Pages choose the language, the words and the format.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from boxoffice.questions import Question
from kiosk.shown.choosing import Tonight
from kiosk.shown.named import SeatShown
from kiosk.shown.printing import Paper


@dataclass(frozen=True)
class Held:
    """The seats are promised to this order.

    until_ms: by the ledger's clock; None: they are our own.
    """

    order: str
    seats: tuple[SeatShown, ...]
    quantity: int
    until_ms: int | None


@dataclass(frozen=True)
class ReviewLine:
    """One ticket on the review. price is without, fee is the outside part of the fee."""

    seat: SeatShown | None
    price_type: str
    price_type_name: str
    level_name: str
    price: int
    fee: int


@dataclass(frozen=True)
class OtherShown:
    """A line without a seat: kind is donation or programme; amounts in minor units."""

    kind: str
    amount: int
    fee: int
    count: int = 1


@dataclass(frozen=True)
class TenderShown:
    """What pays besides the card: kind is voucher, gift_card or credit (then seats).

    left: what a voucher or gift card has left after this order; 0 where nobody said.
    """

    kind: str
    amount: int
    credits: int
    left: int = 0


@dataclass(frozen=True)
class Balance:
    """What a voucher or gift card has left; until_ms: when it ends, None: never."""

    kind: str
    left: int
    currency: str
    until_ms: int | None


@dataclass(frozen=True)
class MemberShown:
    """The member who buys. left: credits before this order; used: by this order."""

    number: str
    left: int
    used: int


@dataclass(frozen=True)
class ExtrasShown:
    """What this order may have besides its seats, and what was chosen of it.

    total: before extras. donations: amounts, the first may round the total up. programme:
    the price of one, None where there is none. asked: the guest has answered before.
    """

    order: str
    total: int
    currency: str
    donations: tuple[int, ...]
    donation: int
    programme: int | None
    programmes: int
    most_programmes: int
    question: Question | None
    answer: str
    asked: bool


@dataclass(frozen=True)
class Review:
    """Everything that "Review is Pay" shows. left_s: seconds that the hold still lasts.

    total: with all fees and extras; due: what is left of it for the card. asked: the page
    of extras was answered, or there is none. gone: what paid before and no longer does
    (voucher, part, credit, promo, or unheard: nobody could be asked); blank for nothing.
    """

    order: str
    tonight: Tonight
    lines: tuple[ReviewLine, ...]
    price: int
    fee: int
    total: int
    currency: str
    held_until_ms: int | None
    left_s: int | None
    may_extend: bool
    exchange_rule: str
    linked: bool
    terminal: Literal["ready", "busy", "unreachable", "in_doubt", "none"]
    paper: "Paper"
    due: int = 0
    others: tuple[OtherShown, ...] = ()
    tenders: tuple[TenderShown, ...] = ()
    member: MemberShown | None = None
    asked: bool = True
    gone: str = ""


class Stage(StrEnum):
    """How far an order has come; a page sends its guest to where the order is."""

    CHOOSING = "choosing"
    HELD = "held"
    PAYING = "paying"
    SOLD = "sold"
    PARKED = "parked"
    RELEASED = "released"
    COLLECTING = "collecting"


@dataclass(frozen=True)
class OrderShown:
    """An order on this device, as found again after a reload or a restart.

    ref: of the collection whose debt it pays; blank for an order that buys seats.
    """

    order: str
    stage: Stage
    performance: str
    counts: Mapping[str, int]
    step_free: bool
    seats: tuple[SeatShown, ...]
    held_until_ms: int | None
    ref: str = ""
