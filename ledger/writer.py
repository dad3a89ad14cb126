"""The one thread that writes to a book on SQLite: what waits becomes durable together.

A race in SQLite's WAL before 3.51.3 corrupts databases with several writers, so all writing
and all checkpoints belong to this thread. Source: sync.md §3.4.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any

import sqlalchemy
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from ledger import feed
from ledger.prepared import GIVEN

WAL_COMMITS, WAL_IDLE_S = 250, 5.0
# On SQLite: so many use cases that wait at the same moment become durable together.
MOST_TOGETHER = 16


@dataclass(frozen=True)
class Job:
    """A use case that waits for the writing thread, and what it gives."""

    use_case: Callable[[Session], Any]
    answer: Future[Any] = field(default_factory=Future)


class Writer:
    """Does jobs on one connection, in a thread of its own, until it is closed."""

    def __init__(self, engine: sqlalchemy.Engine) -> None:
        self._engine = engine
        # The thread's own, kept: to ask the pool each time costs as much as a short job.
        self._pen: sqlalchemy.Connection | None = None
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
        return job.answer.result()

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
        """Do what waits in one transaction, each job in a savepoint; then answer all.

        The disk is waited for once. What one job raises undoes that job alone; trouble
        that ends the transaction undoes them all, and all hear of it.
        """
        done: list[tuple[Job, Any]] = []
        try:
            if self._pen is None:
                self._pen = self._engine.connect()
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
            with self._engine.connect() as connection:
                raw: Any = connection.connection.dbapi_connection
                raw.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        except (DBAPIError, sqlite3.Error, OSError):
            # Past SQLAlchemy the driver's own errors come. The next checkpoint may do;
            # readers and writers go on with a longer WAL.
            return 1
        return 0


def _alone(connection: sqlalchemy.Connection, job: Job) -> Any:
    """Do the only job of a transaction: what it raises undoes the transaction."""
    with Session(
        connection,
        expire_on_commit=False,
        autoflush=False,
        join_transaction_mode="rollback_only",
        info={GIVEN: connection},
    ) as session:
        result = job.use_case(session)
        finish(session)
    return result


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
            job.answer.set_exception(trouble)


def _in_savepoint(connection: sqlalchemy.Connection, job: Job) -> Any:
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
            finish(session)
        except BaseException:
            session.rollback()
            if raw.in_transaction:
                raw.execute("ROLLBACK TO job")
                raw.execute("RELEASE job")
            raise
    raw.execute("RELEASE job")
    return result


def finish(session: Session) -> None:
    """Commit what a use case did, with what devices are told of it."""
    session.flush()
    feed.flush(session)
    if session.in_transaction():
        session.commit()
