"""Money that the box office takes for an order, and which line of it the money reaches.

Every penny is a tender and a journal entry. What it reaches follows from the net total
alone. Source: APP1-APP4, spec.md 4.6.
"""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import applications, journal
from boxoffice.applications import Kind, Line
from boxoffice.money import Money
from ledger import journal as book
from ledger import (
    notices,
    outbox,
    webhooks,
)
from ledger.clock import Means
from ledger.tables.catalogue import PerformanceRow
from ledger.tables.memberships import MembershipRow
from ledger.tables.money import TenderRow
from ledger.tables.orders import OrderLineRow, OrderRow, PatronRow, TicketRow

# How people pay at the window; a terminal that stands outside is typed in by hand.
TENDERS = ("cash", "card", "cheque", "voucher", "bank_transfer")


def take(
    session: Session,
    means: Means,
    order: OrderRow,
    *,
    kind: str,
    amount: int,
    ref: str = "",
    intent: str | None = None,
    office: bool = False,
) -> None:
    """Book a payment of some minor units; once all is paid, the tickets are mailed.

    order: locked by the caller. kind: a plain word, such as cash. intent: the attempt.
    office: it was taken at the desk.
    """
    before = order.paid >= order.charge
    move(
        session,
        means,
        order,
        kind=kind,
        amount=amount,
        ref=ref,
        intent=intent,
        office=office,
    )
    reach(session, means, order)
    patron = session.get(PatronRow, order.patron) if order.patron else None
    whole = not before and order.paid >= order.charge
    if not (whole and patron and patron.email):
        return
    kind = _letter(session, order.id)
    if not kind or outbox.has(session, order.id, kind):
        return
    if kind == outbox.TICKETS:
        outbox.bring_tickets(session, means, order.id, to=patron.email)
    else:
        outbox.add(session, means, to=patron.email, kind=kind, order=order.id)


def _letter(session: Session, order: str) -> str:
    """Name the letter that follows payment; blank: whatever was bought has its own."""
    if session.scalar(select(TicketRow.id).where(TicketRow.order == order).limit(1)):
        return outbox.TICKETS
    bought = select(MembershipRow.line).where(MembershipRow.order == order).limit(1)
    return "membership" if session.scalar(bought) else ""


def move(
    session: Session,
    means: Means,
    order: OrderRow,
    *,
    kind: str,
    amount: int,
    ref: str = "",
    refunds: str | None = None,
    intent: str | None = None,
    office: bool = False,
) -> str:
    """Book money in (above 0) or back (below 0): a tender and its entry; give its id.

    refunds: the tender that this gives back. office: it moved at the desk.
    """
    id = means.new_id()
    session.add(
        TenderRow(
            id=id,
            order=order.id,
            kind=kind,
            ref=ref,
            intent=intent,
            amount=amount,
            at_ms=means.now_ms,
            refunds=refunds,
            office=office,
        )
    )
    moved = Money(abs(amount), order.currency)
    lines = journal.payment(kind, moved) if amount >= 0 else journal.payout(kind, moved)
    book.post(
        session,
        means.new_id(),
        lines,
        why="payment" if amount >= 0 else "refund",
        order=order.id,
        now_ms=means.now_ms,
    )
    order.paid += amount
    session.flush()
    event = "order.paid" if amount >= 0 else "order.refunded"
    webhooks.note(session, means, event, order.id, amount=abs(amount))
    return id


def charge(
    session: Session, means: Means, order: OrderRow, *, charged: int, net: int, why: str
) -> None:
    """Book that an order costs more, or below 0 less, than it did."""
    if not charged and not net:
        return
    lines = journal.charge(
        charged=Money(charged, order.currency), net=Money(net, order.currency)
    )
    book.post(session, means.new_id(), lines, why=why, order=order.id, now_ms=means.now_ms)
    order.charge += charged
    session.flush()


def reach(session: Session, means: Means, order: OrderRow) -> None:
    """Say of each live ticket how much of the order's money has reached it."""
    tickets = session.execute(
        select(TicketRow, PerformanceRow.starts_ms)
        .join(PerformanceRow, PerformanceRow.id == TicketRow.performance)
        .where(TicketRow.order == order.id, TicketRow.status == "active")
        .order_by(TicketRow.line)
    ).all()
    others = session.scalars(
        select(OrderLineRow).where(OrderLineRow.order == order.id)
    ).all()
    lines = [
        Line(f"other {row.id}", Kind.CONTRIBUTION, max(0, row.amount + row.fee_outside))
        for row in others
    ]
    lines += [Line(f"fee {row.id}", Kind.FEE, row.fee_outside) for row, _ in tickets]
    lines += [
        Line(row.id, Kind.TICKET, row.price, datetime.fromtimestamp(at / 1000, UTC).date())
        for row, at in tickets
    ]
    found = applications.apply(lines, max(0, order.paid))
    for row, _ in tickets:
        if row.paid != found.applied[row.id]:
            row.paid = found.applied[row.id]
            notices.ticket(session, row.performance, row.id, means.now_ms)
    session.flush()
