"""A machine in trouble is no event's fault: nothing is acknowledged, later all is taken.

Every trouble here is a real one, of the database or of the machine.
"""

import random
import resource
import threading
from contextlib import contextmanager

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from ledger.effects import EFFECTS
from ledger.tables.devices import DeviceEventRow
from ledger.tables.discrepancies import DiscrepancyRow
from ledger.tables.records import AuditRow

HONEST = EFFECTS["staff.action"]


def count(ledger, row):
    with ledger.store.read() as session:
        return session.scalar(select(func.count()).select_from(row))


def two_events(kiosk):
    kiosk.happened("staff.action", {"staff": "tom", "action": "waved"})
    kiosk.happened("staff.action", {"staff": "tom", "action": "went home"})


def raw(session):
    return session.connection().connection.dbapi_connection


def interrupted(session, means, event):
    raw(session).set_progress_handler(lambda: 1, 1)
    try:
        session.execute(text("SELECT count(*) FROM audit"))
    finally:
        raw(session).set_progress_handler(None, 0)


def without_room(session, means, event):
    pages = session.scalar(text("PRAGMA page_count"))
    session.execute(text(f"PRAGMA max_page_count = {pages}"))
    try:
        session.execute(text("CREATE TABLE too_much AS SELECT zeroblob(1000000) AS room"))
    finally:
        session.execute(text("PRAGMA max_page_count = 1073741823"))


def without_memory(session, means, event):
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (256 << 20, before[1]))
    try:
        bytearray(1 << 30)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def too_slow(session, means, event):
    session.execute(text("SET LOCAL statement_timeout = '20ms'"))
    session.execute(text("SELECT pg_sleep(5)"))


def locked_out(session, means, event):
    session.execute(text("SET LOCAL lock_timeout = '20ms'"))
    session.execute(text("LOCK TABLE audit IN EXCLUSIVE MODE"))


def cut_off(session, means, event):
    session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


def unknown_to_the_book(session, means, event):
    session.execute(text("INSERT INTO of_tomorrow VALUES (1)"))


def refused(kiosk):
    """Upload, and say whether nothing came of it: an error of the server's, whichever."""
    try:
        return kiosk.upload().status >= 500
    except (DBAPIError, MemoryError):
        return True  # As a server in a test lets out what it would answer with 500.


@contextmanager
def somebody_reads_the_audit(ledger):
    """Another process holds the table for as long as this lasts."""
    with ledger.store._writing.connect() as other, other.begin():
        other.execute(text("LOCK TABLE audit IN SHARE MODE"))
        yield


@pytest.mark.parametrize(
    ("engine", "fails"),
    [
        ("sqlite", interrupted),
        ("sqlite", without_room),
        ("either", without_memory),
        ("either", unknown_to_the_book),
        ("postgresql", too_slow),
        ("postgresql", locked_out),
        ("postgresql", cut_off),
    ],
    ids=lambda one: getattr(one, "__name__", one),
)
def test_trouble_of_the_machine_is_no_events_fault(
    kiosk, ledger, monkeypatch, engine, fails
):
    if engine not in {"either", "sqlite" if ledger.store.on_sqlite else "postgresql"}:
        pytest.skip(f"only on {engine}")
    two_events(kiosk)

    with monkeypatch.context() as ill:
        ill.setitem(EFFECTS, "staff.action", fails)
        if fails is locked_out:
            with somebody_reads_the_audit(ledger):
                assert refused(kiosk)
        else:
            assert refused(kiosk)
    assert count(ledger, DeviceEventRow) == count(ledger, DiscrepancyRow) == 0

    assert kiosk.upload().ok()["acked"]["seq"] == 2
    assert count(ledger, AuditRow) == 2
    assert count(ledger, DiscrepancyRow) == 0


@pytest.mark.postgresql
def test_a_deadlock_makes_the_batch_run_again(kiosk, ledger, monkeypatch):
    if ledger.store.on_sqlite:
        pytest.skip("one thread writes there")
    both, tries = threading.Barrier(2, timeout=60), []

    def take(connection, key):
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})

    def crosses(session, means, event):
        take(session, 1)
        tries.append(event.id)
        if len(tries) == 1:
            both.wait()
            take(session, 2)  # The other has it, and wants ours.
        HONEST(session, means, event)

    def other():
        with ledger.store._writing.connect() as connection, connection.begin():
            # Whoever waits longer than this looks for a deadlock; ours looks first.
            connection.execute(text("SET LOCAL deadlock_timeout = '30s'"))
            take(connection, 2)
            both.wait()
            take(connection, 1)

    thread = threading.Thread(target=other)
    thread.start()
    monkeypatch.setitem(EFFECTS, "staff.action", crosses)
    kiosk.happened("staff.action", {"staff": "tom", "action": "waved"})

    assert kiosk.upload().ok()["acked"]["seq"] == 1

    thread.join(20)
    assert len(tries) == 2
    assert count(ledger, AuditRow) == 1
    assert count(ledger, DiscrepancyRow) == 0


def test_what_no_index_takes_is_set_aside_and_blocks_nobody(kiosk, ledger):
    # PostgreSQL calls it trouble of its own, but it comes of what the event says.
    endless = "".join(
        random.Random(1).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=9000)
    )
    kiosk.happened(
        "payment.started",
        {
            "intent": endless,
            "order": "X",
            "terminal": "T1",
            "kind": "card",
            "amount": 1,
            "currency": "EUR",
        },
    )
    kiosk.happened("staff.action", {"staff": "tom", "action": "waved"})

    assert kiosk.upload().ok()["acked"]["seq"] == 2
    assert count(ledger, AuditRow) == 1
    assert count(ledger, DiscrepancyRow) == (0 if ledger.store.on_sqlite else 1)
