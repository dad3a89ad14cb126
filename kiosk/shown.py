"""What the pages of a device show: plain facts, no words and no formats.

Use cases (`sales`, `will_call`, `payments.attempts`, `printing.spool`, `door`) answer with
these. Amounts are minor units of the currency beside them, times are ms since 1970 in UTC.
Pages choose the language, the words and the format.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

Fact = int | str


@dataclass(frozen=True)
class Option:
    """One answer to the question. words: by language."""

    id: str
    words: Mapping[str, str]


@dataclass(frozen=True)
class Question:
    """One marketing question. words: by language. Source: ORD8."""

    id: str
    words: Mapping[str, str]
    options: tuple[Option, ...]


@dataclass(frozen=True)
class SeatShown:
    """One seat as it is named: "Stalls", "F", "12".

    x_m, y_m: metres, None without a plan.
    """

    code: str
    section: str
    row: str
    seat: str
    level: str = ""
    x_m: float | None = None
    y_m: float | None = None


@dataclass(frozen=True)
class Refusal:
    """An expected *no*. key: a row of the table in lobby.md §2, such as `seat.gone`.

    seats: those the sentence names or offers instead. facts: what else the sentence needs:
    `left`, `limit`, `starts_ms`, `at_ms`, `place`, `due`, `currency`, `wait_s`, `on_ms`.
    """

    key: str
    seats: tuple[SeatShown, ...] = ()
    facts: Mapping[str, Fact] = field(default_factory=lambda: MappingProxyType({}))


# --- choosing -----------------------------------------------------------------------


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
    sale: Literal["open", "few", "sold_out", "closed", "limited", "empty"]
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

    kind: Literal["closer", "further", "cheaper", "aisle"]
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


@dataclass(frozen=True)
class MapSection:
    """A part of the house: its seats, row by row from the stage."""

    name: str
    words: str
    seats: tuple[MapSeat, ...]
    free: int


@dataclass(frozen=True)
class Level:
    """A price level with the lowest price of any type in it."""

    id: str
    name: str
    price_from: int


@dataclass(frozen=True)
class Proposal:
    """What the offer page shows. house: None without a plan to draw."""

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


# --- holding and reviewing ----------------------------------------------------------


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


@dataclass(frozen=True)
class TenderShown:
    """What pays besides the card: kind is voucher, gift_card or credit (then seats)."""

    kind: str
    amount: int
    credits: int


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
    of extras was answered, or there is none.
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


# --- paying -------------------------------------------------------------------------


@dataclass(frozen=True)
class Intent:
    """A payment attempt. reference: six characters people can read out."""

    id: str
    order: str
    amount: int
    currency: str
    reference: str


class Outcome(StrEnum):
    """Rows of "How a payment can end" in lobby.md §2, and what comes before them.

    IDLE: Pay was not pressed. Up to ASKING the attempt runs. Only DECLINED, THIRD_DECLINE,
    CANCELLED, UNREACHABLE and PART may say that nothing was charged.
    """

    IDLE = "idle"
    STARTING = "starting"
    WAITING_FOR_CARD = "waiting_for_card"
    ENTER_PIN = "enter_pin"
    PROCESSING = "processing"
    ASKING = "asking"
    APPROVED = "approved"
    DECLINED = "declined"
    THIRD_DECLINE = "third_decline"
    CANCELLED = "cancelled"
    UNREACHABLE = "unreachable"
    PART = "part"
    UNKNOWN = "unknown"
    REVERSED = "reversed"


@dataclass(frozen=True)
class PayState:
    """What the paying page shows.

    late: it went through after silence. may_cancel: until the card answers. may_retry,
    may_park: which choices to offer. asking_s: seconds of silence so far. code: six
    characters for the box office, once the order waits there. kept_until_ms: how long the
    box office keeps the seats, or None. debt: an order made elsewhere is paid for.
    """

    order: str
    outcome: Outcome
    amount: int
    currency: str
    reference: str
    may_cancel: bool = False
    may_retry: bool = False
    may_park: bool = False
    debt: bool = False
    asking_s: int = 0
    late: bool = False
    code: str = ""
    kept_until_ms: int | None = None


# --- printing -----------------------------------------------------------------------


class Status(StrEnum):
    """What a printer says about itself. No answer is `unknown`, never a guess."""

    READY = "ready"
    NEAR_END = "near_end"
    OUT = "out"
    COVER = "cover"
    CUTTER = "cutter"
    JAM = "jam"
    HOT = "hot"
    PRESENTER = "presenter"
    OFFLINE = "offline"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Paper:
    """Whether tickets can be printed now. left: tickets on the roll, None if not known."""

    status: Status
    can_print: bool
    left: int | None = None


@dataclass(frozen=True)
class TicketProgress:
    """One ticket's paper. state: queued, sending, printed, uncertain, failed, phone."""

    ticket: str
    issue: int
    seat: SeatShown | None
    state: Literal["queued", "sending", "printed", "uncertain", "failed", "phone"]


