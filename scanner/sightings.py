"""One id for a code as long as it stays in view.

A code that is held before the camera is read many times a second, and once is enough: the
first reading gets an id, and it keeps the id until it has been away for three seconds. A
code that left and is held up again before that is told again, under its id: whoever shows
it on purpose gets the answer again, and nothing is counted twice. It left if a look missed
it: looks that are far apart on a busy machine say nothing of that.
Source: checkin.md §6, lobby.md §4 "Flow".
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

SILENT_S = 3.0
# A code that was not read for so long had left; for less, it was held badly.
AWAY_S = 1.0


@dataclass(frozen=True)
class Sighting:
    """A code that came into view. `scan` is the camera's id of this coming into view."""

    scan: str
    text: str
    seen_ms: int


class Sightings:
    """Which codes are in view, and since which id. Thread-safe: a reader may share it."""

    def __init__(self, new_id: Callable[[int], str]) -> None:
        """new_id: makes a UUIDv7 from a time in milliseconds UTC."""
        self._new_id = new_id
        self._last_seen_s: dict[str, float] = {}
        self._scans: dict[str, str] = {}
        self._here: set[str] = set()
        self._missed: set[str] = set()
        self._lock = threading.Lock()

    def see(
        self, texts: Iterable[str], *, at_s: float, seen_ms: int, stays: bool = True
    ) -> list[Sighting]:
        """Take in what one frame shows; return the codes that came into view.

        at_s: monotonic seconds, which decide about the silence. seen_ms: UTC milliseconds.
        stays: it is in view until something moves; what a hand-held reader reads is not.
        """
        with self._lock:
            return self._see(texts, at_s, seen_ms, stays=stays)

    def _see(
        self, texts: Iterable[str], at_s: float, seen_ms: int, *, stays: bool
    ) -> list[Sighting]:
        self._last_seen_s = {
            text: seen
            for text, seen in self._last_seen_s.items()
            if at_s - seen <= SILENT_S
        }
        self._scans = {text: self._scans[text] for text in self._last_seen_s}
        shown = list(texts)
        self._missed &= self._scans.keys()
        if stays:
            self._missed |= self._scans.keys() - set(shown)
        arrived = []
        for text in shown:
            last_s = self._last_seen_s.get(text)
            if last_s is None:
                self._scans[text] = self._new_id(seen_ms)
            # A hand-held reader never looks in between: whoever pulls its trigger means it.
            left = text in self._missed or not stays
            if last_s is None or (left and at_s - last_s >= AWAY_S):
                arrived.append(Sighting(self._scans[text], text, seen_ms))
            self._last_seen_s[text] = at_s
            self._missed.discard(text)
            if stays:
                self._here.add(text)
        return arrived

    def empty(self) -> None:
        """There was nothing to see at all, so nothing is in view."""
        with self._lock:
            self._here.clear()
            self._missed |= self._scans.keys()

    def moved(self) -> None:
        """Something moved: what was in view may have gone."""
        with self._lock:
            self._here.clear()

    def stay(self, *, at_s: float) -> None:
        """Nothing has moved: what was read since the last movement is still in view."""
        with self._lock:
            for text in self._here:
                self._last_seen_s[text] = at_s
