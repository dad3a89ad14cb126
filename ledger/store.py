"""Where the book is kept, and how use cases are run on it.

On SQLite one process owns the file and one thread in it does all the writing: a race in
SQLite's WAL before 3.51.3 corrupts databases with several writers. On PostgreSQL each use
case has a session of its own, and runs again when the database asks for that. A use case
never commits: `write` does, so that an answer, its effect and what devices are told become
durable together. Source: sync.md §3.4, §3.5.
"""

import fcntl
import random
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO, Any, Concatenate, ParamSpec, TypeVar, cast

import sqlalchemy
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from ledger import feed
from ledger.prepared import GIVEN, Prepared, Values

P = ParamSpec("P")
T = TypeVar("T")
UseCase = Callable[Concatenate[Session, P], T]

MOST_TRIES = 5
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.010, 0.200
WAL_COMMITS, WAL_IDLE_S = 250, 5.0
# On SQLite: so many use cases that wait at the same moment become durable together.
MOST_TOGETHER = 16
# The advisory lock of the process that does the waiting work: "FoH" in ASCII.
LEADER = 0x466F48
_TRY_AGAIN = {"40001", "40P01"}
_PRAGMAS = (
    ("journal_mode", "WAL", "wal"),
    ("synchronous", "FULL", 2),
    ("foreign_keys", "ON", 1),
    ("busy_timeout", "5000", 5000),
    ("trusted_schema", "OFF", 0),
    ("cell_size_check", "ON", 1),
    ("wal_autocheckpoint", "0", 0),
    ("journal_size_limit", "16777216", 16777216),
)


class Busy(Exception):
    """The database could not serve this now; trying again later may help."""


class InUse(Exception):
    """Another process writes in this folder; it has to stop first."""


