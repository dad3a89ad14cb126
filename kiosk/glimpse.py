"""What the camera sees, for staff who stand here and look: in memory, for seconds.

A scanner is asked for pictures only while somebody looks, and nothing that it sends is
kept longer than it is shown. Source: lobby.md §5.
"""

import threading
from dataclasses import dataclass
from typing import Final

# A page that is looked at asks again every few seconds.
LOOKED_AT_MS: Final = 12_000
# An older picture is not what the camera sees.
FRESH_MS: Final = 8_000
MOST_BYTES: Final = 192 << 10


@dataclass(frozen=True)
class Still:
    """One picture, JPEG, and when it came, by boot time.

    rate: pictures in a second; read: in how many per cent of them a code was read; sharp:
    how much edges stand out. None: the scanner did not say.
    """

    id: int
    picture: bytes
    at_ms: int
    rate: int | None = None
    read: int | None = None
    sharp: int | None = None


class Glimpse:
    """The newest picture while somebody looks. Thread-safe, in memory only."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked_ms: int | None = None
        self._still: Still | None = None
        self._id = 0

    def want(self, now_ms: int) -> Still | None:
        """Ask for pictures for a few seconds more; give the newest, if it is fresh."""
        with self._lock:
            self._asked_ms = now_ms
            return self._fresh(now_ms)

    def wanted(self, now_ms: int) -> bool:
        """Whether somebody looks; if nobody does, what there was is forgotten."""
        with self._lock:
            return self._looked_at(now_ms)

    def take(self, picture: bytes, now_ms: int, **said: int | None) -> bool:
        """Take a picture that somebody waits for; whether anybody does. said: see Still."""
        with self._lock:
            if not self._looked_at(now_ms):
                return False
            self._id += 1
            self._still = Still(self._id, picture, now_ms, **said)
            return True

    def picture(self, id: int, now_ms: int) -> bytes | None:
        """Give the picture of this number while it is fresh."""
        with self._lock:
            still = self._fresh(now_ms)
            return still.picture if still is not None and still.id == id else None

    def forget(self) -> None:
        """Nobody looks any more."""
        with self._lock:
            self._asked_ms = self._still = None

    def _looked_at(self, now_ms: int) -> bool:
        asked_ms = self._asked_ms
        looked_at = asked_ms is not None and now_ms - asked_ms < LOOKED_AT_MS
        if not looked_at:
            self._still = None
        return looked_at

    def _fresh(self, now_ms: int) -> Still | None:
        still = self._still
        if still is not None and now_ms - still.at_ms >= FRESH_MS:
            self._still = still = None
        return still
