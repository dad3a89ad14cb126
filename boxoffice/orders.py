"""Orders: confirmed once, cancelled without moving money, cloned, and ticketed in turn."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from boxoffice.bad_input import OutOfRange, among, once, whole
from boxoffice.ids import shown
from boxoffice.refusals import Code


class Status(StrEnum):
    """How an order's number is always shown. Source: ORD12."""

    CONFIRMED = "Confirmed"
    UNCONFIRMED = "UNCONFIRMED"


class File(StrEnum):
    """Where an order is found: among the current ones, or in the cancelled file."""

    CURRENT = "current"
    CANCELLED = "cancelled"


class TicketStatus(StrEnum):
    """What has become of a ticket."""

    ACTIVE = "active"
    REFUNDED = "refunded"
    EXCHANGED = "exchanged"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Patron:
    """Who bought: what a clone takes along."""

    id: str
    name: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""


@dataclass(frozen=True)
class Order:
    """An order.

    credits: seat credits that it used, by membership. paid, donation: minor units.
    Raises Repeated for a seat that stands in it twice, UnknownWord, FractionalMoney.
    """

    number: str
    patron: Patron
    seats: tuple[str, ...] = ()
    credits: tuple[tuple[str, int], ...] = ()
    paid: int = 0
    donation: int = 0
    status: Status = Status.UNCONFIRMED
    file: File = File.CURRENT

    def __post_init__(self) -> None:
        among(Status, self.status, f"status of order {self.number}")
        among(File, self.file, f"file of order {self.number}")
        once(self.seats, f"seats of order {self.number}")
        whole(self.paid, f"payments of order {self.number}")
        whole(self.donation, f"donation of order {self.number}")

    @property
    def title(self) -> str:
        """Its number as people read it, always with its status. Source: ORD12."""
        return f"{shown(self.number)} {self.status}"


@dataclass(frozen=True)
class Confirmations:
    """The keys that have asked one order to confirm, and what each was told."""

    told: tuple[tuple[str, "Status | Code"], ...] = ()


@dataclass(frozen=True)
class Confirmation:
    """The answer to one key. capture: whether this very call takes the money."""

    answer: "Status | Code"
    capture: bool
    confirmations: Confirmations


def confirm(before: Confirmations, key: str) -> Confirmation:
    """Answer a confirmation: the first key confirms, and each key hears its answer again.

    Source: ORD9.
    """
    told = dict(before.told)
    if key in told:
        return Confirmation(told[key], capture=False, confirmations=before)
    first = Status.CONFIRMED not in told.values()
    answer = Status.CONFIRMED if first else Code.ORDER_ALREADY_CONFIRMED
    return Confirmation(answer, first, Confirmations((*before.told, (key, answer))))


@dataclass(frozen=True)
class Cancelled:
    """What a cancellation does. No money moves: what was paid stays paid.

    order: now in the cancelled file. freed: its seats, available again (4.1). credits:
    given back, by membership. refunded: minor units, always none.
    """

    order: Order
    freed: tuple[str, ...]
    credits: Mapping[str, int]
    refunded: int = 0


def cancel(order: Order) -> Cancelled:
    """Cancel an order; refunding is a separate decision. Source: ORD4, R8."""
    return Cancelled(
        order=replace(order, file=File.CANCELLED, credits=()),
        freed=order.seats,
        credits=dict(order.credits),
    )


def give_back(used: int, returned: int) -> int:
    """Give the credits in use after a return. Raises OutOfRange. Source: MEM7."""
    if not 0 <= returned <= used:
        raise OutOfRange(returned, "returned seat credits", f"is not within 0…{used}")
    return used - returned


@dataclass(frozen=True)
class NotFree:
    """The first seat that stands in the way."""

    seat: str
    code: Code = Code.SEAT_NOT_FREE


def restore(order: Order, free: Collection[str]) -> Order | NotFree:
    """Take an order out of the cancelled file while its seats are free. Source: ORD4.

    Seat credits are used anew, by `members.use`: they were given back.
    """
    for seat in order.seats:
        if seat not in free:
            return NotFree(seat)
    return replace(order, file=File.CURRENT)


def clone(order: Order, number: str) -> Order:
    """Begin another order for the same patron: nothing else comes along. Source: ORD5."""
    return Order(number, order.patron)


class TicketingStatus(StrEnum):
    """Where an order's tickets are."""

    TO_BE_TICKETED = "to_be_ticketed"
    MAILED = "mailed"
    HELD = "held"
    PICKED_UP = "picked_up"
    EMAILED = "emailed"


class Delivery(StrEnum):
    """How its tickets reach the patron."""

    MAIL = "mail"
    WILL_CALL = "will_call"
    EMAIL = "email"


@dataclass(frozen=True)
class ToTicket:
    """An order as the work list sees it.

    performance_at: ISO 8601 in the venue's time; all of one list in one form, compared as
    text. Raises UnknownWord.
    """

    id: str
    confirmed: bool
    status: TicketingStatus
    delivery: Delivery
    performance_at: str

    def __post_init__(self) -> None:
        among(TicketingStatus, self.status, f"ticket status of order {self.id}")
        among(Delivery, self.delivery, f"delivery of order {self.id}")


def worklist(orders: Iterable[ToTicket]) -> list[str]:
    """List the orders that still need paper, soonest performance first. Source: ORD6."""
    waiting = [
        order
        for order in orders
        if order.confirmed
        and order.status is TicketingStatus.TO_BE_TICKETED
        and order.delivery is not Delivery.EMAIL
    ]
    waiting.sort(key=lambda order: (order.performance_at, order.id))
    return [order.id for order in waiting]