@dataclass(frozen=True)
class Progress:
    """How the paper of one order comes out, counted by the printer's proof.

    trouble: the printer's trouble while something is owed; None: nothing is wrong.
    code: six characters, pickup: text of a QR code; both fetch owed tickets elsewhere.
    """

    order: str
    tickets: tuple[TicketProgress, ...]
    trouble: Status | None
    code: str
    pickup: str

    @property
    def printed(self) -> int:
        """Tickets with proof of paper, or put on the phone."""
        return sum(t.state in {"printed", "phone"} for t in self.tickets)

    @property
    def of(self) -> int:
        """All tickets of the order that were asked for here."""
        return len(self.tickets)

    @property
    def done(self) -> bool:
        """Whether every ticket is in the guest's hands."""
        return self.printed == self.of

    @property
    def owed(self) -> tuple[TicketProgress, ...]:
        """Tickets paid and not delivered, once it is certain that printing has stopped."""
        return tuple(t for t in self.tickets if t.state in {"uncertain", "failed"})


@dataclass(frozen=True)
class PhoneTicket:
    """A ticket put on the guest's phone. code: the text of its QR code."""

    ticket: str
    issue: int
    seat: SeatShown | None
    code: str


@dataclass(frozen=True)
class Done:
    """The last page of a sale or a collection."""

    order: str
    tonight: Tonight
    seats: tuple[SeatShown, ...]
    quantity: int
    doors: tuple[str, ...]
    doors_open_ms: int | None
    receipt: Literal["none", "queued", "printed", "failed"]


# --- collecting ---------------------------------------------------------------------


@dataclass(frozen=True)
class FoundTicket:
    """A ticket of a will-call order. collectable: not printed, paid for.

    payable: it would be collectable if it were paid for.
    """

    ticket: str
    seat_name: str
    price_type: str
    due: int
    printed: bool
    collectable: bool
    payable: bool = False


@dataclass(frozen=True)
class Found:
    """An order that was found. ref: for the page's address; never the order number.

    at_once: paid and wholly uncollected, so its QR code prints it without a touch.
    """

    ref: str
    order: str
    performance: str
    title: str
    starts_ms: int
    zone: str
    tickets: tuple[FoundTicket, ...]
    due: int
    currency: str
    note: str
    at_once: bool


@dataclass(frozen=True)
class DebtShown:
    """What an order made elsewhere still owes for the tickets that were chosen."""

    order: str
    ref: str
    title: str
    starts_ms: int
    zone: str
    tickets: tuple[FoundTicket, ...]
    due: int
    currency: str


@dataclass(frozen=True)
class Collecting:
    """The chosen tickets are ours to print; `printing.spool.progress` follows them."""

    ref: str
    order: str
    tickets: tuple[str, ...]


# --- the door -----------------------------------------------------------------------


class Class(StrEnum):
    """The verdict grammar of lobby.md §4."""

    GO = "go"
    NOTE = "note"
    ASK = "ask"
    NO = "no"
    CANT_CHECK = "cant_check"


@dataclass(frozen=True)
class Shown:
    """One verdict as the usher sees it. answer: a word of checkin.md §4.

    id grows with every scan shown. inside, of: people of this ticket inside, and in all.
    go_to: doors, with words how to get there. undo_until_ms: inline undo, or None.
    ask: ids of questions still open. overrode: what a supervisor has lifted.
    """

    id: int
    scan: str
    answer: str
    shape: Class
    admit: bool
    mode: Literal["entry", "exit"]
    at_ms: int
    link: Literal["ledger", "alone"]
    ticket: str = ""
    seat_name: str = ""
    seat: SeatShown | None = None
    count: int = 1
    inside: int | None = None
    of: int | None = None
    left: int | None = None
    since_ms: int | None = None
    since_door: str = ""
    due: int = 0
    currency: str = ""
    title: str = ""
    starts_ms: int | None = None
    zone: str = "UTC"
    opens_ms: int | None = None
    hold_until_ms: int | None = None
    valid_from_ms: int | None = None
    valid_until_ms: int | None = None
    go_to: tuple[str, ...] = ()
    go_to_words: str = ""
    notes: tuple[str, ...] = ()
    why: tuple[Mapping[str, object], ...] = ()
    candidates: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    may_admit: bool = False
    repeat: bool = False
    undo_until_ms: int | None = None
    ask: tuple[str, ...] = ()
    overrode: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hit:
    """A ticket that an usher found. inside, of: people; name: for supervisors."""

    ticket: str
    order: str
    seat_name: str
    section: str
    name: str
    status: str
    inside: int
    of: int
    due: int
    currency: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Past:
    """One line of the last scans. mine: it may be undone here."""

    scan: str
    at_ms: int
    zone: str
    kind: Literal["entry", "exit", "refused"]
    shape: Class
    shown: Shown
    undone: bool
    mine: bool


@dataclass(frozen=True)
class Asked:
    """A question at the door. kind: as in boxoffice.entry_questions; options: id, words."""

    id: str
    words: str
    kind: str
    required: bool
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Counters:
    """The door's header. at_least: not every door was heard, so the house counts more."""

    door: str
    performance: str
    title: str
    starts_ms: int | None
    zone: str
    inside: int
    expected: int
    this_door: int
    last_minute: int
    at_least: bool
    clock: Literal["trusted", "plausible", "untrusted"]
    opened: bool = False


@dataclass(frozen=True)
class LinkShown:
    """The line in words' facts: up, since when, what waits to be sent."""

    up: bool
    since_ms: int
    unsent: int
    strict: bool = False
    home_sections: tuple[str, ...] = ()
    oldest_unsent_ms: int | None = None


# --- help ---------------------------------------------------------------------------


@dataclass(frozen=True)
class CallShown:
    """A call for staff. reached: the ledger has it; by: who comes, eta_min: how soon."""

    call: str
    reached: bool
    since_ms: int
    by: str = ""
    eta_min: int | None = None
