"""Where orders' tickets are, and which orders still need paper. Source: ORD6."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from boxoffice import ids
from boxoffice.printing import State
from ledger import audit, rows
from ledger.clock import Means
from ledger.tables.catalogue import PerformanceRow, ProductionRow
from ledger.tables.office import TicketingRow
from ledger.tables.orders import OrderRow, PatronRow, TicketRow
from ledger.tables.records import AuditRow

TO_DO = "to_be_ticketed"
WORDS = {
    TO_DO: "To be ticketed",
    "mailed": "Mailed",
    "held": "Held for collection",
    "picked_up": "Picked up",
    "emailed": "E-mailed",
}
_ACTION = "mark_tickets"
# A performance that began so long ago is over.
OVER_MS = 12 * 3_600_000
# Orders on the page; once they are marked the next ones come.
SHOWN = 200


@dataclass(frozen=True)
class Waiting:
    """An order on the work list, or one that was on it."""

    order: str
    number: str
    patron: str
    email: str
    phone: str
    address: str
    delivery: str
    title: str
    starts_ms: int
    tickets: int
    status: str
    note: str


def status(session: Session, order: OrderRow) -> str:
    """Say where an order's tickets are."""
    row = session.get(TicketingRow, order.id)
    if row is not None:
        return row.status
    if order.collected_ms is not None:
        return "picked_up"
    if order.delivery == "kiosk":
        return TO_DO if _unprinted(session, order.id) else "picked_up"
    return "emailed" if order.delivery == "email" else TO_DO


def _unprinted(session: Session, order: str) -> bool:
    """Whether a kiosk still owes somebody a ticket of this order."""
    owed = select(TicketRow.id).where(
        TicketRow.order == order,
        TicketRow.status == "active",
        TicketRow.delivered.is_(None),
        TicketRow.print_state != State.PRINTED,
    )
    return session.scalar(owed.limit(1)) is not None


def mark(
    session: Session, means: Means, orders: Sequence[str], *, status: str, by: str
) -> str:
    """Say of some orders where their tickets are; give the id to take it back by.

    An order that nobody knows is passed over.
    """
    before: dict[str, str | None] = {}
    known = set(session.scalars(select(OrderRow.id).where(OrderRow.id.in_(orders))))
    for id in dict.fromkeys(order for order in orders if order in known):
        row = session.get(TicketingRow, id, with_for_update=True)
        before[id] = row.status if row else None
        _put(session, means, id, status, by)
        audit.note(session, means, staff=by, action=_ACTION, subject=id, reason=status)
    return audit.note(
        session,
        means,
        staff=by,
        action="mark_tickets_in_bulk",
        subject=status,
        facts=before,
    )


def undo(session: Session, means: Means, id: str, *, by: str) -> int | None:
    """Take a bulk mark back, where nobody marked since; give how many. None: no such."""
    row = session.get(AuditRow, id)
    if row is None or row.action != "mark_tickets_in_bulk":
        return None
    facts: Mapping[str, str | None] = json.loads(row.facts)
    back = 0
    for order, before in facts.items():
        now = session.get(TicketingRow, order, with_for_update=True)
        if now is not None and now.status == row.subject and now.at_ms == row.at_ms:
            _put(session, means, order, before or TO_DO, by)
            audit.note(
                session,
                means,
                staff=by,
                action=_ACTION,
                subject=order,
                reason=f"undone: {before or TO_DO}",
            )
            back += 1
    return back


def _put(session: Session, means: Means, order: str, status: str, by: str) -> None:
    values = {"status": status, "at_ms": means.now_ms, "staff": by}
    session.execute(
        rows.insert(session, TicketingRow)
        .values(order=order, **values)
        .on_conflict_do_update(index_elements=["order"], set_=values)
    )


def worklist(
    session: Session, now_ms: int, *, status: str = TO_DO, most: int = SHOWN
) -> list[Waiting]:
    """List confirmed orders by where their tickets are, soonest performance first.

    To be ticketed are those whose tickets are not mailed, collected or sent as e-mail;
    what was played is nobody's work any more.
    """
    orders = (
        _to_do(session, now_ms, most)
        if status == TO_DO
        else select(TicketingRow.order).where(TicketingRow.status == status)
    )
    found = (
        select(
            TicketRow.order.label("order"),
            func.count().label("n"),
            func.min(PerformanceRow.starts_ms).label("starts_ms"),
            func.min(ProductionRow.title).label("title"),
        )
        .join(PerformanceRow, PerformanceRow.id == TicketRow.performance)
        .join(ProductionRow, ProductionRow.id == PerformanceRow.production)
        .where(TicketRow.status == "active", TicketRow.order.in_(orders))
        .group_by(TicketRow.order)
    )
    if status == TO_DO:
        found = found.where(PerformanceRow.starts_ms > now_ms - OVER_MS)
    tickets = found.subquery()
    query = (
        select(OrderRow, PatronRow, tickets, TicketingRow.status)
        .join(tickets, tickets.c.order == OrderRow.id)
        .outerjoin(PatronRow, PatronRow.id == OrderRow.patron)
        .outerjoin(TicketingRow, TicketingRow.order == OrderRow.id)
        .where(OrderRow.state == "confirmed", OrderRow.delivery != "kiosk")
        .order_by(tickets.c.starts_ms, OrderRow.id)
        .limit(most)
    )
    return [
        Waiting(
            order=order.id,
            number=ids.shown(order.number),
            patron=patron.name if patron else "",
            email=patron.email if patron else "",
            phone=patron.phone if patron else "",
            address=patron.address if patron else "",
            delivery=order.delivery,
            title=title,
            starts_ms=starts_ms,
            tickets=n,
            status=marked or TO_DO,
            note=order.note,
        )
        for order, patron, _, n, starts_ms, title, marked in session.execute(query)
    ]


def _to_do(session: Session, now_ms: int, most: int) -> Select[str]:
    """Ask for so many orders to be ticketed or some more, of the soonest evenings.

    Evening by evening: a house has sold tickets by the ten thousand for later ones.
    """
    evenings = session.scalars(
        select(PerformanceRow.id)
        .where(PerformanceRow.starts_ms > now_ms - OVER_MS)
        .order_by(PerformanceRow.starts_ms, PerformanceRow.id)
    ).all()
    count, last, some = 0, 0, 4
    while last < len(evenings) and count < most:
        asked = _of_evenings(evenings[last : last + some]).subquery()
        count += session.scalar(select(func.count()).select_from(asked)) or 0
        last, some = last + some, some * 2
    return _of_evenings(evenings[:last])


def _of_evenings(evenings: Sequence[str]) -> Select[str]:
    # The rule of boxoffice.orders.worklist, in SQL.
    return (
        select(OrderRow.id)
        .join(TicketRow, TicketRow.order == OrderRow.id)
        .outerjoin(TicketingRow, TicketingRow.order == OrderRow.id)
        .where(
            TicketRow.performance.in_(evenings),
            TicketRow.status == "active",
            OrderRow.state == "confirmed",
            OrderRow.delivery.not_in(("kiosk", "email")),
            OrderRow.collected_ms.is_(None),
            func.coalesce(TicketingRow.status, TO_DO) == TO_DO,
        )
        .distinct()
    )
