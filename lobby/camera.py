"""Pretend cameras: what is held before each of them, how and for how long."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from lobby.optics import Subject, View, photograph
from lobby.timeline import Note

# A hand trembles; these pictures are made once and shown in turn.
TREMBLES = 3
# A scanner takes what returns sooner for the same scan.
AWAY_S = 3.5


@dataclass
class Shown:
    """What is held there. since: it is in view from then on, on the camera's clock."""

    words: str
    subject: Subject
    view: View
    since: float
    until: float | None
    pictures: list[bytes] = field(default_factory=list)
    asked: int = 0


class Camera:
    """One camera. Safe to use from any thread."""

    def __init__(
        self, name: str, note: Note, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        """now: seconds on a clock that never goes back."""
        self.name = name
        self.view = View()
        self.number = 0
        self._note = note
        self._now = now
        self._lock = threading.Lock()
        self._shown: Shown | None = None

    def show(
        self, subject: Subject, words: str, *, view: View, seconds: float | None = None
    ) -> None:
        """Hold something before the camera. seconds: None means until it is taken away.

        words: what it is, as in "slip 3". What is in view already is taken away for a
        moment first: whoever shows it again means a second scan.
        """
        before = self._current()
        again = before is not None and np.array_equal(before.subject.pixels, subject.pixels)
        since = self._now() + (AWAY_S if again else 0.0)
        until = None if seconds is None else since + seconds
        with self._lock:
            self._shown = Shown(words, subject, view, since, until)
            self.number += 1
        self._note(self.name, f"It sees {words}")

    def turn(self, view: View) -> None:
        """Hold it, and all that comes, in another way."""
        with self._lock:
            self.view = view
            if self._shown:
                self._shown.view = view
                self._shown.pictures.clear()
                self.number += 1

    def clear(self) -> None:
        """Take it away."""
        with self._lock:
            if self._shown:
                self._shown = None
                self.number += 1

    @property
    def in_view(self) -> str | None:
        """What the camera sees just now, or again in a moment, in words."""
        shown = self._current()
        return shown.words if shown else None

    def frame(self) -> bytes | None:
        """Return the JPEG of this moment; None when nothing is in view."""
        shown = self._current()
        if shown is None or self._now() < shown.since:
            return None
        with self._lock:
            turn = shown.asked % TREMBLES
            shown.asked += 1
            if turn >= len(shown.pictures):
                shake = len(shown.pictures)
                shown.pictures.append(photograph(shown.subject, shown.view, shake=shake))
            return shown.pictures[min(turn, len(shown.pictures) - 1)]

    def _current(self) -> Shown | None:
        with self._lock:
            shown = self._shown
            if shown and shown.until is not None and self._now() >= shown.until:
                self._shown = shown = None
                self.number += 1
            return shown
