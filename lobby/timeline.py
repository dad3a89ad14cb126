"""What happened in the lobby, one plain sentence each."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

KEPT = 500

Clock = Callable[[], datetime]
Note = Callable[[str, str], None]


def utc_now() -> datetime:
    """The time of this machine."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Event:
    """number grows without gaps, so that a page can ask for what is new."""

    number: int
    happened_at: datetime
    who: str
    sentence: str


class Timeline:
    """The latest events. Safe to use from any thread."""

    def __init__(self, clock: Clock = utc_now) -> None:
        self._lock = threading.Lock()
        self._events: deque[Event] = deque(maxlen=KEPT)
        self._clock = clock
        self._last = 0

    def note(self, who: str, sentence: str) -> None:
        """Write one sentence down, in the name of one part of the lobby."""
        with self._lock:
            self._last += 1
            self._events.append(Event(self._last, self._clock(), who, sentence))

    def newest_first(self, *, after: int = 0, limit: int = KEPT) -> list[Event]:
        """Return at most limit events with a number above after."""
        with self._lock:
            newest = [event for event in reversed(self._events) if event.number > after]
        return newest[:limit]
