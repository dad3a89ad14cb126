"""Sales by performance: seats, prices, fees, and what the theatre keeps. Source: FEE2."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from ledger.tables.catalogue import PerformanceRow, ProductionRow
from ledger.tables.orders import OrderRow, TicketRow

# Performances on one page of the report.
PAGE = 40


@dataclass(frozen=True)
class Line:
    """One performance. Amounts in minor units; net is what the theatre keeps."""

    performance: str
    title: str
    starts_ms: int
    sold: int
    desk: int
    devices: int
    online: int
    refunded: int
    charge: int
    net: int
    handling: int
    due: int


def by_performance(session: Session, page: int = 0) -> list[Line]:
    """Add up live tickets of a page of performances that were sold, newest first.

    Which performances they are is asked first: adding up years takes seconds.
    """
    sold = select(TicketRow.id).where(TicketRow.performance == PerformanceRow.id)
    shown = (
        select(PerformanceRow.id)
        .where(sold.exists())
        .order_by(PerformanceRow.starts_ms.desc(), PerformanceRow.id)
        .limit(PAGE)
        .offset(page * PAGE)
    )
    live = TicketRow.status == "active"

    def count(where: ColumnElement[bool]) -> ColumnElement[Any]:
        return func.coalesce(func.sum(case((live & where, 1), else_=0)), 0)

    def total(amount: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.coalesce(func.sum(case((live, amount), else_=0)), 0)

    device = OrderRow.device.is_not(None)
    outside, inside = TicketRow.fee_outside, TicketRow.fee_inside
    rows = session.execute(
        select(
            PerformanceRow.id,
            ProductionRow.title,
            PerformanceRow.starts_ms,
            count(live),
            count(~device & (OrderRow.seller != "online")),
            count(device),
            count(~device & (OrderRow.seller == "online")),
            func.coalesce(func.sum(case((TicketRow.status == "refunded", 1), else_=0)), 0),
            total(TicketRow.price + outside),
            total(TicketRow.price - inside),
            total(outside + inside),
            total(TicketRow.price - TicketRow.paid),
        )
        .join(ProductionRow, ProductionRow.id == PerformanceRow.production)
        .join(TicketRow, TicketRow.performance == PerformanceRow.id)
        .join(OrderRow, OrderRow.id == TicketRow.order)
        .where(PerformanceRow.id.in_(session.scalars(shown).all()))
        .group_by(PerformanceRow.id, ProductionRow.title, PerformanceRow.starts_ms)
        .order_by(PerformanceRow.starts_ms.desc(), PerformanceRow.id)
    ).all()
    return [Line(id, title, *(int(figure) for figure in rest)) for id, title, *rest in rows]
