"""Room for devices that wait until something happens. Source: sync.md §2.5."""

from collections.abc import Callable
from threading import BoundedSemaphore, Event

MOST_WAIT_S = 20
LOOK_EVERY_S = 0.5
# Of the sixteen threads that serve, at most this many wait for something to happen.
MOST_WAITING = 6
# The others are asked to come again after this long.
POLL_AGAIN_MS = 2000


class Waiting:
    """Room for those who wait until a stream moves.

    Nothing is shared between processes: each waiting thread looks at the counter rows again
    and again.
    """

    def __init__(
        self, most: int = MOST_WAITING, *, pause: Callable[[float], object] | None = None
    ) -> None:
        """pause(seconds): how to wait between two looks; tests do not."""
        self._room = BoundedSemaphore(most)
        self._closed = Event()
        self._pause = pause or self._closed.wait

    def close(self) -> None:
        """Send everybody away: the process stops."""
        self._closed.set()

    def until(self, moved: Callable[[], bool], wait_s: float) -> bool:
        """Wait at most so long for moved() to be true; False when there is no room."""
        if not self._room.acquire(blocking=False):
            return False
        try:
            left_s = min(wait_s, MOST_WAIT_S)
            while left_s > 0 and not self._closed.is_set() and not moved():
                self._pause(min(LOOK_EVERY_S, left_s))
                left_s -= LOOK_EVERY_S
        finally:
            self._room.release()
        return True
