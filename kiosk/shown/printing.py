"""What pages show while tickets come out, and when they are out.

Plain facts, no words and no formats: amounts are minor units of the currency beside
them, times are ms since 1970 in UTC. Pages choose the language, the words and the format.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from kiosk.shown.choosing import Tonight
from kiosk.shown.named import SeatShown


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
    """Whether tickets can be printed now.

    left: tickets on the roll, None if not known. owes: some did not come out a moment ago.
    """

    status: Status
    can_print: bool
    left: int | None = None
    owes: bool = False


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
class LeftShown:
    """What is left on a voucher or gift card. kind: voucher or gift_card."""

    kind: str
    amount: int
    currency: str


@dataclass(frozen=True)
class Done:
    """The last page of a sale or a collection. waiting: seats still to be collected.

    left: what vouchers and gift cards that paid here have left. programmes: paid here,
    to be had at the box office.
    """

    order: str
    tonight: Tonight
    seats: tuple[SeatShown, ...]
    quantity: int
    doors: tuple[str, ...]
    doors_open_ms: int | None
    receipt: Literal["none", "queued", "printed", "failed"]
    waiting: tuple[SeatShown, ...] = ()
    left: tuple[LeftShown, ...] = ()
    programmes: int = 0
