"""The one thread that writes: each use case in a transaction of its own, one at a time.

`write(case, …)` runs `case(session, …)` here, commits, and gives its answer back: whoever
gets the answer may rely on it through a power cut. Short ones that wait at the same moment
may share a transaction, so that a queue at the door waits for the disk once. Nobody else
writes or checkpoints, because a race between writers in SQLite's WAL before 3.51.3 can
corrupt the file.
"""

import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Concatenate, Final, ParamSpec, TypeVar, cast

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from kiosk.store import statements

# A commit of ours touches about ten pages: a checkpoint every 1,000 pages.
CHECKPOINT_COMMITS: Final = 100
IDLE_S: Final = 5.0
BALLAST_BYTES: Final = 64 << 20
# So many short use cases that wait at the same moment become durable together.
MOST_TOGETHER: Final = 16

P = ParamSpec("P")
R = TypeVar("R")
_words = structlog.get_logger()


class StoreClosed(Exception):
    """The device is stopping; the use case was not run."""


class StoreBroken(Exception):
    """The storage failed, and nothing of the use case is known to be kept. Do not go on."""


@dataclass(frozen=True)
class _Job:
    """A use case that waits for the writing thread, and what it gives."""

    case: Callable[[Session], Any]
    short: bool
    answer: Future[Any] = field(default_factory=Future)


