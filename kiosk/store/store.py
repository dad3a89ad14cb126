"""The store of this device: one file, one writing thread, readers that cannot write."""

import errno
import shutil
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Concatenate, Final, ParamSpec, TypeVar

import structlog
from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session

from kiosk.store import engine, migrate, statements
from kiosk.store.tables.device import StateRow
from kiosk.store.writer import BALLAST_BYTES, Writer

SELLING_NEEDS_BYTES: Final = 128 << 20

P = ParamSpec("P")
R = TypeVar("R")
_words = structlog.get_logger()


class Damaged(Exception):
    """The file does not pass SQLite's own check; a person has to look."""


class Store:
    """Open the folder's store, migrated and checked; only one process at a time.

    broken: called when the storage fails. ballast: whether to keep room for the last
    commits on a full disk.
    Raises StoreInUse, Damaged, WrongPragma.
    """

    def __init__(
        self,
        folder: Path,
        *,
        broken: Callable[[str], None] = lambda _why: None,
        ballast: bool = False,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._lock = engine.lock(folder)
        file = folder / "store.sqlite"
        writing = engine.writing(file)
        try:
            migrate.to_head(writing)
            self._check(writing)
            spare = _ballast(folder / "ballast") if ballast else None
        except BaseException:
            writing.dispose()
            engine.unlock(self._lock)
            raise
        self._writing = writing
        self._reading = engine.reading(file)
        self._readers: deque[_Reader] = deque()
        self._news = threading.Condition()
        self._commits = 0
        self._notes = statements.Notes()
        self._writer = Writer(
            writing,
            ballast=spare,
            changing=self._changing,
            changed=self._changed,
            broken=broken,
        )
        self._closed = False

    def write(
        self, case: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run a use case on the writing thread; its answer comes once it is durable."""
        return self._writer.write(case, *args, **kwargs)

    def write_together(
        self, case: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """The same for a short use case of a door, which may share its transaction.

        It may change movements, claims and the log, and nothing else (`statements.noted`).
        """
        return self._writer.write_together(case, *args, **kwargs)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Give a session on one consistent state of the store, for reading only.

        The state is that of its first question. Connections are kept for the next reader,
        because a door reads several times in each scan.
        """
        try:
            reader = self._readers.pop()
        except IndexError:
            reader = _Reader.on(self._reading.connect())
        reader.session.info[statements.NOTES] = self._notes
        try:
            yield reader.session
        finally:
            reader.forget()
            self._readers.append(reader)

    @property
    def commits(self) -> int:
        """How many commits there have been; to be given to `wait`."""
        return self._commits

    def wait(self, seen: int, timeout_s: float) -> int:
        """Wait until something was committed after `seen`; give the count then."""
        with self._news:
            self._news.wait_for(lambda: self._commits != seen, timeout_s)
            return self._commits

    @property
    def is_broken(self) -> bool:
        """Whether the storage has failed."""
        return self._writer.is_broken

    def nearly_full(self) -> bool:
        """Whether selling has to stop, so that log, tickets and doors can go on."""
        return shutil.disk_usage(self.folder).free < SELLING_NEEDS_BYTES

    def close(self) -> None:
        """Stop after what is being written. May be called twice."""
        if self._closed:
            return
        self._closed = True
        self._writer.close()
        while self._readers:
            self._readers.pop().connection.close()
        self._reading.dispose()
        self._writing.dispose()
        engine.unlock(self._lock)

    def _changing(self) -> None:
        """Something is about to be committed that readers may have noted."""
        self._notes.old = True

    def _changed(self) -> None:
        if self._notes.old:
            self._notes = statements.Notes()
        with self._news:
            self._commits += 1
            self._news.notify_all()

    def _check(self, writing: Engine) -> None:
        """Run SQLite's check unless the last stop was clean. Source: sync.md §3.4."""
        with Session(writing) as session, session.begin():
            state = session.get(StateRow, 1)
            if state is None:
                session.add(StateRow(one=1))
                return
            clean, state.stopped_cleanly = state.stopped_cleanly, False
        _words.info("store opened", sqlite=sqlite3.sqlite_version, clean=clean)
        if clean:
            return
        with writing.connect() as connection:
            found = connection.execute(text("PRAGMA quick_check")).scalars().all()
        if found != ["ok"]:
            raise Damaged(f"{self.folder}: {'; '.join(map(str, found))[:500]}")


@dataclass(frozen=True)
class _Reader:
    """A connection for reading, and the session on it."""

    connection: Connection
    driver: sqlite3.Connection
    session: Session

    @classmethod
    def on(cls, connection: Connection) -> "_Reader":
        driver = connection.connection.dbapi_connection
        assert isinstance(driver, sqlite3.Connection)
        reader = cls(connection, driver, Session(connection))
        reader.forget()
        return reader

    def forget(self) -> None:
        """End what was being read; rows that somebody holds stay as they are."""
        if self.session.in_transaction():
            self.session.close()
        if self.driver.in_transaction:
            self.driver.execute("ROLLBACK")
        # What was noted of one state of the store is not true of the next.
        self.session.info.clear()
        self.session.info.update({"reads": True, statements.DRIVER: self.driver})


def _ballast(file: Path) -> Path | None:
    """Lay the ballast down; where there is no room for it, the rest is for commits."""
    if not file.exists():
        try:
            with file.open("wb") as out:
                out.write(b"\0" * BALLAST_BYTES)
        except OSError as why:
            file.unlink(missing_ok=True)
            if why.errno != errno.ENOSPC:
                raise
            _words.warning("no room for ballast")
            return None
    return file
