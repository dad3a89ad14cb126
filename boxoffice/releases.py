"""Release runs: take back seats that nobody has paid for, and say why others are kept.

Used for rolled-over subscriptions that were never renewed. A seat with money on it stays,
and every kept seat has its reason. Amounts are minor units of one currency.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from boxoffice.bad_input import among, once, positive
from boxoffice.refusals import Code


class Scope(StrEnum):
    """Whether money on one seat protects that seat or its whole order."""

    SEAT = "seat"
    ORDER = "order"


class ZeroValue(StrEnum):
    """What becomes of seats at price 0."""

    KEEP = "keep"
    RELEASE_IF_ORDER_UNPAID = "release_if_order_unpaid"


@dataclass(frozen=True)
class Seat:
    """A seat of an order. paid: what has been applied to it.

    complimentary: its price type is meant to be free. Raises Fractional-, NegativeMoney.
    """

    id: str
    price: int
    paid: int
    locked: bool = False
    printed: bool = False
    complimentary: bool = False

    def __post_init__(self) -> None:
        positive(self.price, f"price of {self.id}")
        positive(self.paid, f"payment on {self.id}")


@dataclass(frozen=True)
class Order:
    """An order with its status, in the theatre's own words."""

    id: str
    status: str
    seats: tuple[Seat, ...]


@dataclass(frozen=True)
class Policy:
    """What the run is about. Raises UnknownWord."""

    statuses: frozenset[str]
    scope: Scope = Scope.SEAT
    zero_value: ZeroValue = ZeroValue.KEEP

    def __post_init__(self) -> None:
        among(Scope, self.scope, "scope of a release run")
        among(ZeroValue, self.zero_value, "zero-value seats of a release run")


@dataclass(frozen=True)
class Run:
    """What a run releases, in input order, and why it keeps the rest.

    comps, suspected: the kept or released seats at price 0 that are meant to be free, and
    those whose price may be a mistake.
    """

    released: tuple[str, ...]
    kept: Mapping[str, Code]
    comps: tuple[str, ...]
    suspected: tuple[str, ...]


def plan(orders: Sequence[Order], policy: Policy) -> Run:
    """Say what a release run does; apply exactly this.

    Raises Repeated when a seat stands in it twice. Source: REL1–REL3.
    """
    once((seat.id for order in orders for seat in order.seats), "seats of the run")
    reasons = {
        seat.id: _reason(seat, order, policy) for order in orders for seat in order.seats
    }
    free = [seat for order in orders for seat in order.seats if seat.price == 0]
    return Run(
        released=tuple(seat for seat, reason in reasons.items() if reason is None),
        kept={seat: reason for seat, reason in reasons.items() if reason is not None},
        comps=tuple(seat.id for seat in free if seat.complimentary),
        suspected=tuple(seat.id for seat in free if not seat.complimentary),
    )


def _reason(seat: Seat, order: Order, policy: Policy) -> Code | None:
    """Give the first reason to keep a seat, in the order of REL2."""
    if order.status not in policy.statuses:
        return Code.ORDER_STATUS_NOT_SELECTED
    if seat.locked:
        return Code.LOCKED_BY_STAFF
    if seat.printed:
        return Code.TICKET_PRINTED
    order_has_money = any(other.paid for other in order.seats)
    if seat.price == 0:
        release = policy.zero_value is ZeroValue.RELEASE_IF_ORDER_UNPAID
        if release and not order_has_money:
            return None
        return Code.ZERO_VALUE_COUNTS_AS_PAID
    if seat.paid >= seat.price:
        return Code.PAID_IN_FULL
    if seat.paid:
        return Code.PARTIAL_PAYMENT
    if policy.scope is Scope.ORDER and order_has_money:
        return Code.ORDER_HAS_PAYMENT
    return None


@dataclass(frozen=True)
class NotRestored:
    """Why a run cannot be undone: these seats are somebody else's now."""

    taken: tuple[str, ...]
    code: Code = Code.SEAT_SOLD


def undo(run: Run, taken: Collection[str]) -> tuple[str, ...] | NotRestored:
    """Give the seats that come back, all of them or none.

    taken: seats that were sold or promised to others since. Source: REL4.
    """
    gone = tuple(seat for seat in run.released if seat in taken)
    return NotRestored(gone) if gone else run.released
