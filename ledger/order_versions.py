"""Which version of an order somebody saw, and who was quicker.

Whoever changes an order says which version they saw. If somebody was quicker, nothing
happens and they hear who it was, and what they did. Source: lobby.md §7.
"""

import hashlib
import json

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ledger import audit, deeds
from ledger.rivals import Change, Overtaken
from ledger.tables.house import StaffRow
from ledger.tables.orders import OrderRow, PatronRow, TicketRow
from ledger.tables.records import AuditRow


def version(session: Session, order: OrderRow) -> str:
    """Name what an order is now; it changes with every change of the order."""
    tickets = session.execute(
        select(TicketRow.id, TicketRow.status, TicketRow.seat, TicketRow.issue)
        .where(TicketRow.order == order.id)
        .order_by(TicketRow.id)
    ).all()
    # Two changes of one millisecond have ids in no order: their number tells.
    changes = session.scalar(
        select(func.count()).select_from(AuditRow).where(AuditRow.subject == order.id)
    )
    patron = session.get(PatronRow, order.patron) if order.patron else None
    facts = [
        [patron.name, patron.email, patron.phone] if patron else [],
        [order.delivery, order.note, order.photo_id],
        order.state,
        order.charge,
        order.paid,
        order.collected_ms,
        [list(row) for row in tickets],
    ]
    digest = hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:20]
    return f"{changes}.{digest}"


def lock(session: Session, id: str, seen: str) -> OrderRow | Overtaken:
    """Take an order to change it, if it still is what was seen. Raises NoResultFound."""
    order = session.get_one(OrderRow, id, with_for_update=True)
    return overtaken(session, order, seen) or order


def overtaken(session: Session, order: OrderRow, seen: str) -> Overtaken | None:
    """Give who changed the order since it was seen; None: it still is what it was."""
    if version(session, order) == seen:
        return None
    before = seen.partition(".")[0]
    known = int(before) if before.isascii() and before.isdigit() and len(before) < 9 else 0
    done = session.execute(
        select(AuditRow, StaffRow.name)
        .outerjoin(StaffRow, StaffRow.id == AuditRow.staff)
        .where(AuditRow.subject == order.id)
        .order_by(*audit.IN_ORDER)
        .offset(known)
    )
    return Overtaken(
        tuple(
            Change(
                name or "Somebody",
                row.at_ms,
                deeds.words(session, row.action, row.reason, json.loads(row.facts)),
            )
            for row, name in done
        )
    )
