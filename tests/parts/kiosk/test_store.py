"""The store: durable, alone, written by one thread, read by many."""

import shutil
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from kiosk.store import engine, migrate, statements
from kiosk.store.engine import PRAGMAS, StoreInUse, WrongPragma
from kiosk.store.store import Damaged, Store
from kiosk.store.tables.all import metadata
from kiosk.store.tables.device import CallRow, StateRow
from kiosk.store.tables.printing import PrintJobRow
from kiosk.store.writer import StoreBroken, StoreClosed


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path)
    yield store
    store.close()


def add_call(session: Session, id: str) -> str:
    session.add(CallRow(id=id, page="/", since_ms=1))
    return threading.current_thread().name


def calls(store: Store) -> list[str]:
    with store.read() as session:
        return sorted(session.scalars(text("SELECT id FROM staff_call")))


def test_what_was_written_is_there_after_a_restart(tmp_path: Path):
    store = Store(tmp_path)
    store.write(add_call, "one")
    store.close()

    again = Store(tmp_path)
    assert calls(again) == ["one"]
    again.close()


def test_everything_is_written_by_one_thread(store: Store):
    names = set()
    threads = [
        threading.Thread(target=lambda n=n: names.add(store.write(add_call, str(n))))
        for n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert names == {"writer"}
    assert len(calls(store)) == 20


def test_a_use_case_that_fails_leaves_nothing(store: Store):
    def half(session: Session) -> None:
        add_call(session, "half")
        session.flush()
        raise KeyError("on purpose")

    with pytest.raises(KeyError):
        store.write(half)

    assert calls(store) == []


def test_a_reader_cannot_write(store: Store):
    with store.read() as session, pytest.raises(DBAPIError, match="readonly"):
        session.execute(text("INSERT INTO staff_call VALUES ('x', '/', 1, 0, 0)"))


def test_every_connection_has_the_settings_of_the_protocol(store: Store):
    with store.read() as session:
        found = {
            name: session.scalar(text(f"PRAGMA {name}"))
            for name in PRAGMAS
            if name != "journal_mode"
        }
    written = store.write(
        lambda s: {name: s.scalar(text(f"PRAGMA {name}")) for name in PRAGMAS}
    )

    assert found == {k: v for k, v in PRAGMAS.items() if k != "journal_mode"}
    assert written == PRAGMAS


def test_a_setting_that_sqlite_does_not_take_over_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(engine.PRAGMAS, "synchronus", 2)

    with pytest.raises(WrongPragma, match="synchronus"):
        engine.writing(tmp_path / "store.sqlite").connect()


def test_a_second_process_is_refused_with_a_sentence(tmp_path: Path, store: Store):
    with pytest.raises(StoreInUse, match="in use by another kiosk process"):
        Store(tmp_path)


def test_nothing_is_written_once_the_store_is_closed(tmp_path: Path):
    store = Store(tmp_path)
    store.close()

    with pytest.raises(StoreClosed):
        store.write(add_call, "late")


@pytest.mark.slow
def test_a_damaged_file_is_not_opened(tmp_path: Path):
    store = Store(tmp_path)
    for n in range(500):
        store.write(add_call, f"{n:04}" * 20)
    store.close()
    file = tmp_path / "store.sqlite"
    raw = bytearray(file.read_bytes())
    for place in range(len(raw) // 2, len(raw) - 4096, 1024):
        raw[place : place + 300] = b"\xa5" * 300
    file.write_bytes(raw)

    with pytest.raises((Damaged, DBAPIError)):
        Store(tmp_path)


def test_after_a_clean_stop_the_whole_file_is_not_checked(tmp_path: Path):
    store = Store(tmp_path)
    store.write(lambda s: setattr(s.get_one(StateRow, 1), "stopped_cleanly", True))
    store.close()

    again = Store(tmp_path)
    with again.read() as session:
        assert session.get_one(StateRow, 1).stopped_cleanly is False  # Until the next one.
    again.close()


@pytest.mark.slow
def test_on_a_full_disk_the_ballast_makes_room_for_the_last_commits(tmp_path: Path):
    store = Store(tmp_path, ballast=True)
    ballast = tmp_path / "ballast"
    assert ballast.stat().st_size == 64 << 20
    pages = store.write(lambda s: s.scalar(text("PRAGMA page_count")))
    tries = []

    def big(session: Session) -> None:
        tries.append(ballast.exists())
        # The disk is full as long as the ballast lies on it.
        limit = pages + 1 if ballast.exists() else pages + 1000
        session.execute(text(f"PRAGMA max_page_count = {limit}"))
        add_call(session, "x" * 100_000)

    store.write(big)

    assert tries == [True, False]
    assert calls(store) == ["x" * 100_000]
    store.close()


def test_a_failed_storage_ends_everything_at_once(tmp_path: Path):
    said: list[str] = []
    store = Store(tmp_path, broken=said.append)

    def fails(session: Session) -> None:
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
        raise DBAPIError("COMMIT", {}, error)

    with pytest.raises(StoreBroken):
        store.write(fails)
    with pytest.raises(StoreBroken):
        store.write(add_call, "after")

    assert said == ["disk I/O error"]
    assert store.is_broken
    store.close()


def test_the_migrations_make_exactly_the_tables_of_the_program(tmp_path: Path):
    Store(tmp_path).close()
    with create_engine(f"sqlite:///{tmp_path}/store.sqlite").connect() as connection:
        context = MigrationContext.configure(connection, opts={"render_as_batch": True})
        differences = compare_metadata(context, metadata)

    assert differences == []


@pytest.mark.slow
def test_a_store_that_is_up_to_date_opens_without_alembic(tmp_path: Path):
    opens = (
        "import sys; from pathlib import Path; from kiosk.store.store import Store;"
        f"Store(Path({str(tmp_path)!r})).close(); print('alembic' in sys.modules)"
    )

    loaded = [
        subprocess.run(
            [sys.executable, "-c", opens], capture_output=True, text=True, check=True
        ).stdout.split()[-1]
        for _start in ("first", "second")
    ]

    assert loaded == ["True", "False"]


def test_whoever_waits_hears_of_a_commit(store: Store):
    seen = store.commits
    threading.Timer(0.05, lambda: store.write(add_call, "news")).start()

    assert store.wait(seen, 5.0) > seen
    assert store.wait(store.commits, 0.0) == store.commits


def test_a_use_case_that_finds_nothing_to_do_wakes_nobody(store: Store):
    def noted() -> Any:
        with store.read() as session:
            return statements.noted(session, "seen", object)

    store.write(add_call, "one")
    seen, before = store.commits, noted()

    store.write(lambda session: session.get(CallRow, "one"))
    store.write(lambda session: statements.run(session, "DELETE FROM staff_call WHERE 0"))

    assert store.commits == seen
    assert noted() is before
    store.write(lambda session: setattr(session.get(CallRow, "one"), "closed", True))
    assert store.commits == seen + 1
    assert noted() is not before


def gathered(store: Store, cases: list) -> list[Future]:
    """Have short use cases wait until the writing thread has time for all of them."""
    gate = threading.Event()
    threading.Thread(target=lambda: store.write(lambda _s: gate.wait(60))).start()
    waiting = store._writer._waiting
    with ThreadPoolExecutor(len(cases)) as threads:
        answers = [threads.submit(store.write_together, case) for case in cases]
        while waiting.qsize() < len(cases):
            threading.Event().wait(0.002)
        gate.set()
    return answers


def test_short_use_cases_that_wait_become_durable_together(store: Store):
    answers = gathered(store, [lambda s, n=n: add_call(s, str(n)) for n in range(5)])

    assert {answer.result() for answer in answers} == {"writer"}
    assert calls(store) == list("01234")
    assert store.commits == 1  # The one that they have waited for changed nothing.


def test_one_that_fails_takes_nobody_with_it(store: Store):
    def fails(session: Session) -> None:
        add_call(session, "half")
        session.flush()
        raise KeyError("on purpose")

    cases = [lambda s, n=n: add_call(s, str(n)) for n in range(3)]
    *good, bad = gathered(store, [*cases, fails])

    assert [answer.result() for answer in good] == ["writer"] * 3
    assert isinstance(bad.exception(), KeyError)
    assert calls(store) == list("012")


@pytest.mark.slow
def test_what_readers_have_noted_is_forgotten_before_it_changes(store: Store):
    looked = []

    def count(session: Session) -> int:
        looked.append(1)
        return int(statements.first(session, "SELECT count(*) FROM staff_call")[0])

    def noted() -> int:
        with store.read() as session:
            return statements.noted(session, "calls", lambda: count(session))

    assert (noted(), noted(), len(looked)) == (0, 0, 1)
    store.write(add_call, "one")
    assert (noted(), noted(), len(looked)) == (1, 1, 2)


def test_a_reader_between_two_states_notes_nothing(store: Store):
    with store.read() as early:
        store.write(add_call, "one")
        ask = "SELECT count(*) FROM staff_call"
        assert statements.noted(early, "calls", lambda: statements.first(early, ask)[0])
        notes = early.info[statements.NOTES]

    assert notes.old
    assert notes == {}


def test_the_program_of_before_opens_a_store_of_today_and_nothing_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Source: P22."""
    store = Store(tmp_path)
    store.write(add_call, "before")
    store.close()

    with monkeypatch.context() as back:
        before = tmp_path / "migrations"
        kept = shutil.ignore_patterns("0007_*", "0008_*", "__pycache__")
        shutil.copytree(migrate.MIGRATIONS, before, ignore=kept)
        back.setattr(migrate, "MIGRATIONS", before)
        assert migrate.newest() == "0006"
        older = Store(tmp_path)
        older.write(add_call, "with the program of before")
        # A job of its own says nothing of columns that it does not know.
        older.write(lambda s: s.execute(text(JOB_OF_BEFORE)))
        older.close()

    again = Store(tmp_path)
    assert calls(again) == ["before", "with the program of before"]
    assert again.write(lambda s: s.get_one(PrintJobRow, "j").touched) is False
    again.close()


JOB_OF_BEFORE = """
INSERT INTO print_job (id, place, kind, "order", batch, issue, document, state, reason,
                       proof, held, length_mm, boot_id, queued_boot_ms)
VALUES ('j', 1, 'ticket', 'o', 'j', 1, '{}', 'failed', '', '', 0, 0, 'b', 0)
"""
