"""What happened to an order, in a clerk's words: money, seats, paper, doors."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice.journal import Account
from ledger import audit, deeds, reports, written
from ledger.tables.doors import MovementRow
from ledger.tables.house import StaffRow
from ledger.tables.money import JournalEntryRow, JournalLineRow
from ledger.tables.orders import TicketRow
from ledger.tables.records import AuditRow

# What a door said, where it is more than that somebody went through it.
_SAID = {
    "ADMIT": "",
    "EXIT_OK": "",
    "RE_ADMIT": "once more",
    "ADMIT_UNVERIFIED": "signed, before its sale was known here",
}


@dataclass(frozen=True)
class Entry:
    """One thing that happened to an order: money, paper, a guest through a door."""

    at_ms: int
    words: str


def read(session: Session, order: str) -> list[Entry]:
    """Tell what happened to an order, in order."""
    entries = [
        Entry(entry.at_ms, _booked(entry, lines))
        for entry, lines in _journal(session, order)
    ]
    sold = session.scalars(select(TicketRow).where(TicketRow.order == order)).all()
    evenings = {ticket.performance for ticket in sold}
    called = {one: reports.seat_names(session, one) for one in evenings}
    tickets = {t.id: called[t.performance].get(t.seat, t.seat) for t in sold}
    for movement in session.scalars(
        select(MovementRow).where(MovementRow.ticket.in_(tickets))
    ):
        way = "went in" if movement.kind == "admission" else "went out"
        how = _SAID.get(movement.verdict, movement.verdict.replace("_", " ").lower())
        undone = " (undone)" if movement.undone else ""
        entries.append(
            Entry(
                movement.at_ms,
                f"{tickets[movement.ticket]} {way} at {movement.door}"
                f"{', ' + how if how else ''}{undone}",
            )
        )
    done = session.execute(
        select(
            AuditRow.at_ms,
            AuditRow.action,
            AuditRow.reason,
            AuditRow.facts,
            AuditRow.staff,
            AuditRow.subject,
            StaffRow.name,
        )
        .outerjoin(StaffRow, StaffRow.id == AuditRow.staff)
        .where(AuditRow.subject.in_([order, *tickets]))
        .order_by(AuditRow.at_ms, AuditRow.nth)
    )
    for at_ms, action, reason, facts, staff, about, name in done:
        words = deeds.words(session, action, reason, json.loads(facts))
        if about in tickets:
            words = f"{words}, {tickets[about]}"
        entries.append(Entry(at_ms, f"{audit.who(name, staff)}: {words}"))
    return sorted(entries, key=lambda entry: entry.at_ms)


def _booked(entry: JournalEntryRow, lines: Sequence[JournalLineRow]) -> str:
    """Say what an entry of the journal means to a clerk: "Payment: €60.50 by cash"."""
    told = [_tendered(line) for line in lines if line.account.startswith("tender:")]
    owed = sum(line.amount for line in lines if line.account == Account.PATRONS)
    if not told and owed:
        amount = written.money(abs(owed), lines[0].currency)
        parts = [
            f"{line.account.replace('_', ' ')} {written.money(-line.amount, line.currency)}"
            for line in lines
            if line.account != Account.PATRONS
        ]
        told = [f"{amount} {'charged' if owed > 0 else 'less to pay'}: {', '.join(parts)}"]
    return f"{entry.why.replace('_', ' ').capitalize()}: {', '.join(told) or 'booked'}"


def _tendered(line: JournalLineRow) -> str:
    amount = written.money(abs(line.amount), line.currency)
    kind = line.account.removeprefix("tender:").replace("_", " ")
    return f"{amount} by {kind}" if line.amount > 0 else f"{amount} back by {kind}"


def _journal(
    session: Session, order: str
) -> list[tuple[JournalEntryRow, list[JournalLineRow]]]:
    entries = session.scalars(
        select(JournalEntryRow).where(JournalEntryRow.order == order)
    ).all()
    lines: dict[str, list[JournalLineRow]] = {entry.id: [] for entry in entries}
    for line in session.scalars(
        select(JournalLineRow)
        .where(JournalLineRow.entry.in_(lines))
        .order_by(JournalLineRow.line)
    ):
        lines[line.entry].append(line)
    return [(entry, lines[entry.id]) for entry in entries]
