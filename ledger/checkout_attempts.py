"""Attempts to pay for a basket, as the book has them, and what becomes of each."""

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from boxoffice.refusals import Code
from ledger import discrepancies
from ledger.baskets import SHOP, Basket
from ledger.clock import Means
from ledger.tables.baskets import BasketRow
from ledger.tables.money import PaymentRow
from ledger.tables.seats import HoldRow

# After a payment that failed there is time for another one.
RETRY_MS = 5 * 60_000
# Patrons who come back settle their own payment; the others' is looked at now and then.
LOOK_EVERY_MS = 20_000


@dataclass(frozen=True)
class Attempt:
    """One attempt to pay, as the book has it. amount: minor units. ref: the gateway's."""

    key: str
    basket: str
    amount: int
    currency: str
    state: str
    ref: str
    until_ms: int
    captured: bool
    changed_ms: int


def find(session: Session, key: str) -> Attempt | None:
    """Give an attempt of the shop."""
    payment = session.get(PaymentRow, key)
    if payment is None or payment.device != SHOP:
        return None
    row = session.scalars(select(BasketRow).where(BasketRow.intent == key)).one_or_none()
    return attempt_of(payment, row)


def waiting(session: Session, now_ms: int) -> list[Attempt]:
    """Give the attempts to see to: to be given back, to be captured, or not looked at for
    a while.
    """
    rows = session.execute(
        select(PaymentRow, BasketRow)
        .outerjoin(BasketRow, BasketRow.id == PaymentRow.order)
        .where(
            PaymentRow.device == SHOP,
            (
                PaymentRow.state.in_(("started", "unknown"))
                & (PaymentRow.changed_ms <= now_ms - LOOK_EVERY_MS)
            )
            | (PaymentRow.state == "voiding")
            | ((PaymentRow.state == "sold") & PaymentRow.captured.is_(False)),
        )
        .order_by(PaymentRow.changed_ms)
        .limit(100)
    ).all()
    return [attempt_of(payment, row) for payment, row in rows]


def why(session: Session, basket: Basket) -> Code | None:
    """Give why the last attempt of a basket did not become an order."""
    payment = session.get(PaymentRow, basket.intent) if basket.intent else None
    known = {code.value: code for code in Code}
    return known.get(payment.why or "") if payment else None


def ended(session: Session, means: Means, key: str, *, why: str) -> str:
    """End an attempt that no gateway knows; give its state."""
    payment = session.get_one(PaymentRow, key, with_for_update=True)
    if payment.state in {"started", "unknown"} and not payment.ref:
        payment.state, payment.why, payment.changed_ms = "cancelled", why, means.now_ms
        row = session.scalars(
            select(BasketRow).where(BasketRow.intent == key).with_for_update()
        ).one()
        reopen(session, means, row)
    return payment.state


def named(session: Session, key: str, ref: str) -> bool:
    """Write down what the gateway calls it; False: it was given up meanwhile."""
    payment = session.get_one(PaymentRow, key, with_for_update=True)
    payment.ref = payment.ref or ref
    return payment.state in {"started", "unknown"}


def voided(session: Session, means: Means, key: str, *, accepted: bool) -> str:
    """Write down that its money went back. accepted: whether the gateway did that."""
    payment = session.get_one(PaymentRow, key, with_for_update=True)
    if payment.state == "voiding":
        payment.state, payment.changed_ms = "voided", means.now_ms
        if not accepted:
            discrepancies.note(
                session,
                means,
                "charge_without_sale",
                key,
                facts={"order": payment.order, "amount": payment.amount, "device": SHOP},
                evidence=[],
            )
    return payment.state


def captured(session: Session, means: Means, key: str) -> None:
    """Write down that the bank has paid it out."""
    payment = session.get_one(PaymentRow, key, with_for_update=True)
    payment.captured, payment.changed_ms = True, means.now_ms


def reopen(session: Session, means: Means, row: BasketRow, *, failed: bool = False) -> None:
    """The payment is over, the seats are still held: for what was left of their time.

    failed: the bank said no; then there is time for another card, at least.
    """
    row.state = "open"
    if failed:
        row.until_ms = max(row.until_ms, means.now_ms + RETRY_MS)
    keep_seats(session, row, row.until_ms)


def keep_seats(session: Session, row: BasketRow, until_ms: int) -> None:
    """Hold the seats of a basket until then."""
    session.execute(
        update(HoldRow).where(HoldRow.id == row.hold).values(expires_ms=until_ms)
    )


def attempt_of(payment: PaymentRow, row: BasketRow | None) -> Attempt:
    """Read an attempt, with the basket it pays for if there still is one."""
    return Attempt(
        payment.intent,
        row.id if row else "",
        payment.amount,
        payment.currency,
        payment.state,
        payment.ref or "",
        row.until_ms if row else 0,
        payment.captured,
        payment.changed_ms,
    )
