"""The one thread that writes: each use case in a transaction of its own, one at a time.

`write(case, …)` runs `case(session, …)` here, commits, and gives its answer back: whoever
gets the answer may rely on it through a power cut. Nobody else writes or checkpoints,
because a race between writers in SQLite's WAL before 3.51.3 can corrupt the file.
"""

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Concatenate, Final, ParamSpec, TypeVar

import structlog
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from kiosk.store import statements

# A commit of ours touches about ten pages: a checkpoint every 1,000 pages.
CHECKPOINT_COMMITS: Final = 100
IDLE_S: Final = 5.0
BALLAST_BYTES: Final = 64 << 20

P = ParamSpec("P")
R = TypeVar("R")
_words = structlog.get_logger()


class StoreClosed(Exception):
    """The device is stopping; the use case was not run."""


class StoreBroken(Exception):
    """The storage failed, and nothing of the use case is known to be kept. Do not go on."""


class Writer:
    """Runs use cases on one thread.

    ballast: a file that is given up when the disk is full. changed: called on the writing
    thread after each commit. broken: called once when the storage has failed, so that the
    process can end before anything leaves it.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        ballast: Path | None = None,
        changed: Callable[[], None] = lambda: None,
        broken: Callable[[str], None] = lambda _why: None,
    ) -> None:
        # For good: there is only one, and asking for it costs as much as a short use case.
        self._connection = engine.connect()
        self._driver = _driver(self._connection)
        self._ballast = ballast
        self._changed = changed
        self._broken = broken
        self._commits = 0
        self.is_broken = False
        self._closing = False
        self._waiting: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
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
        assert threading.current_thread() is not self._thread, "a use case inside another"
        answer: Future[R] = Future()

        def work() -> None:
            try:
                answer.set_result(
                    self._run_case(lambda session: case(session, *args, **kwargs))
                )
            except BaseException as why:  # The caller hears of it, and this thread goes on.
                answer.set_exception(why)

        with self._lock:
            if self._closing:
                raise StoreClosed
            self._waiting.put(work)
        return answer.result()

    def close(self) -> None:
        """Finish what is waiting, checkpoint, and stop. May be called twice."""
        with self._lock:
            first, self._closing = not self._closing, True
            if first:
                self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        while True:
            try:
                work = self._waiting.get(timeout=IDLE_S if self._commits else None)
            except Empty:
                self._checkpoint("PASSIVE")
                continue
            if work is None:
                break
            work()
            if self._commits >= CHECKPOINT_COMMITS:
                self._checkpoint("PASSIVE")
        self._checkpoint("TRUNCATE")
        self._connection.close()

    def _run_case(self, case: Callable[[Session], R]) -> R:
        if self.is_broken:
            raise StoreBroken
        try:
            return self._once(case)
        except DBAPIError as why:
            if _is(why, sqlite3.SQLITE_FULL) and self._give_up_ballast():
                return self._once(case)
            if _is(
                why, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CORRUPT
            ):
                self.is_broken = True
                _words.error("store broken", why=str(why.orig))
                self._broken(str(why.orig))
                raise StoreBroken(str(why.orig)) from why
            raise

    def _once(self, case: Callable[[Session], R]) -> R:
        """Run a use case between BEGIN and COMMIT; all of it is kept, or nothing.

        The transaction is begun past SQLAlchemy, which joins it when a case needs the ORM:
        what a door writes for a scan needs it not, and guests wait.
        """
        info = {statements.DRIVER: self._driver}
        with Session(self._connection, expire_on_commit=False, info=info) as session:
            try:
                self._driver.execute("BEGIN IMMEDIATE")
                answer = case(session)
                self._commit(session)
            except sqlite3.Error as why:
                self._roll_back(session)
                # Whoever calls knows one kind of trouble, however a statement was run.
                raise DBAPIError("past the ORM", None, why) from why
            except BaseException:
                self._roll_back(session)
                raise
        self._commits += 1
        self._changed()
        return answer

    def _commit(self, session: Session) -> None:
        session.commit()
        if self._driver.in_transaction:
            self._driver.execute("COMMIT")

    def _roll_back(self, session: Session) -> None:
        session.rollback()
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
