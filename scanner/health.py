"""How the eyes are doing: what each part says of itself, for whoever tells the kiosk.

A camera that is away or frozen is a technical fault. It must reach the usher as one, and
the watchdog must not hear that all is well while a driver has not come back for seconds.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Literal

log = logging.getLogger("scanner.health")

Camera = Literal["", "away", "frozen"]


class Health:
    """What camera, reader and aim say now; empty when all is well. Thread-safe."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """clock: monotonic seconds."""
        self._clock = clock
        self._changed = threading.Condition()
        self._said = {"camera": "", "reader": "", "hint": ""}
        self._beat_s = clock()

    def camera(self, state: Camera, why: str = "") -> None:
        """Say how the camera is, which also shows that its driver still answers."""
        self.beat()
        if self._say("camera", state):
            level = logging.WARNING if state else logging.INFO
            log.log(level, "camera=%s why=%s", state or "well", why)

    def reader(self, state: Literal["", "away"]) -> None:
        """Say how the hand-held reader is."""
        if self._say("reader", state):
            log.log(
                logging.WARNING if state else logging.INFO, "reader=%s", state or "well"
            )

    def hint(self, hint: str) -> None:
        """Say what would help the guest."""
        self._say("hint", hint)

    def beat(self) -> None:
        """Show that whatever reads the camera has come back from its driver."""
        with self._changed:
            self._beat_s = self._clock()

    def hung_s(self) -> float:
        """Seconds since whatever reads the camera last came back."""
        with self._changed:
            return self._clock() - self._beat_s

    def said(self) -> dict[str, str]:
        """Return what is said now."""
        with self._changed:
            return dict(self._said)

    def wait(
        self, other_than: dict[str, str], timeout_s: float, unless: Callable[[], bool]
    ) -> dict[str, str]:
        """Wait until something else is said, or time is up; return what is said then.

        unless: asked after each `wake`; True ends the wait.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._said != other_than or unless(), timeout_s)
            return dict(self._said)

    def wake(self) -> None:
        """Have whoever waits look round at once, as when it is time to stop."""
        with self._changed:
            self._changed.notify_all()

    def _say(self, part: str, word: str) -> bool:
        """Keep what a part says; say whether that is news."""
        with self._changed:
            if self._said[part] == word:
                return False
            self._said[part] = word
            self._changed.notify_all()
            return True
