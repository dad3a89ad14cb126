"""Only the newest frame counts.

A camera delivers at its own pace, on a thread of its own; whoever looks gets the frame that
came last, and frames that nobody had time for are forgotten.
"""

import threading
from collections.abc import Callable, Generator, Iterator

from scanner.frame import Frame
from scanner.health import Health

# Nothing new for this long, and whoever waits may look after other things.
QUIET_S = 0.5
# Longer than any driver, network or open call may take that still comes back by itself,
# and shorter than the watchdog's patience (systemd/foh-scanner.service).
HUNG_S = 12.0


class Hung(Exception):
    """A driver has swallowed the thread that called it; only a new process helps."""


class Newest:
    """One place for one frame: putting replaces, taking empties."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._frame: Frame | None = None
        self._news = False

    def put(self, frame: Frame | None) -> None:
        """Replace what is there; None says that nothing is in view any more."""
        with self._changed:
            self._frame, self._news = frame, True
            self._changed.notify()

    def take(self, timeout_s: float) -> Frame | None:
        """Wait for news and take it; None when none came in time, or nothing is in view."""
        with self._changed:
            self._changed.wait_for(lambda: self._news, timeout_s)
            frame, self._frame, self._news = self._frame, None, False
            return frame


def follow(
    source: Callable[[threading.Event], Iterator[Frame | None]], health: Health
) -> Generator[Frame | None, None, None]:
    """Read a source on a thread of its own and yield its newest frame, or None.

    source: yields for ever; ends soon after the event it is given is set. An exception in
    it ends the generator with that exception. Raises Hung when it does not come back.
    """
    newest, stop = Newest(), threading.Event()
    health.beat()
    trouble: list[BaseException] = []

    def read() -> None:
        try:
            for frame in source(stop):
                health.beat()
                newest.put(frame)
        except BaseException as why:  # Carried over to the thread that is to hear of it.
            trouble.append(why)

    reader = threading.Thread(target=read, name="camera", daemon=True)
    reader.start()
    try:
        while reader.is_alive() or trouble:
            if trouble:
                raise trouble[0]
            if health.hung_s() > HUNG_S:
                raise Hung(f"The camera's driver has not answered for {HUNG_S:g} seconds.")
            yield newest.take(QUIET_S)
    finally:
        stop.set()
