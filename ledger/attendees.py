"""The attendee list of a performance: every ticket, refunded ones too. Source: ATT1."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import attendees as rule
from boxoffice import ids
from boxoffice.attendees import Attendee
from boxoffice.orders import TicketStatus
from ledger import reports
from ledger.sorting import Sorting
from ledger.tables.contacts import ContactRow
from ledger.tables.doors import MovementRow
from ledger.tables.orders import OrderRow, PatronRow, TicketRow
from ledger.tables.records import AuditRow
from ledger.written import moment

HEADER = ("seat", "buyer", "phone", "order", "status", "admitted", "refunded", "ticket")
_KNOWN = {status.value for status in TicketStatus}


@dataclass(frozen=True)
class Line:
    """A ticket of the list, and the order that it belongs to: its id and number."""

    attendee: Attendee
    order: str
    number: str


def read(session: Session, performance: str) -> list[Line]:
    """Give every ticket of a performance, by seat."""
    names = reports.seat_names(session, performance)
    came = _came(session, performance)
    refunded = _refunded(session, performance)
    found = session.execute(
        select(TicketRow, OrderRow.number, PatronRow, ContactRow)
        .join(OrderRow, OrderRow.id == TicketRow.order)
        .outerjoin(PatronRow, PatronRow.id == OrderRow.patron)
        .outerjoin(ContactRow, ContactRow.order == OrderRow.id)
        .where(TicketRow.performance == performance)
    ).all()
    lines = {}
    for ticket, number, patron, told in found:
        known = ticket.status if ticket.status in _KNOWN else TicketStatus.CANCELLED
        one = Attendee(
            ticket=ticket.id,
            status=TicketStatus(known),
            seat=names.get(ticket.seat, ticket.seat),
            buyer=patron.name if patron else told.name if told else "",
            phone=patron.phone if patron else told.phone if told else "",
            admitted_at=tuple(came.get(ticket.id, ())),
            refunded_at=refunded.get(ticket.id) if ticket.status == "refunded" else None,
        )
        lines[ticket.id] = Line(one, ticket.order, ids.shown(number))
    listed = rule.listed(line.attendee for line in lines.values())
    return [lines[one.ticket] for one in listed]


_NEVER = datetime.max.replace(tzinfo=UTC)
SORTS: dict[str, Callable[[Line], Any]] = {
    "seat": lambda line: (),
    "buyer": lambda line: line.attendee.buyer.casefold(),
    "phone": lambda line: line.attendee.phone,
    "order": lambda line: line.number,
    "ticket": lambda line: line.attendee.status.value,
    # Whoever did not come, or was not given back, counts as last of all.
    "admitted": lambda line: min(line.attendee.admitted_at, default=_NEVER),
    "refunded": lambda line: line.attendee.refunded_at or _NEVER,
}
USUAL = Sorting("seat")


def sort(lines: list[Line], by: Sorting) -> list[Line]:
    """Sort a list that is by seat. by: one of SORTS."""
    if by.by == USUAL.by:
        return lines[::-1] if by.down else lines
    return sorted(lines, key=SORTS[by.by], reverse=by.down)


def table(lines: list[Line], zone: str) -> Iterator[list[str]]:
    """Give the list as rows of a sheet, times on the house's own clock."""
    for line in lines:
        one = line.attendee
        yield [
            one.seat,
            one.buyer,
            one.phone,
            line.number,
            one.status.value,
            ", ".join(_said(at, zone) for at in one.admitted_at),
            _said(one.refunded_at, zone) if one.refunded_at else "",
            one.ticket,
        ]


def _came(session: Session, performance: str) -> dict[str, list[datetime]]:
    found: defaultdict[str, list[datetime]] = defaultdict(list)
    for ticket, at_ms in session.execute(
        select(MovementRow.ticket, MovementRow.at_ms)
        .where(
            MovementRow.performance == performance,
            MovementRow.kind == "admission",
            MovementRow.undone.is_(None),
        )
        .order_by(MovementRow.at_ms)
    ):
        found[ticket].append(datetime.fromtimestamp(at_ms / 1000, UTC))
    return found


def _refunded(session: Session, performance: str) -> dict[str, datetime]:
    """Give when each ticket was refunded, as the history of its order says."""
    concerned = select(TicketRow.order).where(
        TicketRow.performance == performance, TicketRow.status == "refunded"
    )
    return {
        ticket: datetime.fromtimestamp(at_ms / 1000, UTC)
        for facts, at_ms in session.execute(
            select(AuditRow.facts, AuditRow.at_ms).where(
                AuditRow.action == "refund", AuditRow.subject.in_(concerned)
            )
        )
        for ticket in json.loads(facts).get("tickets", ())
    }


def _said(at: datetime, zone: str) -> str:
    return f"{moment(round(at.timestamp() * 1000), zone):%Y-%m-%d %H:%M}"
