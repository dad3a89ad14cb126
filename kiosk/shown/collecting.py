"""What pages show of tickets that are collected.

Plain facts, no words and no formats: amounts are minor units of the currency beside
them, times are ms since 1970 in UTC. Pages choose the language, the words and the format.
"""

from dataclasses import dataclass

from kiosk.shown.named import SeatShown


@dataclass(frozen=True)
class FoundTicket:
    """A ticket of a will-call order. collectable: not printed, paid for.

    payable: it would be collectable if it were paid for. seat: None in general admission.
    """

    ticket: str
    seat_name: str
    price_type: str
    due: int
    printed: bool
    collectable: bool
    payable: bool = False
    seat: SeatShown | None = None


@dataclass(frozen=True)
class Found:
    """An order that was found. ref: for the page's address; never the order number.

    at_once: paid and wholly uncollected, so its QR code prints it without a touch.
    group: whose leader collects it; blank: its name is not known here; None: no group's.
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
    group: str | None = None


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
