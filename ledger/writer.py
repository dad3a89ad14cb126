"""The one thread that writes to a book on SQLite: what waits becomes durable together.

A race in SQLite's WAL before 3.51.3 corrupts databases with several writers, so all writing
and all checkpoints belong to this thread. Source: sync.md §3.4.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any

import sqlalchemy
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from ledger.jobs import (
    MOST_TOGETHER,
    Job,
    Plainly,
    Raised,
    Steps,
    Then,
    finish,
    go_on,
    session_on,
)

WAL_COMMITS, WAL_IDLE_S = 250, 5.0


class Writer:
    """Does jobs on one connection, in a thread of its own, until it is closed."""

    def __init__(self, engine: sqlalchemy.Engine) -> None:
        self._engine = engine
        # The thread's own, kept: to ask the pool each time costs as much as a short job.
        self._pen: sqlalchemy.Connection | None = None
        self._plainly = Plainly()
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many jobs have not been begun."""
        return self._jobs.qsize()

    def do(self, use_case: Callable[[Session], Any]) -> Any:
        """Have a use case done; give what it gives, once that is durable."""
        assert threading.current_thread() is not self._thread, "a use case calls write"
        job = Job(use_case)
        self._jobs.put(job)
        return job.result()

    def begin(self, make: Callable[[], Steps[Any]], then: Then) -> None:
        """Have steps done; whoever asks does not wait for them. What comes before the first
        use case is done at once, and what it raises comes out.
        """
        steps = make()
        self._jobs.put(Job(next(steps), partial(go_on, self._jobs.put, steps, then)))

    def close(self) -> None:
        """Finish what waits, and end."""
        self._jobs.put(None)
        self._thread.join()
        self._drop_pen()

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
            self.together([job for job in jobs if job is not None])
            if jobs[-1] is None:
                self._checkpoint()
                return
            since += len(jobs)
            if since >= WAL_COMMITS:
                since = self._checkpoint()

    def together(self, jobs: Sequence[Job]) -> None:
        """Do what waits in one transaction, then answer all: the disk is waited for once.

        Where one of several raises, nothing of it stays, and they are done again with a
        savepoint for each, so that it undoes itself alone. Trouble that ends that
        transaction undoes them all, and all hear of it.
        """
        try:
            done = self._at_once(jobs, self._plainly)
        except Raised as raised:
            if len(jobs) == 1:
                jobs[0].failed(raised.trouble)
                return
            try:
                done = self._at_once(jobs, _each)
            except BaseException as trouble:
                _fail(jobs, trouble)
                return
        except BaseException as trouble:
            _fail(jobs, trouble)
            return
        for job, given in done:
            job.went_well(given)

    def _at_once(
        self,
        jobs: Sequence[Job],
        do: Callable[[sqlalchemy.Connection, Sequence[Job]], Iterator[tuple[Job, Any]]],
    ) -> list[tuple[Job, Any]]:
        """Give the jobs that went well, once that is durable."""
        try:
            if self._pen is None:
                self._pen = self._engine.connect()
            with self._pen.begin():
                return list(do(self._pen, jobs))
        except BaseException:
            self._drop_pen()
            raise

    def _drop_pen(self) -> None:
        """After trouble the next transaction has a connection that knows nothing of it."""
        pen, self._pen = self._pen, None
        self._plainly = Plainly()
        if pen is not None:
            with suppress(DBAPIError, sqlite3.Error):
                pen.close()

    def _checkpoint(self) -> int:
        try:
            with self._engine.connect() as connection:
                raw: Any = connection.connection.dbapi_connection
                raw.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        except (DBAPIError, sqlite3.Error, OSError):
            # Past SQLAlchemy the driver's own errors come. The next checkpoint may do;
            # readers and writers go on with a longer WAL.
            return 1
        return 0


def _fail(jobs: Sequence[Job], trouble: BaseException) -> None:
    for job in jobs:
        if not job.over:
            job.failed(trouble)


def _each(
    connection: sqlalchemy.Connection, jobs: Sequence[Job]
) -> Iterator[tuple[Job, Any]]:
    """Do several jobs, each in a savepoint; give those that went well."""
    raw: Any = connection.connection.dbapi_connection
    for job in jobs:
        try:
            yield job, _in_savepoint(connection, job)
        except BaseException as trouble:
            if not raw.in_transaction:
                raise
            job.failed(trouble)


def _in_savepoint(connection: sqlalchemy.Connection, job: Job) -> Any:
    """Do one job in a savepoint of its own.

    The savepoint is set past SQLAlchemy: a claim needs nothing of it but the connection. A
    session that is asked for more sets another one inside.
    """
    raw: Any = connection.connection.dbapi_connection
    raw.execute("SAVEPOINT job")
    with session_on(connection, "create_savepoint") as session:
        try:
            result = job.use_case(session)
            finish(session)
        except BaseException:
            session.rollback()
            if raw.in_transaction:
                raw.execute("ROLLBACK TO job")
                raw.execute("RELEASE job")
            raise
    raw.execute("RELEASE job")
    return result
