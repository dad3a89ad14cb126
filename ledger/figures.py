"""What the book says about itself, for the desk-top lobby's lamps and for `verify`."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ledger import discrepancies, journal
from ledger.tables.copies import WillCallCopyRow
from ledger.tables.doors import MovementRow
from ledger.tables.orders import OrderRow, TicketRow


def read(session: Session) -> dict[str, Any]:
    """Give the figures that `lobby.invariants` compares with other books."""
    sold: dict[tuple[str, str], list[str]] = {}
    for performance, seat, ticket in session.execute(
        select(TicketRow.performance, TicketRow.seat, TicketRow.id)
        .where(TicketRow.status == "active")
        .order_by(TicketRow.performance, TicketRow.seat, TicketRow.id)
    ):
        sold.setdefault((performance, seat), []).append(ticket)
    admitted = session.execute(
        select(
            MovementRow.ticket,
            func.count(),
            func.sum(MovementRow.count),
            # A ticket that no sale has told of yet is for one.
            func.coalesce(func.max(TicketRow.admits), 1),
        )
        .outerjoin(TicketRow, TicketRow.id == MovementRow.ticket)
        .where(MovementRow.kind == "admission", MovementRow.undone.is_(None))
        .group_by(MovementRow.ticket)
        .order_by(MovementRow.ticket)
    ).all()
    copied: dict[str, list[str]] = {}
    for number, doc in session.execute(
        select(OrderRow.number, WillCallCopyRow.doc)
        .join(OrderRow, OrderRow.id == WillCallCopyRow.order)
        .order_by(OrderRow.number, WillCallCopyRow.doc)
    ):
        copied.setdefault(number, []).append(doc)
    return {
        "journal_sum": journal.total(session),
        "seats_sold": [
            {"performance": performance, "seat": seat, "tickets": tickets}
            for (performance, seat), tickets in sold.items()
        ],
        "admissions": [
            {"ticket": ticket, "count": count, "people": int(people), "admits": admits}
            for ticket, count, people, admits in admitted
        ],
        "tickets": _count(session, TicketRow),
        "orders": _count(session, OrderRow),
        "discrepancies": discrepancies.unsettled(session),
        # Sealed copies by order number: the documents that kiosks keep.
        "copied": copied,
    }


def _count(session: Session, row: type[Any]) -> int:
    return session.scalar(select(func.count()).select_from(row)) or 0
