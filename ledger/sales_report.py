"""Sales by performance: seats, prices, fees, and what the theatre keeps. Source: FEE2."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from ledger.tables.catalogue import PerformanceRow, ProductionRow
from ledger.tables.orders import OrderRow, TicketRow

# Performances on one page of the report.
PAGE = 40
# So soon somebody wants to know that nothing was sold, of so many evenings.
SOON_MS, MOST_COMING = 7 * 86_400_000, 6


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


@dataclass(frozen=True)
class Coming:
    """An evening for which nothing was sold yet."""

    performance: str
    title: str
    starts_ms: int


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
        )
        .join(ProductionRow, ProductionRow.id == PerformanceRow.production)
        .join(TicketRow, TicketRow.performance == PerformanceRow.id)
        .join(OrderRow, OrderRow.id == TicketRow.order)
        .where(PerformanceRow.id.in_(session.scalars(shown).all()))
        .group_by(PerformanceRow.id, ProductionRow.title, PerformanceRow.starts_ms)
        .order_by(PerformanceRow.starts_ms.desc(), PerformanceRow.id)
    ).all()
    due = dues(session, [row[0] for row in rows])
    return [
        Line(id, title, *(int(figure) for figure in (*rest, due.get(id, 0))))
        for id, title, *rest in rows
    ]


def dues(session: Session, performances: Sequence[str]) -> dict[str, int]:
    """Say what orders of some performances still owe, as the orders themselves say it.

    Seats owe what has not reached them; fees and donations that are not paid count with
    the order's first seat. Source: APP1, APP2.
    """
    some = (
        select(TicketRow.order)
        .join(OrderRow, OrderRow.id == TicketRow.order)
        .where(
            TicketRow.performance.in_(performances),
            TicketRow.status == "active",
            OrderRow.paid < OrderRow.charge,
        )
    )
    rows = session.execute(
        select(
            TicketRow.order,
            TicketRow.performance,
            TicketRow.price - TicketRow.paid,
            OrderRow.charge - OrderRow.paid,
        )
        .join(OrderRow, OrderRow.id == TicketRow.order)
        .where(TicketRow.order.in_(some), TicketRow.status == "active")
        .order_by(TicketRow.order, TicketRow.line)
    ).all()
    found: dict[str, int] = {}
    for _, group in groupby(rows, key=lambda row: row[0]):
        tickets = list(group)
        found[tickets[0][1]] = found.get(tickets[0][1], 0) + tickets[0][3]
        for _order, performance, owed, _whole in tickets[1:]:
            found[performance] = found.get(performance, 0) + owed
            found[tickets[0][1]] -= owed
    return found


def unsold_yet(session: Session, now_ms: int) -> list[Coming]:
    """Give the evenings of the next days for which nothing was sold, soonest first."""
    sold = select(TicketRow.id).where(TicketRow.performance == PerformanceRow.id)
    rows = session.execute(
        select(PerformanceRow.id, ProductionRow.title, PerformanceRow.starts_ms)
        .join(ProductionRow, ProductionRow.id == PerformanceRow.production)
        .where(
            PerformanceRow.starts_ms > now_ms,
            PerformanceRow.starts_ms < now_ms + SOON_MS,
            PerformanceRow.cancelled_ms.is_(None),
            ~sold.exists(),
        )
        .order_by(PerformanceRow.starts_ms, PerformanceRow.id)
        .limit(MOST_COMING)
    )
    return [Coming(*row) for row in rows]
