"""The one thread that writes to a book on SQLite: what waits becomes durable together.

A race in SQLite's WAL before 3.51.3 corrupts databases with several writers, so all writing
and all checkpoints belong to this thread. Source: sync.md §3.4.
"""

import sqlite3
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, Literal, TypeVar

import sqlalchemy
import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from ledger import feed
from ledger.prepared import GIVEN

T = TypeVar("T")
# Use cases one after the other, each in a transaction of its own: yields one, is sent what
# it gives, and ends with what comes of them all.
Steps = Generator[Callable[[Session], Any], Any, T]
# Hears what came of steps, or what they raised; called by the writing thread.
Then = Callable[[Any, Exception | None], None]

WAL_COMMITS, WAL_IDLE_S = 250, 5.0
_Mode = Literal["rollback_only", "create_savepoint"]
# On SQLite: so many use cases that wait at the same moment become durable together.
MOST_TOGETHER = 16
log = structlog.get_logger()


class Job:
    """A use case that waits for the writing thread, and what becomes of it."""

    def __init__(
        self,
        use_case: Callable[[Session], Any],
        then: Callable[["Job"], None] | None = None,
    ) -> None:
        """then: called by the writing thread once it is over."""
        self.use_case = use_case
        self._then = then
        self._given: Any = None
        self._trouble: BaseException | None = None
        # Held until it is over: a Future does the same at ten times the cost.
        self._over = threading.Lock()
        self._over.acquire()

    @property
    def over(self) -> bool:
        """Whether it went well or failed."""
        return not self._over.locked()

    def went_well(self, given: Any) -> None:
        """Say what it gives."""
        self._given = given
        self._end()

    def failed(self, trouble: BaseException) -> None:
        """Say what it raised."""
        self._trouble = trouble
        self._end()

    def _end(self) -> None:
        self._over.release()
        if self._then is not None:
            try:
                self._then(self)
            except Exception:
                log.exception("nobody hears what came of a use case")

    def result(self) -> Any:
        """Wait for what it gives; what it raised comes out."""
        with self._over:
            if self._trouble is not None:
                raise self._trouble
            return self._given


class Writer:
    """Does jobs on one connection, in a thread of its own, until it is closed."""

    def __init__(self, engine: sqlalchemy.Engine) -> None:
        self._engine = engine
        # The thread's own, kept: to ask the pool each time costs as much as a short job.
        self._pen: sqlalchemy.Connection | None = None
        # A session that no job has asked for anything yet: most need none of it.
        self._unused: Session | None = None
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

    def begin(self, steps: Steps[Any], then: Then) -> None:
        """Have steps done; whoever asks does not wait for them. What comes before the first
        use case is done at once, and what it raises comes out.
        """
        self._put(steps, then, next(steps))

    def _put(
        self, steps: Steps[Any], then: Then, use_case: Callable[[Session], Any]
    ) -> None:
        self._jobs.put(Job(use_case, partial(self._go_on, steps, then)))

    def _go_on(self, steps: Steps[Any], then: Then, job: Job) -> None:
        try:
            try:
                given = job.result()
            except Exception as trouble:
                use_case = steps.throw(trouble)
            else:
                use_case = steps.send(given)
        except StopIteration as end:
            then(end.value, None)
        except Exception as trouble:
            then(None, trouble)
        else:
            self._put(steps, then, use_case)

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
        except _Raised as raised:
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

    def _plainly(
        self, connection: sqlalchemy.Connection, jobs: Sequence[Job]
    ) -> Iterator[tuple[Job, Any]]:
        """Do jobs with nothing between them; what one raises undoes the transaction."""
        for job in jobs:
            session = self._unused or session_on(connection)
            self._unused = None
            try:
                given = job.use_case(session)
                asked = finish(session)
            except Exception as trouble:
                session.close()
                raise _Raised(trouble) from trouble
            if asked:
                session.close()
            else:
                self._unused = session
            yield job, given

    def _drop_pen(self) -> None:
        """After trouble the next transaction has a connection that knows nothing of it."""
        pen, self._pen, self._unused = self._pen, None, None
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


class _Raised(Exception):
    """A job raised this, and not the transaction around it."""

    def __init__(self, trouble: Exception) -> None:
        super().__init__()
        self.trouble = trouble


def _fail(jobs: Sequence[Job], trouble: BaseException) -> None:
    for job in jobs:
        if not job.over:
            job.failed(trouble)


def session_on(connection: sqlalchemy.Connection, mode: _Mode = "rollback_only") -> Session:
    """Give a session for one use case in a transaction that was begun."""
    return Session(
        connection,
        expire_on_commit=False,
        autoflush=False,
        join_transaction_mode=mode,
        info={GIVEN: connection},
    )


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


def finish(session: Session) -> bool:
    """Commit what a use case did, with what devices are told of it.

    Gives whether the session was asked for anything; what is prepared needs but its
    connection.
    """
    session.flush()
    feed.flush(session)
    asked = session.in_transaction()
    if asked:
        session.commit()
    return asked