class Store:
    """Runs use cases. `write` for those that change something, `read` for all others."""

    def __init__(
        self, database: str, *, lock: Path | None = None, only_read: bool = False
    ) -> None:
        """Open the book.

        database: an SQLAlchemy address. lock: a file that only one writing process may
        hold at a time (SQLite). only_read: for those who look and never write.
        Raises InUse.
        """
        self.on_sqlite = database.startswith("sqlite")
        self._lock = _held(lock) if lock and self.on_sqlite else None
        self._leading: sqlalchemy.Connection | None = None
        self._looking: deque[sqlalchemy.Connection] = deque()
        if self.on_sqlite:
            self._writer = _sqlite(database, only_read=only_read)
            self._reader = _sqlite(database, only_read=True)
            self._looker = _sqlite(database, only_read=True, begins=False)
            # The writing thread's own, kept: to ask the pool each time costs as much as a
            # short use case.
            self._pen: sqlalchemy.Connection | None = None
            self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
            self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
            self._thread.start()
        else:
            self._writer = _postgresql(database)
            self._reader = self._writer.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            self._looker = _postgresql(database, isolation_level="AUTOCOMMIT")

    def write(self, use_case: UseCase[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a use case in one transaction and commit it.

        What the use case raises comes out, and nothing of it stays. Raises Busy.
        """
        if not self.on_sqlite:
            return self._again(use_case, *args, **kwargs)
        assert threading.current_thread() is not self._thread, "a use case calls write"
        job = _Job(lambda session: use_case(session, *args, **kwargs))
        self._jobs.put(job)
        return cast("T", job.answer.result())

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Give a session that sees one moment of the book and can change nothing."""
        with Session(self._reader, autoflush=False) as session:
            yield session

    def look(self, statement: Prepared, values: Values) -> list[Any]:
        """Run one statement that reads, with no transaction around it: what is now."""
        if not self.on_sqlite:
            with self._looker.connect() as connection:
                return statement.look(connection, values)
        # Every request asks, so connections are kept for the next one.
        try:
            connection = self._looking.pop()
        except IndexError:
            connection = self._looker.connect()
        try:
            return statement.look(connection, values)
        finally:
            self._looking.append(connection)

    def leads(self) -> bool:
        """Whether this process does the waiting work: of several on PostgreSQL, one does.

        It leads until its connection ends, and then another one may.
        """
        if self.on_sqlite:
            return True
        try:
            if self._leading is not None:
                self._leading.scalar(sqlalchemy.text("SELECT 1"))
                self._leading.commit()
                return True
            self._leading = self._writer.connect()
            lock = sqlalchemy.func.pg_try_advisory_lock(LEADER)
            found = self._leading.scalar(sqlalchemy.select(lock))
            self._leading.commit()
        except DBAPIError:
            found = False
        if not found:
            self._follow()
        return bool(found)

    def _follow(self) -> None:
        if self._leading is not None:
            self._leading.invalidate()
            self._leading.close()
            self._leading = None

    def close(self) -> None:
        """Finish what is being written and let go of the files."""
        self._follow()
        if self.on_sqlite:
            self._jobs.put(None)
            self._thread.join()
            self._drop_pen()
        while self._looking:
            self._looking.pop().close()
        self._looker.dispose()
        self._reader.dispose()
        self._writer.dispose()
        if self._lock:
            self._lock.close()

    def _once(self, use_case: UseCase[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        with Session(self._writer, expire_on_commit=False, autoflush=False) as session:
            result = use_case(session, *args, **kwargs)
            _finish(session)
            return result

    def _again(self, use_case: UseCase[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        for tried in range(1, MOST_TRIES + 1):
            try:
                return self._once(use_case, *args, **kwargs)
            except DBAPIError as trouble:
                if not _try_again(trouble):
                    raise
                if tried == MOST_TRIES:
                    raise Busy from trouble
                # Chance only spreads the tries; nothing depends on it.
                pause_s = random.uniform(SHORTEST_PAUSE_S, LONGEST_PAUSE_S)  # noqa: S311
                time.sleep(pause_s)
        raise AssertionError("the loop returns or raises")

    def _run(self) -> None:
        # Checkpoints belong to the writing thread too: about every 1,000 pages, and a
        # commit writes some four of them.
        since = 0
        while True:
            try:
                jobs = [self._jobs.get(timeout=WAL_IDLE_S) if since else self._jobs.get()]
            except Empty:
                since = self._checkpoint()
                continue
            with suppress(Empty):
                while jobs[-1] is not None and len(jobs) < MOST_TOGETHER:
                    jobs.append(self._jobs.get_nowait())
            self._together([job for job in jobs if job is not None])
            if jobs[-1] is None:
                self._checkpoint()
                return
            since += len(jobs)
            if since >= WAL_COMMITS:
                since = self._checkpoint()

    def _together(self, jobs: Sequence["_Job"]) -> None:
        """Do what waits in one transaction, each job in a savepoint; then answer all.

        The disk is waited for once. What one job raises undoes that job alone; trouble
        that ends the transaction undoes them all, and all hear of it.
        """
        done: list[tuple[_Job, Any]] = []
        try:
            if self._pen is None:
                self._pen = self._writer.connect()
            with self._pen.begin():
                if len(jobs) == 1:
                    done.append((jobs[0], _alone(self._pen, jobs[0])))
                else:
                    done += _each(self._pen, jobs)
        except BaseException as trouble:
            self._drop_pen()
            for job in jobs:
                if not job.answer.done():
                    job.answer.set_exception(trouble)
            return
        for job, result in done:
            job.answer.set_result(result)

    def _drop_pen(self) -> None:
        """After trouble the next transaction has a connection that knows nothing of it."""
        pen, self._pen = self._pen, None
        if pen is not None:
            with suppress(DBAPIError, sqlite3.Error):
                pen.close()

    def _checkpoint(self) -> int:
        try:
            with self._writer.connect() as connection:
                raw: Any = connection.connection.dbapi_connection
                raw.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        except (DBAPIError, sqlite3.Error, OSError):
            # Past SQLAlchemy the driver's own errors come. The next checkpoint may do;
            # readers and writers go on with a longer WAL.
            return 1
        return 0


@dataclass(frozen=True)
class _Job:
    """A use case that waits for the writing thread, and what it gives."""

    use_case: Callable[[Session], Any]
    answer: Future[Any] = field(default_factory=Future)


def _alone(connection: sqlalchemy.Connection, job: _Job) -> Any:
    """Do the only job of a transaction: what it raises undoes the transaction."""
    with Session(
        connection,
        expire_on_commit=False,
        autoflush=False,
        join_transaction_mode="rollback_only",
        info={GIVEN: connection},
    ) as session:
        result = job.use_case(session)
        _finish(session)
    return result


def _each(
    connection: sqlalchemy.Connection, jobs: Sequence[_Job]
) -> Iterator[tuple[_Job, Any]]:
    """Do several jobs, each in a savepoint; give those that went well."""
    raw: Any = connection.connection.dbapi_connection
    for job in jobs:
        try:
            yield job, _in_savepoint(connection, job)
        except BaseException as trouble:
            if not raw.in_transaction:
                raise
            job.answer.set_exception(trouble)


def _in_savepoint(connection: sqlalchemy.Connection, job: _Job) -> Any:
    """Do one job in a savepoint of its own.

    The savepoint is set past SQLAlchemy: a claim needs nothing of it but the connection. A
    session that is asked for more sets another one inside.
    """
    raw: Any = connection.connection.dbapi_connection
    raw.execute("SAVEPOINT job")
    with Session(
        connection,
        expire_on_commit=False,
        autoflush=False,
        join_transaction_mode="create_savepoint",
        info={GIVEN: connection},
    ) as session:
        try:
            result = job.use_case(session)
            _finish(session)
        except BaseException:
            session.rollback()
            if raw.in_transaction:
                raw.execute("ROLLBACK TO job")
                raw.execute("RELEASE job")
            raise
    raw.execute("RELEASE job")
    return result


def _finish(session: Session) -> None:
    session.flush()
    feed.flush(session)
    if session.in_transaction():
        session.commit()


def lock(file: Path) -> IO[str]:
    """Keep other processes from writing in this folder until this is closed.

    Raises InUse.
    """
    return _held(file)


def _held(file: Path) -> IO[str]:
    held = file.open("a")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        held.close()
        raise InUse(
            f"Another ledger process writes in {file.parent}. Stop it first."
        ) from None
    return held


def _try_again(trouble: DBAPIError) -> bool:
    return getattr(trouble.orig, "sqlstate", None) in _TRY_AGAIN


def _postgresql(
    database: str, *, isolation_level: Any = "READ COMMITTED"
) -> sqlalchemy.Engine:
    return sqlalchemy.create_engine(
        database,
        isolation_level=isolation_level,
        pool_size=16,
        max_overflow=4,
        pool_pre_ping=True,
        hide_parameters=True,
    )


def _sqlite(
    database: str, *, only_read: bool = False, begins: bool = True
) -> sqlalchemy.Engine:
    address = sqlalchemy.make_url(database)
    if only_read:
        file = f"file:{address.database}"
        address = address.set(database=file).update_query_dict(
            {"mode": "ro", "uri": "true"}
        )
    engine = sqlalchemy.create_engine(
        address,
        pool_size=20,
        max_overflow=0,
        connect_args={"check_same_thread": False},
        # Names and addresses do not belong into logs.
        hide_parameters=True,
    )

    @sqlalchemy.event.listens_for(engine, "connect")
    def opened(connection: Any, _record: object) -> None:
        # The driver must not begin by itself: SAVEPOINT and BEGIN IMMEDIATE are ours.
        connection.isolation_level = None
        for name, value, wanted in _PRAGMAS:
            if only_read and name in {"journal_mode", "wal_autocheckpoint"}:
                continue
            connection.execute(f"PRAGMA {name}={value}")
            (found,) = connection.execute(f"PRAGMA {name}").fetchone()
            assert found == wanted, f"PRAGMA {name} is {found}, not {wanted}"

    beginning = "BEGIN" if only_read else "BEGIN IMMEDIATE"

    def begun(connection: sqlalchemy.Connection) -> None:
        raw: Any = connection.connection.dbapi_connection
        try:
            raw.execute(beginning)
        except sqlite3.Error:
            # Once more through SQLAlchemy, whose kind of trouble everybody knows.
            connection.exec_driver_sql(beginning)

    if begins:
        sqlalchemy.event.listen(engine, "begin", begun)
    return engine