class Writer:
    """Runs use cases on one thread.

    ballast: a file that is given up when the disk is full. changing, changed: called on the
    writing thread before each commit that is not of short use cases alone, and after each;
    for a use case that changed nothing, neither is. broken: called once when the storage
    has failed, so that the process can end before anything leaves it, and whenever a disk
    is full and no ballast is left.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        ballast: Path | None = None,
        changing: Callable[[], None] = lambda: None,
        changed: Callable[[], None] = lambda: None,
        broken: Callable[[str], None] = lambda _why: None,
    ) -> None:
        # For good: there is only one, and asking for it costs as much as a short use case.
        self._connection = engine.connect()
        self._driver = _driver(self._connection)
        self._session = Session(self._connection, expire_on_commit=False)
        self._ballast = ballast
        self._changing = changing
        self._changed = changed
        self._broken = broken
        self._commits = 0
        self.is_broken = False
        self._closing = False
        self._waiting: SimpleQueue[_Job | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def write(
        self, case: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run a use case in one transaction and give its answer once it is durable.

        Raises what the use case raises (then nothing of it was written), StoreClosed and
        StoreBroken.
        """
        job = _Job(lambda session: case(session, *args, **kwargs), short=False)
        return cast("R", self._ask(job))

    def write_together(
        self, case: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """The same for a short use case: it may share its transaction with others.

        If one of those raises, nothing of them was written and each runs again by itself.
        """
        job = _Job(lambda session: case(session, *args, **kwargs), short=True)
        return cast("R", self._ask(job))

    def _ask(self, job: _Job) -> Any:
        assert threading.current_thread() is not self._thread, "a use case inside another"
        with self._lock:
            if self._closing:
                raise StoreClosed
            self._waiting.put(job)
        return job.answer.result()

    def close(self) -> None:
        """Finish what is waiting, checkpoint, and stop. May be called twice."""
        with self._lock:
            first, self._closing = not self._closing, True
            if first:
                self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        following: _Job | None = None
        while True:
            try:
                job = following or self._waiting.get(
                    timeout=IDLE_S if self._commits else None
                )
            except Empty:
                self._checkpoint("PASSIVE")
                continue
            if job is None:
                break
            jobs, following, last = self._with(job)
            self._do(jobs)
            if self._commits >= CHECKPOINT_COMMITS:
                self._checkpoint("PASSIVE")
            if last:
                break
        self._checkpoint("TRUNCATE")
        self._session.close()
        self._connection.close()

    def _with(self, job: _Job) -> tuple[list[_Job], _Job | None, bool]:
        """Give the jobs to do together, the one that follows, and whether it is the end."""
        jobs = [job]
        while job.short and len(jobs) < MOST_TOGETHER:
            try:
                following = self._waiting.get_nowait()
            except Empty:
                break
            if following is None:
                return jobs, None, True
            if not following.short:
                return jobs, following, False
            jobs.append(following)
        return jobs, None, False

    def _do(self, jobs: Sequence[_Job]) -> None:
        """Run them in one transaction, or each in its own; then answer whoever waits."""
        if len(jobs) > 1:
            try:
                answers = self._run_case(
                    lambda session: [job.case(session) for job in jobs], short=True
                )
            except BaseException:  # Whose fault it was comes out below.
                _words.info("not together", jobs=len(jobs))
            else:
                for job, answer in zip(jobs, answers, strict=True):
                    job.answer.set_result(answer)
                return
        for job in jobs:
            try:
                job.answer.set_result(self._run_case(job.case, short=job.short))
            except BaseException as why:  # The caller hears of it; this thread goes on.
                job.answer.set_exception(why)

    def _run_case(self, case: Callable[[Session], R], *, short: bool = False) -> R:
        if self.is_broken:
            raise StoreBroken
        try:
            return self._once(case, short)
        except DBAPIError as why:
            if _is(why, sqlite3.SQLITE_FULL):
                if self._give_up_ballast():
                    return self._run_case(case, short=short)
                # Nothing is half written, and room would heal it; but nothing can be done.
                self._broken(str(why.orig))
                raise
            if _is(
                why, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CORRUPT
            ):
                self.is_broken = True
                _words.error("store broken", why=str(why.orig))
                self._broken(str(why.orig))
                raise StoreBroken(str(why.orig)) from why
            raise

    def _once(self, case: Callable[[Session], R], short: bool) -> R:
        """Run a use case between BEGIN and COMMIT; all of it is kept, or nothing.

        The transaction is begun past SQLAlchemy, which joins it when a case needs the ORM:
        what a door writes for a scan needs it not, and guests wait.
        """
        session, rows = self._session, self._driver.total_changes
        session.info.clear()
        session.info[statements.DRIVER] = self._driver
        try:
            self._driver.execute("BEGIN IMMEDIATE")
            answer = case(session)
            if session.in_transaction():
                session.flush()
            # Loops that look and find nothing to do wake nobody, and nothing is forgotten.
            changed = self._driver.total_changes != rows
            if changed and not short:
                self._changing()
            self._commit(session)
        except sqlite3.Error as why:
            self._roll_back(session)
            # Whoever calls knows one kind of trouble, however a statement was run.
            raise DBAPIError("past the ORM", None, why) from why
        except BaseException:
            self._roll_back(session)
            raise
        if changed:
            self._commits += 1
            self._changed()
        return answer

    def _commit(self, session: Session) -> None:
        if session.in_transaction():
            session.commit()
            session.expunge_all()
        if self._driver.in_transaction:
            self._driver.execute("COMMIT")

    def _roll_back(self, session: Session) -> None:
        session.close()
        # After a COMMIT that failed, on a full disk say, it still holds its transaction
        # and would begin no other; a session that only joined it leaves that to us.
        self._connection.rollback()
        if self._driver.in_transaction:
            self._driver.execute("ROLLBACK")

    def _give_up_ballast(self) -> bool:
        if self._ballast is None or not self._ballast.exists():
            return False
        self._ballast.unlink()
        _words.warning("disk full: ballast given up")
        return True

    def _checkpoint(self, kind: str) -> None:
        try:
            # Past SQLAlchemy, because a checkpoint stands outside of transactions.
            self._driver.execute(f"PRAGMA wal_checkpoint({kind})")
        except sqlite3.OperationalError as why:
            _words.warning("checkpoint put off", why=str(why))
        self._commits = 0


def _driver(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.dbapi_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def _is(why: DBAPIError, *codes: int) -> bool:
    code = getattr(why.orig, "sqlite_errorcode", None)
    return isinstance(code, int) and code & 0xFF in codes
