"""The last code that this process was shown, for pages that wait for one."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app

from kiosk import door
from kiosk.device import Device
from kiosk.shown.collecting import Collecting
from kiosk.shown.named import Refusal
from kiosk.web import house

MOST_WAITING = 3
KEPT = 50


@dataclass(frozen=True)
class Read:
    """What became of the last code that this kiosk was shown. staff: whose card it was."""

    id: int
    kind: str
    collecting: Collecting | None = None
    refusal: Refusal | None = None
    ref: str = ""
    card: str = ""
    staff: str = ""


class Newest:
    """The last code, for pages that wait for one. Thread-safe; in memory only."""

    def __init__(self) -> None:
        self._news = threading.Condition()
        self._read: Read | None = None
        self._scans: dict[str, str] = {}
        self.waiting = threading.BoundedSemaphore(MOST_WAITING)
        self.listening = True

    @property
    def id(self) -> int:
        """The id of the last code, 0 before any."""
        return self._read.id if self._read else 0

    @property
    def read(self) -> Read | None:
        """The last code."""
        return self._read

    def answer(self, scan: str) -> str | None:
        """Give the answer that this scan got before, so that a retry does nothing new."""
        return self._scans.get(scan)

    def keep(self, scan: str, read: Read) -> None:
        """Keep what became of a code, and wake the pages."""
        with self._news:
            self._read = read
            self._scans = {**dict(list(self._scans.items())[-KEPT:]), scan: read.kind}
            self._news.notify_all()

    def after(
        self, id: int, wait_s: float, unless: Callable[[], bool] = lambda: False
    ) -> Read | None:
        """Give the last code if it is newer than `id`, waiting for one.

        unless: asked after each `wake`; True ends the wait without a code.
        """
        with self._news:
            self._news.wait_for(lambda: self.id > id or unless(), wait_s)
            return self._read if self.id > id else None

    def wake(self) -> None:
        """Have the pages look round: something else than a code has changed."""
        with self._news:
            self._news.notify_all()


def newest() -> Newest:
    """Give this process's memory of codes."""
    found: Newest = current_app.extensions["foh_scans"]
    return found


def last_id(device: Device) -> int:
    """Give the id of the newest code, so that a new page does not answer to an old one."""
    if house.is_door(device):
        shown = door.last(device)
        return shown.id if shown else 0
    return newest().id
