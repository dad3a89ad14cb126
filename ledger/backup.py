"""Copies of the book, and whether a book is what it should be. Source: sync.md §3.6."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from boxoffice import wire
from ledger import journal, settling
from ledger.tables.feed import FeedDocRow, FeedRow, StreamHeadRow
from ledger.tables.orders import TicketRow
from ledger.tables.seats import SeatStateRow


class NotACopy(Exception):
    """A file that is no backup of a book; the text says what is wrong."""


def copy(source: Path, target: Path) -> None:
    """Copy a SQLite book while it is in use; the copy is whole and checked.

    Raises NotACopy when the copy does not pass SQLite's own check.
    """
    beside = target.with_name(target.name + ".part")
    beside.unlink(missing_ok=True)
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as book,
        closing(sqlite3.connect(beside)) as held,
    ):
        book.backup(held, pages=1000)
        # A copy is one file: it needs no log beside it.
        held.execute("PRAGMA journal_mode=DELETE")
    check_file(beside)
    beside.replace(target)


def check_file(file: Path) -> None:
    """Raise NotACopy unless the file is a sound SQLite database with a book in it."""
    if not file.is_file():
        raise NotACopy(f"There is no file {file}.")
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as book:
            said = book.execute("PRAGMA integrity_check").fetchone()[0]
            book.execute("SELECT ledger_id FROM book").fetchone()
    except sqlite3.DatabaseError as trouble:
        raise NotACopy(f"{file} is no backup of a ledger: {trouble}.") from None
    if said != "ok":
        raise NotACopy(f"{file} is damaged: {said}.")


def put_back(copied: Path, database: Path) -> None:
    """Put a copy in the place of the book. What was there stays beside it, once."""
    check_file(copied)
    before = database.with_name(database.name + ".before-restore")
    if database.exists():
        database.replace(before)
    for ending in ("-wal", "-shm"):
        database.with_name(database.name + ending).unlink(missing_ok=True)
    with (
        closing(sqlite3.connect(f"file:{copied}?mode=ro", uri=True)) as held,
        closing(sqlite3.connect(database)) as book,
    ):
        held.backup(book)


def faults(session: Session) -> list[str]:
    """Say in sentences what is wrong with a book; nothing, if it is as it should be."""
    found = []
    if total := journal.total(session):
        found.append(f"The journal adds up to {total}, not 0.")
    found += [
        f"Journal entry {entry} does not sum to zero."
        for entry in journal.unbalanced(session)
    ]
    found += [
        f"Order {order}: what statements are to count is not what the journal says."
        for order in settling.faults(session)
    ]
    found += _seats(session)
    found += _streams(session)
    return found


def _seats(session: Session) -> list[str]:
    found = []
    strangers = session.execute(
        select(SeatStateRow.performance, SeatStateRow.seat)
        .outerjoin(TicketRow, TicketRow.id == SeatStateRow.ticket)
        .where(SeatStateRow.state == "sold")
        .where(
            TicketRow.id.is_(None)
            | (TicketRow.seat != SeatStateRow.seat)
            | (TicketRow.performance != SeatStateRow.performance)
        )
    )
    found += [
        f"Seat {seat} of performance {performance} is sold to no ticket of its own."
        for performance, seat in strangers
    ]
    twice = session.execute(
        select(TicketRow.performance, TicketRow.seat)
        .where(TicketRow.seated, TicketRow.status == "active", TicketRow.unseen.is_(False))
        .group_by(TicketRow.performance, TicketRow.seat)
        .having(func.count() > 1)
    )
    found += [
        f"Seat {seat} of performance {performance} has more than one ticket."
        for performance, seat in twice
    ]
    return found


def _streams(session: Session) -> list[str]:
    """Add up every stream's documents again and look for holes."""
    found = []
    for head in session.scalars(select(StreamHeadRow).order_by(StreamHeadRow.stream)):
        digest = 0
        documents = session.execute(
            select(FeedDocRow.entity, FeedDocRow.id, FeedDocRow.ver, FeedDocRow.body).where(
                FeedDocRow.stream == head.stream, FeedDocRow.body.is_not(None)
            )
        )
        for entity, id, ver, body in documents:
            part = wire.document_digest(entity, id, ver, body or "")
            digest = wire.digest_after(digest, old=None, new=part)
        if digest != int(head.digest, 16):
            found.append(f"Stream {head.stream}: the digest is not that of its documents.")
        first, last, count = session.execute(
            select(func.min(FeedRow.pos), func.max(FeedRow.pos), func.count()).where(
                FeedRow.stream == head.stream
            )
        ).one()
        if count and (last != head.pos or last - first + 1 != count):
            found.append(f"Stream {head.stream}: rows are missing.")
    return found
