"""Money at the desk besides the price of seats: payments, checked codes, donations."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from boxoffice import money
from boxoffice.refusals import Code
from ledger import takings, tenders
from ledger.clock import Means
from ledger.refused import Refused
from ledger.tables.orders import OrderLineRow, OrderRow

# What is kept of a donation for handling, inside; FEE5, R3.
DONATION_BP = 400


@dataclass(frozen=True)
class Payment:
    """One way in which it is paid: a kind of takings.TENDERS, minor units, a reference.

    With the kind CODE, ref is what was typed for a voucher or gift card that is on record.
    intent: the attempt that paid, where a card was asked online.
    """

    kind: str
    amount: int
    ref: str = ""
    intent: str | None = None


# A voucher or gift card by its code; its tender says which of them it was.
CODE = "code"


def pay(
    session: Session, means: Means, order: OrderRow, payment: Payment, *, by: str
) -> Refused | None:
    """Take one payment for a locked order; a code is looked up, and takes what it has.

    by: who of the staff takes it; blank: nobody, the patron pays online.

    Refuses NOT_FOUND and LOCKED, and NOT_FOUND for a code that no longer covers so much;
    the caller undoes.
    """
    kind, ref = payment.kind, payment.ref
    if kind == CODE:
        taken = tenders.take(
            session, means, code=ref, amount=payment.amount, order=order.id, by=by
        )
        if isinstance(taken, Refused):
            return taken
        if taken.amount < payment.amount:
            return Refused(Code.NOT_FOUND)
        kind, ref = taken.kind, taken.id
    takings.take(
        session,
        means,
        order,
        kind=kind,
        amount=payment.amount,
        ref=ref,
        intent=payment.intent,
        office=bool(by),
    )
    return None


def donate(session: Session, means: Means, order: OrderRow, amount: int) -> None:
    """Add a donation to an order; its handling comes out of it. Source: FEE5."""
    inside = money.percentage(amount, DONATION_BP)
    session.add(
        OrderLineRow(
            id=means.new_id(),
            order=order.id,
            kind="donation",
            amount=amount,
            fee_outside=0,
            fee_inside=inside,
        )
    )
    takings.charge(
        session, means, order, charged=amount, net=amount - inside, why="donation"
    )
    takings.reach(session, means, order)
