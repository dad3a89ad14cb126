"""Who is to be paid back after a performance was called off, and how. Source: CAN1."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from boxoffice import ids
from ledger.tables.catalogue import PerformanceRow
from ledger.tables.money import TenderRow
from ledger.tables.orders import OrderRow, PatronRow, TicketRow
from ledger.written import plain

HEADER = (
    "order",
    "patron",
    "e-mail",
    "phone",
    "paid by",
    "reference",
    "amount",
    "currency",
)


def rows(session: Session, performance: str) -> Iterator[list[str]]:
    """Give what was booked back since then on orders that have tickets for it.

    One row a payment, with the reference under which it had been paid.
    """
    since = session.get_one(PerformanceRow, performance).cancelled_ms
    if since is None:
        return
    paid = aliased(TenderRow)
    concerned = select(TicketRow.order).where(TicketRow.performance == performance)
    found = session.execute(
        select(TenderRow, paid.ref, OrderRow.number, OrderRow.currency, PatronRow)
        .join(OrderRow, OrderRow.id == TenderRow.order)
        .outerjoin(paid, paid.id == TenderRow.refunds)
        .outerjoin(PatronRow, PatronRow.id == OrderRow.patron)
        .where(
            TenderRow.order.in_(concerned), TenderRow.amount < 0, TenderRow.at_ms >= since
        )
        .order_by(TenderRow.at_ms, TenderRow.id)
    )
    for tender, ref, number, currency, patron in found:
        yield [
            ids.shown(number),
            patron.name if patron else "",
            patron.email if patron else "",
            patron.phone if patron else "",
            tender.kind.replace("_", " "),
            ref or "",
            plain(-tender.amount, currency),
            currency,
        ]
