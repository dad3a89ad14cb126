"""A thread that the machine serves last: for long sums that nobody waits for.

Linux gives every thread a priority of its own, which the unprivileged may only lower; so
the thread does nothing else. What it is given must let go of the interpreter meanwhile, as
the stretching of a secret does: a thread that is served last and holds the interpreter
would keep everybody waiting.
"""

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, Final, TypeVar, cast

T = TypeVar("T")
LAST: Final = 19


class SpareTime:
    """Does one piece of work after the other, each when nobody else wants the processor."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[tuple[Callable[[], Any], Future[Any]]] = SimpleQueue()
        self._begun = threading.Lock()
        self._thread: threading.Thread | None = None

    def do(self, work: Callable[[], T]) -> T:
        """Have work done and give what it gives; raises what it raises."""
        with self._begun:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name="spare time", daemon=True
                )
                self._thread.start()
        answer: Future[Any] = Future()
        self._waiting.put((work, answer))
        return cast("T", answer.result())

    def _run(self) -> None:
        if sys.platform == "linux":  # Elsewhere a priority belongs to the whole process.
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LAST)
        while True:
            work, answer = self._waiting.get()
            try:
                answer.set_result(work())
            except BaseException as why:  # Whoever waits hears of it.
                answer.set_exception(why)
