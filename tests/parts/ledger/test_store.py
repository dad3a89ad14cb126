"""How use cases are run: whole or not at all, and again when asked. Source: §3.4, §3.5."""

import threading
import time
from contextlib import suppress

import pytest
import sqlalchemy
from sqlalchemy import bindparam, event, func, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from ledger import rows
from ledger import store as stores
from ledger.prepared import Prepared
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


def driven(store, steps):
    """Have steps done by whoever waits for nothing."""
    over, heard = threading.Event(), []
    store.begin(lambda: steps, lambda *said: (heard.extend(said), over.set()))
    assert over.wait(30)
    given, trouble = heard
    if trouble is not None:
        raise trouble
    return given


@pytest.mark.parametrize("drive", [Store.through, driven])
def test_steps_hear_what_each_of_their_use_cases_gave_or_raised(store, drive):
    def fails(session):
        add(session, "1")
        raise LookupError("not here")

    def steps():
        with pytest.raises(LookupError, match="not here"):
            yield fails
        before = yield lambda session: session.scalar(select(func.count(LookupMissRow.id)))
        yield lambda session: add(session, "2")
        return before

    def in_vain():
        yield lambda session: add(session, "3")
        yield fails

    assert drive(store, steps()) == 0
    assert count(store) == 1
    with pytest.raises(LookupError, match="not here"):
        drive(store, in_vain())
    assert count(store) == 2
    store.write(add, "4")
    assert count(store) == 3


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
def test_a_commit_waits_for_the_disk_whatever_the_database_was_told(store, database):
    # The server of tests was told not to wait. Source: P8.
    shown = text("SHOW synchronous_commit")
    other = sqlalchemy.create_engine(database)
    with other.connect() as connection:
        assert connection.scalar(shown) == "off"
    other.dispose()
    with store.read() as session:
        assert session.scalar(shown) == "on"


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


class Queue:
    """Use cases that wait while the thread that does them is busy: done together."""

    def __init__(self, store):
        self.store, self.answers, self._asked = store, {}, 0
        self._busy, self._go_on = threading.Event(), threading.Event()

    def __enter__(self):
        self.ask("first", self._hold_up)
        assert self._busy.wait(30)
        return self

    def _hold_up(self, session):
        self._busy.set()
        assert self._go_on.wait(30)

    def ask(self, name, use_case, *args):
        def steps():
            return (yield lambda session: use_case(session, *args))

        def heard(given, trouble):
            self.answers[name] = trouble or given

        self.store.begin(steps, heard)
        self._asked += 1

    def wait(self, count):
        """Let them be done; until so many have been."""
        self._go_on.set()
        deadline = time.monotonic() + 30
        while len(self.answers) < count:
            assert time.monotonic() < deadline
            time.sleep(0.001)

    def __exit__(self, *_):
        self.wait(self._asked)


def test_what_waits_is_made_durable_together(store):
    commits = []
    engine = store._writing if store.on_sqlite else store._impatient
    event.listen(engine, "commit", commits.append)

    with Queue(store) as queue:
        for id in "1234":
            queue.ask(id, add, id)

    assert count(store) == 4
    assert len(commits) == 2  # What held them up, and all of them.


def test_what_one_of_many_raises_undoes_that_one_alone(store):
    def fails(session):
        add(session, "2")
        session.flush()
        raise LookupError("not here")

    with Queue(store) as queue:
        queue.ask("1", add, "1")
        queue.ask("2", fails)
        queue.ask("3", add, "3")

    assert [type(queue.answers[name]) for name in "123"] == [
        type(None),
        LookupError,
        type(None),
    ]
    assert count(store) == 2


@on_postgresql
def test_who_waits_for_a_lock_holds_up_nobody_else(store, database):
    row = LookupMissRow.__table__
    moved = update(row).where(row.c.id == "1").values(at_ms=2)
    other = Store(database)
    store.write(add, "1")
    try:
        with other._writing.begin() as busy:
            busy.execute(moved)
            with Queue(store) as queue:
                queue.ask("waits", lambda session: session.execute(moved).rowcount)
                queue.ask("2", add, "2")
                queue.wait(2)
                queue.ask("3", add, "3")
                queue.wait(3)
                assert "waits" not in queue.answers
                busy.commit()
    finally:
        other.close()

    assert queue.answers["waits"] == 1
    assert count(store) == 3


@on_sqlite
def test_trouble_that_ends_the_transaction_ends_it_for_all_who_waited(store):
    def disk_is_full(session):
        # What SQLite does by itself when it cannot write: it rolls everything back.
        session.connection().connection.dbapi_connection.rollback()
        session.execute(text("ROLLBACK TO SAVEPOINT gone"))

    with Queue(store) as queue:
        queue.ask("1", add, "1")
        queue.ask("2", disk_is_full)
        queue.ask("3", add, "3")

    assert all(isinstance(queue.answers[name], DBAPIError) for name in "123")
    assert count(store) == 0
    store.write(add, "4")
    assert count(store) == 1


def test_what_is_prepared_says_what_it_touched_and_what_it_found(store):
    row = LookupMissRow.__table__
    found = Prepared(select(row.c.id).where(row.c.at_ms == bindparam("at")))
    moved = Prepared(update(row).where(row.c.at_ms == bindparam("at")).values(at_ms=2))

    def use_case(session):
        rows.add(session, LookupMissRow, [{"id": i, "place": "", "at_ms": 1} for i in "12"])
        return (
            [row.id for row in found.all(session, {"at": 1})],
            found.first(session, {"at": 7}),
            moved.count(session, {"at": 1}),
        )

    assert store.write(use_case) == (["1", "2"], None, 2)


def test_trouble_in_what_is_prepared_is_told_as_everywhere(store):
    twice = {"id": "1", "place": "", "at_ms": 1}

    with pytest.raises(IntegrityError):
        store.write(rows.add, LookupMissRow, [twice, twice])

    assert count(store) == 0


def test_what_is_prepared_stays_within_its_savepoint(store):
    def use_case(session):
        one, two = ({"id": id, "place": "", "at_ms": 1} for id in "12")
        rows.add(session, LookupMissRow, [one])
        with suppress(LookupError), session.begin_nested():
            rows.add(session, LookupMissRow, [two])
            raise LookupError

    store.write(use_case)

    assert count(store) == 1


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
