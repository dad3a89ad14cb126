"""Simulated time: scripts that wait, one heap of moments, nothing that runs by itself.

Every script is a greenlet. It runs until it waits, so two scripts meet only where
production code talks to something outside or rests: there threads would meet, too.
"""

import heapq
import itertools
from collections.abc import Callable
from math import ceil
from typing import Any

from greenlet import GreenletExit, getcurrent, greenlet

Do = Callable[[], Any]


class Time:
    """What everybody's clock would show if it were right, in ms UTC, and who waits."""

    def __init__(self, now_ms: int) -> None:
        self.now_ms = now_ms
        self._heap: list[tuple[int, int, Do]] = []
        self._turn = itertools.count()
        self._hub = getcurrent()

    def after(self, ms: int, do: Do) -> None:
        """Do something so many ms from now; at one moment, in the order of asking."""
        heapq.heappush(self._heap, (self.now_ms + max(0, ms), next(self._turn), do))

    def at_once(self, do: Do) -> None:
        """Do something before anybody who waits for this very moment."""
        heapq.heappush(self._heap, (self.now_ms, -next(self._turn), do))

    def sleep(self, ms: int) -> None:
        """Let time pass for the script that calls this."""
        script = getcurrent()
        assert script is not self._hub, "only scripts wait"
        wake = Wake(script)
        self.after(ms, wake)
        try:
            self._hub.switch()
        except BaseException:
            wake.script = None
            raise

    def spawn(self, script: Do, after_ms: int = 0) -> greenlet:
        """Begin a script."""
        started = greenlet(script, self._hub)
        self.after(after_ms, Wake(started))
        return started

    def run(self, until_ms: int) -> None:
        """Let everything happen up to a moment."""
        while self._heap and self._heap[0][0] <= until_ms:
            moment, _, do = heapq.heappop(self._heap)
            self.now_ms = max(self.now_ms, moment)
            do()
        self.now_ms = max(self.now_ms, until_ms)

    def drop(self) -> None:
        """Forget everything that is still to come, and end the scripts that wait for it."""
        while self._heap:
            _, _, do = heapq.heappop(self._heap)
            if isinstance(do, Wake) and do.script is not None and do.script:
                do.script.throw(GreenletExit)


class Wake:
    """Wakes one script, unless it has been thrown out of its sleep."""

    def __init__(self, script: greenlet) -> None:
        self.script: greenlet | None = script

    def __call__(self) -> None:
        if self.script is not None and not self.script.dead:
            self.script.switch()


class Moments:
    """The module `time` as the loops of a device see it."""

    def __init__(self, time: Time) -> None:
        self._time = time

    def monotonic(self) -> float:
        return self._time.now_ms / 1000


class Bell:
    """A `threading.Event` whose waiting takes simulated time."""

    def __init__(self, time: Time) -> None:
        self._time = time
        self._rung = False

    def is_set(self) -> bool:
        return self._rung

    def set(self) -> None:
        self._rung = True

    def wait(self, timeout_s: float | None = None) -> bool:
        if not self._rung:
            self._time.sleep(ceil((timeout_s or 0) * 1000))
        return self._rung
