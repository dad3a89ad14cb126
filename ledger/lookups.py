"""Find an order for somebody who collects it.

By number and last name, or by a code, never by name alone. Every failure sounds the same,
and guessing is slowed down, durably. Source: COL1, COL2, lobby.md §2.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import ids, tickets
from boxoffice.refusals import Code
from boxoffice.will_call import same_name
from ledger import devices, doubts, evenings, facts, groups, guessing, members, pickups
from ledger.clock import Means
from ledger.refused import Refused
from ledger.tables.catalogue import PerformanceRow
from ledger.tables.orders import OrderRow, PatronRow, TicketRow

_TYPED_CODE = 8
# An evening that began so long ago may still be collected.
_STILL_ON_MS = 3 * 3_600_000


@dataclass(frozen=True)
class Found:
    """An order as the kiosk may show it to whoever asked; document: as it travels."""

    order: str
    document: dict[str, Any]


def by_name(
    session: Session, means: Means, place: str, *, number: str, last_name: str
) -> Found | Refused:
    """Look up by order number and last name. place: the device where somebody types.

    Refuses NOT_FOUND, LOCKED (`wait_s`).
    """

    def look() -> OrderRow | None:
        candidates = session.execute(
            select(OrderRow, PatronRow.last_name)
            .outerjoin(PatronRow, PatronRow.id == OrderRow.patron)
            .where(OrderRow.number == ids.clean_code(number))
            .order_by(OrderRow.id)
        ).all()
        fitting = [
            row
            for row, stored in candidates
            if same_name(last_name, stored or "") or groups.leads(row, last_name)
        ]
        return fitting[0] if fitting else None

    return _throttled(session, means, place, look)


def by_card(session: Session, means: Means, place: str, *, card: str) -> Found | Refused:
    """Look up a member's next evening by the card. Refuses NOT_FOUND, LOCKED (`wait_s`)."""
    found = members.by_card(session, card)
    return by_member(session, means, place, member=found.id if found else None)


def by_member(
    session: Session, means: Means, place: str, *, member: str | None
) -> Found | Refused:
    """Look up a member's next evening: first what is not collected yet.

    member: who the card or the password proved to be; None: nobody. Refuses NOT_FOUND,
    LOCKED (`wait_s`).
    """

    def look() -> OrderRow | None:
        if member is None:
            return None
        return session.scalars(
            select(OrderRow)
            .join(TicketRow, TicketRow.order == OrderRow.id)
            .join(PerformanceRow, PerformanceRow.id == TicketRow.performance)
            .where(
                OrderRow.member == member,
                OrderRow.cancelled_ms.is_(None),
                PerformanceRow.starts_ms > means.now_ms - _STILL_ON_MS,
            )
            .order_by(
                OrderRow.collected_ms.is_not(None), PerformanceRow.starts_ms, OrderRow.id
            )
            .limit(1)
        ).first()

    return _throttled(session, means, place, look)


def by_code(session: Session, means: Means, place: str, *, code: str) -> Found | Refused:
    """Look up by the text of a QR: a pickup code or a ticket. Short codes count as typed.

    Refuses NOT_FOUND, LOCKED (`wait_s`), and PAYMENT_STANDS for the slip of a payment that
    nobody could see when it was made.
    """

    def look() -> OrderRow | Refused | None:
        order = pickups.find(session, code) or _of_ticket(session, code)
        row = session.get(OrderRow, order) if order else None
        return row or doubts.standing(session, code)

    if len(ids.clean_code(code)) <= _TYPED_CODE:
        return _throttled(session, means, place, look)
    row = look()
    if isinstance(row, Refused):
        return row
    if row is None or not _has_tickets(session, row.id):
        return Refused(Code.NOT_FOUND)
    return Found(row.id, describe(session, row))


def describe(session: Session, row: OrderRow) -> dict[str, Any]:
    """Give an order as it travels."""
    found = session.scalars(
        select(TicketRow).where(TicketRow.order == row.id).order_by(TicketRow.line)
    ).all()
    due = sum(_due(ticket) for ticket in found)
    body: dict[str, Any] = {
        "order": row.number,
        "state": row.state,
        "due": due,
        "currency": row.currency,
        "performance": found[0].performance if found else None,
        "tickets": _tickets(session, found),
        "photo_id": row.photo_id,
        "note": row.note,
    }
    if row.group_name:
        body["group"] = row.group_name
    if row.collected_ms is not None:
        body["collected_at_ms"] = row.collected_ms
        body["collected_by"] = devices.place_of(session, row.collected_by)
    if row.cancelled_ms is not None:
        body["cancelled_ms"] = row.cancelled_ms
    return body


def _tickets(session: Session, found: Sequence[TicketRow]) -> list[dict[str, Any]]:
    told = []
    sold = {ticket.performance for ticket in found}
    evening = {performance: evenings.read(session, performance) for performance in sold}
    for ticket in found:
        plan = evening[ticket.performance].plan
        kind = evening[ticket.performance].prices.type_of(ticket.price_type or "")
        known = ticket.seat in plan.places
        told.append(
            {
                "ticket": ticket.id,
                "performance": ticket.performance,
                "seat": ticket.seat,
                "seat_name": str(plan.name(ticket.seat)) if known else ticket.seat,
                "price_type": kind.name if kind else ticket.price_type,
                "price": ticket.price + ticket.fee_outside,
                "paid": ticket.price + ticket.fee_outside - _due(ticket),
                "issue": ticket.issue,
                "status": ticket.status,
                "print_state": ticket.print_state,
                "payload": ticket.payload,
            }
        )
    return told


def _due(ticket: TicketRow) -> int:
    """What is still to be paid for a ticket, with its fee."""
    if ticket.paid >= ticket.price and (ticket.paid or not ticket.price):
        return 0
    return ticket.price + ticket.fee_outside - ticket.paid


def _of_ticket(session: Session, code: str) -> str | None:
    """Find the order of a genuine ticket of ours that somebody holds up."""
    reading = tickets.read(code, facts.keys(session))
    if not isinstance(reading, tickets.Valid):
        return None
    return session.scalar(
        select(TicketRow.order).where(
            TicketRow.id == reading.code.ticket, TicketRow.issue == reading.code.issue
        )
    )


def _has_tickets(session: Session, order: str) -> bool:
    found = session.scalars(select(TicketRow.id).where(TicketRow.order == order).limit(1))
    return found.first() is not None


def _throttled(
    session: Session,
    means: Means,
    place: str,
    look: Callable[[], OrderRow | Refused | None],
) -> Found | Refused:
    """Look, unless this place has guessed too often."""
    row = look()
    if isinstance(row, OrderRow) and not _has_tickets(session, row.id):
        row = None
    refused = guessing.judge(session, means, place, found=row is not None)
    if refused is not None or row is None:
        return refused or Refused(Code.NOT_FOUND)
    if isinstance(row, Refused):
        return row
    return Found(row.id, describe(session, row))
