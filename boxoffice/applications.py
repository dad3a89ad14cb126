"""Which line of an order its money has reached.

Contributions first, then fees, then tickets, the earliest performance first: one seat is
filled after the other. Only the net total counts, never when or how it came.
All amounts are minor units of the order's one currency.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from boxoffice.bad_input import Missing, among, once, positive
from boxoffice.refusals import Code


class Kind(StrEnum):
    """What a line is for; money goes to them in this order."""

    CONTRIBUTION = "contribution"
    FEE = "fee"
    TICKET = "ticket"


_TURN = {kind: turn for turn, kind in enumerate(Kind)}


@dataclass(frozen=True)
class Line:
    """A line of an order. performed_on: of tickets only, and of every ticket.

    Raises UnknownWord, FractionalMoney, NegativeMoney, and Missing for a ticket without its
    date.
    """

    id: str
    kind: Kind
    due: int
    performed_on: date | None = None

    def __post_init__(self) -> None:
        among(Kind, self.kind, f"kind of {self.id}")
        positive(self.due, f"amount due of {self.id}")
        if self.kind is Kind.TICKET and self.performed_on is None:
            raise Missing("performance date", f"ticket {self.id}", "is not given")


@dataclass(frozen=True)
class Application:
    """Where the money is. paid: by ticket, whether it is paid in full.

    on_account: money that no line needs.
    """

    applied: Mapping[str, int]
    paid: Mapping[str, bool]
    on_account: int

    def balances_with(self, tendered: int) -> bool:
        """Whether net tenders are exactly what is applied and on account; asked nightly."""
        return tendered == sum(self.applied.values()) + self.on_account


def apply(lines: Sequence[Line], paid: int) -> Application:
    """Spread an order's net payments over its lines.

    lines: in the order of the order. paid: net payments, at least 0.
    Raises Repeated, FractionalMoney, NegativeMoney. Source: APP1–APP4.
    """
    once((line.id for line in lines), "lines of the order")
    left = positive(paid, "net payments")
    reached = {}
    # Python sorts stably: on one day the order's own lines decide.
    for line in sorted(lines, key=_turn):
        reached[line.id] = min(line.due, left)
        left -= reached[line.id]
    return Application(
        applied={line.id: reached[line.id] for line in lines},
        paid={
            line.id: reached[line.id] >= line.due
            for line in lines
            if line.kind is Kind.TICKET
        },
        on_account=left,
    )


def _turn(line: Line) -> tuple[int, date]:
    return _TURN[line.kind], line.performed_on or date.min


class Colour(StrEnum):
    """The colour of a sold seat on the staff's chart, beside a pattern and a letter."""

    PINK = "pink"
    LIGHT_BLUE = "light_blue"


@dataclass(frozen=True)
class Shade:
    """A colour, why, and what is missing (minor units; 0 on a pink seat)."""

    colour: Colour
    reason: Code
    missing: int = 0


def colour(price: int, paid: int) -> Shade:
    """Colour a sold seat: pink is paid, light blue unpaid or paid in part.

    Raises FractionalMoney and NegativeMoney. Source: APP2, APP3, APP5.
    """
    positive(price, "price")
    positive(paid, "paid")
    if price == 0:
        return Shade(Colour.PINK, Code.ZERO_VALUE_COUNTS_AS_PAID)
    if paid >= price:
        return Shade(Colour.PINK, Code.PAID_IN_FULL)
    reason = Code.PARTIAL_PAYMENT if paid else Code.NOTHING_PAID
    return Shade(Colour.LIGHT_BLUE, reason, price - paid)
