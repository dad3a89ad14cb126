"""What programs of the theatre may read: performances, sales, orders; in pages.

Amounts are minor units, moments ms UTC. It only grows: nothing here is renamed or dropped.
"""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import ids
from ledger import reports, sales_report
from ledger.tables.catalogue import HallRow, PerformanceRow, ProductionRow
from ledger.tables.orders import OrderLineRow, OrderRow, PatronRow, TicketRow

MOST = 200


def performances(session: Session, after: str, limit: int) -> dict[str, Any]:
    """Give performances in the order of their numbers; after: the number read last."""
    number = int(after) if after.isascii() and after.isdecimal() and len(after) < 16 else 0
    rows = session.execute(
        select(PerformanceRow, ProductionRow.title, HallRow.name)
        .join(ProductionRow, ProductionRow.id == PerformanceRow.production)
        .join(HallRow, HallRow.id == PerformanceRow.hall)
        .where(PerformanceRow.number > number)
        .order_by(PerformanceRow.number)
        .limit(limit)
    ).all()
    return {
        "performances": [
            {
                "id": row.id,
                "number": row.number,
                "production": title,
                "hall": hall,
                "kind": row.kind,
                "starts_ms": row.starts_ms,
                "ends_ms": row.ends_ms,
                "public": row.public,
                "cancelled_ms": row.cancelled_ms,
                "seats_left": row.seats_left,
            }
            for row, title, hall in rows
        ],
        "next": str(rows[-1][0].number) if len(rows) == limit else None,
    }


def seats(session: Session, performance: str) -> dict[str, Any] | None:
    """Count the seats of a performance by state. None: there is no such one."""
    found = reports.performance(session, performance)
    if found is None:
        return None
    return {"performance": performance, "seats": dict(found.counts)}


def sales(session: Session, page: int = 0) -> dict[str, Any]:
    """Give a page of the sales report: one line a performance, newest first."""
    names = (
        "performance", "title", "starts_ms", "sold", "refunded", "charge", "net",
        "handling", "due",
    )  # fmt: skip
    return {
        "sales": [
            {name: getattr(line, name) for name in names}
            for line in sales_report.by_performance(session, page)
        ]
    }


def orders(session: Session, after: str, limit: int, *, personal: bool) -> dict[str, Any]:
    """Give orders by their ids, with tickets and lines; patrons only if personal."""
    rows = session.execute(
        select(OrderRow, PatronRow)
        .outerjoin(PatronRow, PatronRow.id == OrderRow.patron)
        .where(OrderRow.id > after)
        .order_by(OrderRow.id)
        .limit(limit)
    ).all()
    shown = [order.id for order, _ in rows]
    tickets: dict[str, list[dict[str, Any]]] = {}
    for ticket in session.scalars(
        select(TicketRow)
        .where(TicketRow.order.in_(shown))
        .order_by(TicketRow.order, TicketRow.line)
    ):
        tickets.setdefault(ticket.order, []).append(
            {
                "id": ticket.id,
                "performance": ticket.performance,
                "seat": ticket.seat,
                "price_type": ticket.price_type,
                "price": ticket.price,
                "fee_outside": ticket.fee_outside,
                "fee_inside": ticket.fee_inside,
                "status": ticket.status,
            }
        )
    lines: dict[str, list[dict[str, Any]]] = {}
    for line in session.scalars(select(OrderLineRow).where(OrderLineRow.order.in_(shown))):
        lines.setdefault(line.order, []).append({"kind": line.kind, "amount": line.amount})
    return {
        "orders": [
            {
                "id": order.id,
                "number": ids.shown(order.number),
                "state": order.state,
                "currency": order.currency,
                "seller": order.seller,
                "charge": order.charge,
                "paid": order.paid,
                "made_ms": order.made_ms,
                "tickets": tickets.get(order.id, []),
                "lines": lines.get(order.id, []),
                "patron": _patron(patron) if personal else None,
            }
            for order, patron in rows
        ],
        "next": shown[-1] if len(shown) == limit else None,
    }


def _patron(row: PatronRow | None) -> dict[str, str] | None:
    return {"name": row.name, "email": row.email, "phone": row.phone} if row else None
