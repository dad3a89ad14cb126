"""What must be in a store after a power cut: all that anybody outside has seen by then."""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from boxoffice import log as wire_log
from kiosk import log
from kiosk.store import engine
from tests.promises.tears.tape import Left, Step

_SENT: Final = "SELECT 1 FROM intent WHERE id = ? AND state <> 'created'"
_PRINTING: Final = "SELECT 1 FROM print_job WHERE id = ? AND state <> 'queued'"
_SOLD: Final = "SELECT 1 FROM sale_line WHERE ticket = ?"
_LOGGED: Final = "SELECT 1 FROM log WHERE event_id = ?"
_ADMITTED: Final = "SELECT 1 FROM movement WHERE event_id = ?"
# What goes to the ledger is signed; of that, claims and attempts are named before they end.
_SIGNED: Final = b"FoH-Signature"
_UPLOAD: Final = b"POST /api/events"
_RECORDED: Final = "SELECT 1 FROM device_event WHERE hash = ?"
_PUBLISHED: Final = "SELECT 1 FROM feed WHERE stream = ? AND pos = ?"
_ACKED: Final = re.compile(rb'"acked": \{"seq": \d+, "hash": "([^"]+)"')
_ALLOTTED: Final = re.compile(rb'(?:^|\r\n\r\n)\{"stream": "(dev:[^"]+)", "pos": (\d+)\}')
DEVICE, LEDGER = "store.sqlite", "ledger.sqlite"
# What a door answers to a scan that it lets in.
_GREEN: Final = b'"answer":"ADMIT'


@dataclass(frozen=True)
class Promise:
    """From a step on, somebody relies on a row. what: for people."""

    since: int
    what: str
    query: str
    of: tuple[Any, ...]


def promises(steps: Sequence[Step], store: Path, database: str) -> list[Promise]:
    """Find when each fact of the finished database first left the program."""
    left = [(n, step.data) for n, step in enumerate(steps) if isinstance(step, Left)]
    if database == LEDGER:
        return sorted({*_acknowledged(left), *_announced(left)}, key=lambda one: one.since)
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as book:
        told = [(n, data) for n, data in left if data.startswith(_UPLOAD)]
        others = [(n, data) for n, data in left if _SIGNED not in data]
        found = [*_paid(book, others), *_printed(book, others), *_told(book, told)]
        found += _admitted(book, others)
    return sorted(found, key=lambda promise: promise.since)


def _acknowledged(left: "Sent") -> Iterator[Promise]:
    for since, data in left:
        for hash in _ACKED.findall(data):
            taken = wire_log.decoded(hash.decode())
            yield Promise(since, f"acknowledged event {hash.decode()}", _RECORDED, (taken,))


def _announced(left: "Sent") -> Iterator[Promise]:
    """What a device is told to read to own its seats."""
    for since, data in left:
        for stream, pos in _ALLOTTED.findall(data):
            of = (stream.decode(), int(pos))
            yield Promise(since, f"position {of[1]} of {of[0]}", _PUBLISHED, of)


Sent = Sequence[tuple[int, bytes]]


def _paid(book: sqlite3.Connection, left: Sent) -> Iterator[Promise]:
    for (intent,) in book.execute("SELECT id FROM intent"):
        if (since := _first(left, intent)) is not None:
            yield Promise(since, f"attempt {intent} at the terminal", _SENT, (intent,))


def _printed(book: sqlite3.Connection, left: Sent) -> Iterator[Promise]:
    query = """SELECT sale_line.ticket, payload, print_job.id
        FROM sale_line JOIN print_job USING (ticket) WHERE issue = 1"""
    for ticket, code, job in book.execute(query):
        if (since := _first(left, code)) is not None:
            yield Promise(since, f"paper of job {job}", _PRINTING, (job,))
            yield Promise(since, f"sale of ticket {ticket}", _SOLD, (ticket,))


def _told(book: sqlite3.Connection, left: Sent) -> Iterator[Promise]:
    for (event,) in book.execute("SELECT event_id FROM log"):
        if (since := _first(left, event)) is not None:
            yield Promise(since, f"event {event} sent to the ledger", _LOGGED, (event,))


def _admitted(book: sqlite3.Connection, left: Sent) -> Iterator[Promise]:
    greens = [n for n, data in left if _GREEN in data.replace(b'": "', b'":"')]
    query = "SELECT event_id FROM movement ORDER BY rowid DESC LIMIT ?"
    rows = book.execute(query, (len(greens),)).fetchall()[::-1]
    for since, (event,) in zip(greens, rows, strict=True):
        yield Promise(since, f"green of admission {event}", _ADMITTED, (event,))


def _first(left: Sent, said: str) -> int | None:
    wanted = said.encode()
    return next((n for n, data in left if wanted in data), None)


def wrong(database: Path, due: Sequence[Promise], *, told: int) -> tuple[list[str], int]:
    """Say what is wrong with a database after a power cut, and how many events it has.

    due: what was promised by then. told: how many events it was known to have before.
    """
    found = []
    opened = engine.writing(database)
    try:
        with Session(opened) as session:
            said = session.execute(text("PRAGMA integrity_check")).scalars().all()
            if said != ["ok"]:
                found.append(f"integrity_check: {said[:3]}")
            counted = "log" if database.name == DEVICE else "device_event"
            events = session.execute(text(f"SELECT count(*) FROM {counted}")).scalar_one()
            if database.name == DEVICE:
                try:
                    log.check(session)
                except log.Broken as why:
                    found.append(f"log: {why}")
            driver: Any = session.connection().connection.dbapi_connection
            found += [
                f"without {promise.what}"
                for promise in due
                if driver.execute(promise.query, promise.of).fetchone() is None
            ]
    finally:
        opened.dispose()
    if events < told:
        found.append(f"{told - events} synced events are gone")
    return found, events
