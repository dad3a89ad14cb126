"""Write into the journal: entries that sum to zero, in the caller's transaction."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from boxoffice.journal import Entry, Line
from ledger import inserts, settling
from ledger.inserts import Rows
from ledger.tables.money import JournalEntryRow, JournalLineRow


def post(
    session: Session,
    id: str,
    lines: Sequence[Line],
    *,
    why: str,
    now_ms: int,
    order: str | None = None,
    source: str | None = None,
    corrects: str | None = None,
) -> None:
    """Write one entry. source: the event it came from.

    Raises Unbalanced and MixedCurrencies, before anything is written. Source: P10.
    """
    entry = Entry(id, tuple(lines), why, corrects)
    post_all(session, [entry], order=order, source=source, now_ms=now_ms)


def post_all(
    session: Session,
    entries: Sequence[Entry],
    *,
    now_ms: int,
    order: str | None = None,
    source: str | None = None,
    along: Sequence[Rows] = (),
) -> None:
    """Write several entries about one order, or none. along: rows that come before."""
    written = [
        {
            "id": entry.id,
            "order": order,
            "source": source,
            "why": entry.why,
            "corrects": entry.corrects,
            "at_ms": now_ms,
        }
        for entry in entries
    ]
    lines = [
        {
            "entry": entry.id,
            "line": number,
            "account": str(line.account),
            "amount": line.amount.amount,
            "currency": line.amount.currency,
        }
        for entry in entries
        for number, line in enumerate(entry.lines, 1)
    ]
    parts = [*along, Rows(JournalEntryRow, written), Rows(JournalLineRow, lines)]
    if order is not None and entries:
        parts.append(settling.count(order, entries, now_ms=now_ms))
    inserts.later(session, *parts)


def total(session: Session) -> int:
    """Add up the whole book: 0, always."""
    return int(session.scalar(select(func.sum(JournalLineRow.amount))) or 0)


def unbalanced(session: Session) -> list[str]:
    """Give the entries that do not sum to zero in each currency: none, always."""
    found = session.scalars(
        select(JournalLineRow.entry)
        .group_by(JournalLineRow.entry, JournalLineRow.currency)
        .having(func.sum(JournalLineRow.amount) != 0)
    )
    return sorted(set(found))
