"""The newest verdicts of this door, for the screens that wait for them."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from kiosk.shown.door import Counters, Shown

_KEPT: Final = 200


class Board:
    """Verdicts with the codes that they were about. Thread-safe, in memory only.

    first_id: above every id of an earlier run, so that a page that waited through a restart
    hears of the next verdict. counted, stamp: the header's figures and what they are of.
    """

    def __init__(self, first_id: int) -> None:
        self._id = first_id
        self._news = threading.Condition()
        self._kept: deque[tuple[Shown, str | None]] = deque(maxlen=_KEPT)
        self.counted: Counters | None = None
        self.stamp = (-1, -1)

    def show(self, verdict: Shown, text: str | None) -> Shown:
        """Give a verdict its number and wake whoever waits for it."""
        with self._news:
            self._id += 1
            shown = replace(verdict, id=self._id)
            self._kept.appendleft((shown, text))
            self._news.notify_all()
        return shown

    def find(self, id: int) -> tuple[Shown, str | None] | None:
        """Find a verdict that is still in memory, with its code."""
        with self._news:
            return next((kept for kept in self._kept if kept[0].id == id), None)

    def answered(self, scan: str) -> str | None:
        """Say what a scan was answered last, if that is still in memory."""
        with self._news:
            shown = (shown for shown, _ in self._kept if shown.scan == scan)
            return next((one.answer for one in shown), None)

    def last(
        self, after: int, wait_s: float, unless: Callable[[], bool] = lambda: False
    ) -> Shown | None:
        """Give the newest verdict above `after`, waiting for one.

        unless: asked after each `wake`; True ends the wait without a verdict.
        """
        with self._news:
            self._news.wait_for(lambda: self._newest(after) is not None or unless(), wait_s)
            return self._newest(after)

    def wake(self) -> None:
        """Have whoever waits look round: something else than a verdict has changed."""
        with self._news:
            self._news.notify_all()

    def recent(self, most: int) -> list[Shown]:
        """Give the newest verdicts, newest first."""
        with self._news:
            return [shown for shown, _ in list(self._kept)[:most]]

    def _newest(self, after: int) -> Shown | None:
        if not self._kept or self._kept[0][0].id <= after:
            return None
        return self._kept[0][0]
