"""What somebody did, in words that name the seats and evenings it was about."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import audit, catalogue, reports, written
from ledger.tables.catalogue import PerformanceRow, ProductionRow
from ledger.tables.orders import TicketRow

# Their facts name the tickets that ended with it.
_GIVEN_BACK = {"refund", "choose_credit", "choose_donate"}


def words(session: Session, action: str, reason: str, facts: Mapping[str, Any]) -> str:
    """Say what was done, as `audit.words` does, with the seats that it was done to."""
    tickets = facts.get("tickets")
    if action in _GIVEN_BACK and isinstance(tickets, list) and tickets:
        about = f"{action}, {_tickets(session, tickets)}"
        return audit.words(about, reason, facts)
    if action != "move_order" or not facts.get("seats"):
        return audit.words(action, reason, facts)
    old, new = zip(*facts["seats"], strict=True)
    left, came = str(facts["from"]), str(facts["to"])
    moved = f"{_seats(session, left, old)} → {_seats(session, came, new)}"
    if left != came:
        moved = (
            f"{_evening(session, left)}: {_seats(session, left, old)}"
            f" → {_evening(session, came)}: {_seats(session, came, new)}"
        )
    return f"move seats, {moved}" + (f" ({reason})" if reason else "")


def _tickets(session: Session, tickets: Sequence[str]) -> str:
    """Name the seats of tickets, evening by evening: those they are at now."""
    found = session.execute(
        select(TicketRow.performance, TicketRow.seat)
        .where(TicketRow.id.in_(tickets))
        .order_by(TicketRow.performance, TicketRow.line)
    )
    return ", ".join(
        _seats(session, performance, [seat for _, seat in of])
        for performance, of in groupby(found, key=lambda row: row[0])
    )


def _seats(session: Session, performance: str, codes: Sequence[str]) -> str:
    """Name seats shortly: "Stalls D 2, D 3, Boxes 4"."""
    names = reports.seat_parts(session, performance)
    if not names:
        return f"{len(codes)} unreserved"
    parts = [names.get(code, ("", code)) for code in codes]
    return ", ".join(
        " ".join(part for part in (section, ", ".join(seat for _, seat in of)) if part)
        for section, of in groupby(parts, key=lambda part: part[0])
    )


def _evening(session: Session, performance: str) -> str:
    row = session.get_one(PerformanceRow, performance)
    title = session.get_one(ProductionRow, row.production).title
    return f"{title}, {written.day_and_time(row.starts_ms, catalogue.house(session).zone)}"
