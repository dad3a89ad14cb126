"""Where the book is kept, and how use cases are run on it.

On SQLite one process owns the file and one thread in it does all the writing: a race in
SQLite's WAL before 3.51.3 corrupts databases with several writers. On PostgreSQL each use
case has a session of its own, and runs again when the database asks for that. A use case
never commits: `write` does, so that an answer, its effect and what devices are told become
durable together. Source: sync.md §3.4, §3.5.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

import sqlalchemy
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from ledger import engines
from ledger.jobs import Steps, Then, finish, session_on
from ledger.kept import Kept
from ledger.prepared import Prepared, Values, commit
from ledger.sharing import Sharing
from ledger.writer import Writer

P = ParamSpec("P")
T = TypeVar("T")
UseCase = Callable[Concatenate[Session, P], T]

MOST_TRIES = 5
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.010, 0.200
# Connections that stay when nobody uses them, of each kind.
MOST_KEPT = 8
# What shares a transaction waits so long for a lock, and is then done apart.
LOCK_WAIT_MS = 100
# The advisory lock of the process that does the waiting work: "FoH" in ASCII.
LEADER = 0x466F48
_TRY_AGAIN = {"40001", "40P01"}


class Busy(Exception):
    """The database could not serve this now; trying again later may help."""


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
        self._lock = engines.lock(lock) if lock and self.on_sqlite else None
        self._leading: sqlalchemy.Connection | None = None
        self._electing = threading.Lock()
        if self.on_sqlite:
            self._writing = engines.sqlite(database, only_read=only_read)
            self._writer = Writer(self._writing)
            self._reader = engines.sqlite(database, only_read=True)
            self._looker = engines.sqlite(database, only_read=True, begins=False)
        else:
            self._writing = engines.postgresql(database)
            self._reader = self._writing.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            self._looker = engines.postgresql(database, isolation_level="AUTOCOMMIT")
            self._impatient = engines.postgresql(database, longest_wait_ms=LOCK_WAIT_MS)
            self._sharing = Sharing(self._impatient, self._again)
        self._looking = Kept(self._looker, MOST_KEPT)
        self._pens = Kept(self._writing, MOST_KEPT)

    def write(self, use_case: UseCase[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a use case in one transaction and commit it.

        What the use case raises comes out, and nothing of it stays. Raises Busy.
        """
        if not self.on_sqlite:
            return self._again(use_case, *args, **kwargs)
        done = self._writer.do(lambda session: use_case(session, *args, **kwargs))
        return cast("T", done)

    def through(self, steps: Steps[T]) -> T:
        """Run use cases one after the other; give what comes of them.

        What one of them raises, the steps hear. Raises what they do not catch.
        """
        try:
            use_case = next(steps)
            while True:
                try:
                    given = self.write(use_case)
                except Exception as trouble:
                    use_case = steps.throw(trouble)
                else:
                    use_case = steps.send(given)
        except StopIteration as end:
            return cast("T", end.value)

    def begin(self, make: Callable[[], Steps[Any]], then: Then) -> None:
        """Do what `through` does without waiting for it. make: gives the steps.

        On SQLite what comes before their first use case is done at once, and what it raises
        comes out; on PostgreSQL, which makes one wait, another thread begins.
        """
        if self.on_sqlite:
            self._writer.begin(make, then)
        else:
            self._sharing.begin(make, then)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Give a session that sees one moment of the book and can change nothing."""
        with Session(self._reader, autoflush=False) as session:
            yield session

    def look(self, statement: Prepared, values: Values) -> list[Any]:
        """Run one statement that reads, with no transaction around it: what is now."""
        with self._looking.taken() as connection:
            return statement.look(connection, values)

    def leads(self) -> bool:
        """Whether this process does the waiting work: of several on PostgreSQL, one does.

        It leads until its connection ends, and then another one may.
        """
        if self.on_sqlite:
            return True
        with self._electing:  # Several loops ask.
            return self._elected()

    def _elected(self) -> bool:
        try:
            if self._leading is not None:
                self._leading.scalar(sqlalchemy.text("SELECT 1"))
                self._leading.commit()
                return True
            self._leading = self._writing.connect()
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
            self._writer.close()
        else:
            self._sharing.close()
            self._impatient.dispose()
        self._looking.close()
        self._pens.close()
        self._looker.dispose()
        self._reader.dispose()
        self._writing.dispose()
        if self._lock:
            self._lock.close()

    def _once(self, use_case: UseCase[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        with self._pens.taken() as connection, connection.begin():
            session = session_on(connection)
            asked = True
            try:
                result = use_case(session, *args, **kwargs)
                asked = finish(session)
            finally:
                # What is prepared needs but the connection: most ask nothing of it.
                if asked:
                    session.close()
            commit(connection)
        return result

    def _again(self, use_case: UseCase[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        for tried in range(1, MOST_TRIES + 1):
            try:
                return self._once(use_case, *args, **kwargs)
            except DBAPIError as trouble:
                if not asks_again(trouble):
                    raise
                if tried == MOST_TRIES:
                    raise Busy from trouble
                # Chance only spreads the tries; nothing depends on it.
                pause_s = random.uniform(SHORTEST_PAUSE_S, LONGEST_PAUSE_S)  # noqa: S311
                time.sleep(pause_s)
        raise AssertionError("the loop returns or raises")


def asks_again(trouble: Exception) -> bool:
    """Whether the database asks for the whole transaction to be done once more."""
    cause = trouble.orig if isinstance(trouble, DBAPIError) else None
    return getattr(cause, "sqlstate", None) in _TRY_AGAIN
