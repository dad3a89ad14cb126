"""What the theatre is paid where cards are charged to the operator's account.

Every 14 days: the orders settled by then and on no earlier statement, charge less handling.
Small amounts wait while the production runs; a debt is carried, never paid out.
Amounts are minor units of one currency.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from boxoffice.bad_input import once, positive, whole

EVERY = timedelta(days=14)


class PaidBy(StrEnum):
    """How a statement was paid."""

    CHEQUE = "cheque"
    DIRECT_DEPOSIT = "direct_deposit"


@dataclass(frozen=True)
class Order:
    """An order as a statement sees it; a refund is one of its own, with a negative charge.

    settled_on: the processor's date, None while it has not settled; never a guess.
    Raises FractionalMoney.
    """

    id: str
    charge: int
    handling: int
    settled_on: date | None

    def __post_init__(self) -> None:
        whole(self.charge, f"charge of {self.id}")
        whole(self.handling, f"handling of {self.id}")

    @property
    def net(self) -> int:
        """The theatre's part."""
        return self.charge - self.handling


@dataclass(frozen=True)
class Statement:
    """One statement. Its list and what was carried add up to its amount.

    waiting: orders that have not settled by its date.
    """

    included: tuple[Order, ...]
    waiting: tuple[Order, ...]
    carried: int
    issued: bool

    @property
    def amount(self) -> int:
        """What was carried, and what its orders add. Source: SET1."""
        return self.carried + sum(order.net for order in self.included)

    @property
    def carry_forward(self) -> int:
        """What the next statement begins with."""
        return 0 if self.issued else self.amount


def draw(
    orders: Sequence[Order],
    *,
    on: date,
    minimum: int,
    complete: bool,
    carried: int = 0,
    stated: Collection[str] = (),
) -> Statement:
    """Draw up a statement.

    orders: in any order; the statement keeps it. on: its date. minimum: below it nothing is
    paid until the production is complete. carried: from the last one, may be negative.
    stated: ids on earlier statements.
    Raises Repeated, FractionalMoney and NegativeMoney (of minimum). Source: SET1–SET4.
    """
    once((order.id for order in orders), "orders of the statement")
    positive(minimum, "minimum of a statement")
    whole(carried, "carried amount")
    fresh = [order for order in orders if order.id not in stated]
    included = tuple(order for order in fresh if _settled(order, on))
    waiting = tuple(order for order in fresh if not _settled(order, on))
    amount = carried + sum(order.net for order in included)
    issued = amount > 0 and (complete or amount >= minimum)
    return Statement(included, waiting, carried, issued)


def _settled(order: Order, on: date) -> bool:
    return order.settled_on is not None and order.settled_on <= on


def next_date(last: date) -> date:
    """Give the date of the statement after this one. Source: SET1."""
    return last + EVERY


def normally_in(on: date) -> date:
    """Give the Sunday before a statement: orders up to it are normally settled. Source:
    SET4.
    """
    return on - timedelta(days=on.isoweekday())
