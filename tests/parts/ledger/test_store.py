"""How use cases are run: whole or not at all, and again when asked. Source: §3.4, §3.5."""

import threading

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from ledger import store as stores
from ledger.store import Busy, Store
from ledger.tables.records import LookupMissRow

on_sqlite = pytest.mark.parametrize("prepared", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize(
    "prepared",
    [pytest.param("postgresql", marks=pytest.mark.postgresql)],
    indirect=True,
)


def add(session, id):
    session.add(LookupMissRow(id=id, place="here", at_ms=1))


def count(store):
    with store.read() as session:
        return session.scalar(select(func.count()).select_from(LookupMissRow))


def test_what_a_use_case_wrote_is_there_once_it_returns(store):
    store.write(add, "1")

    assert count(store) == 1


def test_what_a_use_case_raises_comes_out_and_nothing_of_it_stays(store):
    def fails(session):
        add(session, "1")
        session.flush()
        raise LookupError("not here")

    with pytest.raises(LookupError, match="not here"):
        store.write(fails)

    assert count(store) == 0
    store.write(add, "2")
    assert count(store) == 1


def test_readers_can_change_nothing(store):
    with store.read() as session:
        add(session, "1")
        with pytest.raises(DBAPIError):
            session.flush()

    assert count(store) == 0


def test_many_threads_write_and_nothing_is_lost(store):
    def write(thread):
        for number in range(10):
            store.write(add, f"{thread}-{number}")

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert count(store) == 80


def test_a_reader_sees_one_moment_of_the_book(store):
    with store.read() as session:
        before = session.scalar(select(func.count()).select_from(LookupMissRow))
        store.write(add, "1")
        after = session.scalar(select(func.count()).select_from(LookupMissRow))

    assert before == after == 0


@on_sqlite
def test_a_use_case_that_calls_write_is_our_own_mistake(store):
    with pytest.raises(AssertionError):
        store.write(lambda _session: store.write(add, "1"))


@on_sqlite
def test_every_connection_has_the_pragmas_that_durability_needs(store):
    def pragmas(session):
        names = ("journal_mode", "synchronous", "foreign_keys", "wal_autocheckpoint")
        return [session.scalar(text(f"PRAGMA {name}")) for name in names]

    assert store.write(pragmas) == ["wal", 2, 1, 0]


@on_postgresql
@pytest.mark.parametrize("code", ["40001", "40P01"])
def test_a_use_case_runs_again_when_the_database_asks_for_that(store, code):
    tries = []

    def twice_in_vain(session):
        tries.append(1)
        add(session, f"try {len(tries)}")
        session.flush()
        if len(tries) < 3:
            session.execute(raising(code))

    store.write(twice_in_vain)

    assert len(tries) == 3
    assert count(store) == 1


@on_postgresql
def test_after_five_tries_somebody_else_may_try_later(store, monkeypatch):
    monkeypatch.setattr(stores, "LONGEST_PAUSE_S", stores.SHORTEST_PAUSE_S)
    tries = []

    def in_vain(session):
        tries.append(1)
        session.execute(raising("40001"))

    with pytest.raises(Busy):
        store.write(in_vain)

    assert len(tries) == 5


@on_postgresql
def test_other_trouble_is_not_tried_again(store):
    tries = []

    def broken(session):
        tries.append(1)
        session.execute(text("SELECT 1 / 0"))

    with pytest.raises(DBAPIError):
        store.write(broken)

    assert len(tries) == 1


@on_postgresql
def test_of_several_processes_one_does_the_waiting_work(store, database):
    other = Store(database)
    try:
        assert store.leads()
        assert store.leads()
        assert not other.leads()
        store.close()
        assert other.leads()
    finally:
        other.close()


@on_sqlite
def test_on_one_file_there_is_one_process_and_it_leads(store):
    assert store.leads()


def raising(code):
    return text(f"DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '{code}'; END $$")
