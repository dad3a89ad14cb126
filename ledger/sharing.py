"""The one thread that does on PostgreSQL what queues wait for: what waits shares a commit.

A transaction for each costs both sides more than most use cases, and connections that take
turns cost PostgreSQL more than one that is never idle. Nothing waits here for long, neither
for others nor for one that fails: then each has a transaction of its own, in some other
thread. Source: sync.md §3.5.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any

import sqlalchemy
import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from ledger.jobs import MOST_TOGETHER, Job, Plainly, Raised, Steps, Then, go_on
from ledger.kept import Kept
from ledger.prepared import commit

log = structlog.get_logger()
# Threads for what cannot share: as many as PostgreSQL keeps connections for.
ALONE = 8


class Sharing:
    """Does jobs, several in one transaction, in a thread of its own until it is closed."""

    def __init__(
        self, engine: sqlalchemy.Engine, alone: Callable[[Callable[[Session], Any]], Any]
    ) -> None:
        """engine: its connections wait for no lock. alone: does one use case by itself."""
        self._pen = Kept(engine, 1)
        self._on: sqlalchemy.Connection | None = None
        self._plainly = Plainly()
        self._alone = alone
        self._others = ThreadPoolExecutor(ALONE, "alone")
        self._jobs: SimpleQueue[Callable[[], Job | None] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="sharing", daemon=True)
        self._thread.start()

    def begin(self, make: Callable[[], Steps[Any]], then: Then) -> None:
        """Have steps done; whoever asks waits for nothing, not even for their beginning."""
        self._jobs.put(partial(self._first, make, then))

    def close(self) -> None:
        """Finish what waits, and end."""
        self._jobs.put(None)
        self._thread.join()
        self._others.shutdown()
        self._pen.close()

    def _first(self, make: Callable[[], Steps[Any]], then: Then) -> Job | None:
        """Begin steps, with no transaction open; give their first use case."""
        given, raised = None, None
        try:
            steps = make()
            return Job(next(steps), partial(go_on, self._put, steps, then))
        except StopIteration as end:
            given = end.value
        except Exception as trouble:
            raised = trouble
        try:
            then(given, raised)
        except Exception:
            log.exception("nobody hears what came of a request")
        return None

    def _put(self, job: Job) -> None:
        self._jobs.put(lambda: job)

    def _run(self) -> None:
        while (taken := self._jobs.get()) is not None:
            waiting = [taken]
            with suppress(Empty):
                while len(waiting) < MOST_TOGETHER:
                    more = self._jobs.get_nowait()
                    if more is None:
                        self._jobs.put(None)  # It is seen once more, after these.
                        break
                    waiting.append(more)
            self.together([job for begin in waiting if (job := begin()) is not None])

    def together(self, jobs: Sequence[Job]) -> None:
        """Do what waits in one transaction, then answer all.

        Whatever goes wrong, nothing of it stays. Where one of them did, each is done by
        itself, elsewhere; trouble that ends the transaction is heard by all.
        """
        try:
            done = self._at_once(jobs)
        except Raised as raised:
            if len(jobs) == 1 and not isinstance(raised.trouble, DBAPIError):
                jobs[0].failed(raised.trouble)
                return
            for job in jobs:
                self._others.submit(self._by_itself, job)
        except Exception as trouble:
            for job in jobs:
                job.failed(trouble)
        else:
            for job, given in done:
                job.went_well(given)

    def _at_once(self, jobs: Sequence[Job]) -> list[tuple[Job, Any]]:
        if not jobs:
            return []
        raised: Raised | None = None
        with self._pen.taken() as connection:
            if connection is not self._on:
                self._on, self._plainly = connection, Plainly()
            try:
                with connection.begin():
                    done = list(self._plainly(connection, jobs))
                    commit(connection)
            except Raised as trouble:
                if isinstance(trouble.trouble, DBAPIError):
                    raise
                raised = trouble  # Not the connection's, which stays.
        if raised is not None:
            raise raised
        return done

    def _by_itself(self, job: Job) -> None:
        try:
            given = self._alone(job.use_case)
        except BaseException as trouble:
            job.failed(trouble)
        else:
            job.went_well(given)
