"""Use cases that wait to be done, alone or several in one transaction."""

import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from functools import partial
from typing import Any, Literal, TypeVar

import sqlalchemy
import structlog
from sqlalchemy.orm import Session

from ledger import feed, inserts
from ledger.prepared import GIVEN

T = TypeVar("T")
# Use cases one after the other, each in a transaction of its own: yields one, is sent what
# it gives, and ends with what comes of them all.
Steps = Generator[Callable[[Session], Any], Any, T]
# Hears what came of steps, or what they raised; called by the thread that did them.
Then = Callable[[Any, Exception | None], None]
# So many use cases that wait at the same moment become durable together.
MOST_TOGETHER = 16
_Mode = Literal["rollback_only", "create_savepoint"]
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


class Raised(Exception):
    """A job raised this, and not the transaction around it."""

    def __init__(self, trouble: Exception) -> None:
        super().__init__()
        self.trouble = trouble


class Plainly:
    """Does jobs in one transaction with nothing between them: what one raises undoes it."""

    def __init__(self) -> None:
        # A session that no job has asked for anything yet: most need none of it.
        self._unused: Session | None = None

    def __call__(
        self, connection: sqlalchemy.Connection, jobs: Sequence[Job]
    ) -> Iterator[tuple[Job, Any]]:
        """Give each job with what it gave. Raises Raised."""
        for job in jobs:
            session = self._unused or session_on(connection)
            self._unused = None
            try:
                given = job.use_case(session)
                asked = finish(session)
            except Exception as trouble:
                session.close()
                raise Raised(trouble) from trouble
            if asked:
                session.close()
            else:
                self._unused = session
            yield job, given


def go_on(put: Callable[[Job], None], steps: Steps[Any], then: Then, job: Job) -> None:
    """Have what follows a job done, or say what came of them all. put: of another job."""
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
        put(Job(use_case, partial(go_on, put, steps, then)))


def session_on(connection: sqlalchemy.Connection, mode: _Mode = "rollback_only") -> Session:
    """Give a session for one use case in a transaction that was begun."""
    return Session(
        connection,
        expire_on_commit=False,
        autoflush=False,
        join_transaction_mode=mode,
        info={GIVEN: connection},
    )


def finish(session: Session) -> bool:
    """Commit what a use case did, with what devices are told of it.

    Gives whether the session was asked for anything; what is prepared needs but its
    connection.
    """
    session.flush()
    feed.flush(session)
    inserts.settle(session)
    asked = session.in_transaction()
    if asked:
        session.commit()
    return asked
