"""Text to the kiosk process, which alone knows what it means.

Codes queue in the order they were read, and none is dropped: a reading stays at the head
of the queue, under its id, until the kiosk has answered it. Source: sync.md §2.8.
"""

import json
import logging
import threading
import time
from collections import deque
from pathlib import Path

import httpx

from scanner.line import TIMEOUT_S, Line
from scanner.sightings import Sighting

log = logging.getLogger("scanner.post")

# The first retry is quick, as a kiosk that restarts is soon back; none waits over a second.
BACKOFF_FIRST_S = 0.05
BACKOFF_MOST_S = 1.0
# Answers that would be the same next time: the kiosk has looked and does not want it.
FINAL = {400, 413, 415, 422}
# The kiosk stumbles over one reading: after this many tries the others go first.
STUMBLES_MOST = 3


class Post:
    """A thread that carries readings to the kiosk process, and remembers those to go."""

    def __init__(
        self,
        address: str,
        secret_file: Path,
        source: str,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Start carrying. source: the name of this scanner; transport: for tests."""
        self._source = source
        self._line = Line(address, secret_file, transport)
        self._waiting: deque[Sighting] = deque()
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._carry, name="post", daemon=True)
        self._thread.start()

    def put(self, sighting: Sighting) -> None:
        """Queue a reading."""
        with self._changed:
            self._waiting.append(sighting)
            self._changed.notify_all()

    def waiting(self) -> int:
        """How many readings the kiosk has not answered yet."""
        with self._changed:
            return len(self._waiting)

    def wait_until_answered(self, timeout_s: float | None = None) -> bool:
        """Wait until nothing is queued; say whether that came true in time."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting, timeout_s)

    def close(self) -> None:
        """Stop carrying, after the request under way."""
        self._stop.set()
        with self._changed:
            self._changed.notify_all()
        self._thread.join(TIMEOUT_S)
        self._line.close()

    def _carry(self) -> None:
        backoff_s, stumbles = BACKOFF_FIRST_S, 0
        while sighting := self._head():
            outcome = self._offer(sighting)
            if outcome == "answered":
                self._drop_head()
                backoff_s, stumbles = BACKOFF_FIRST_S, 0
                continue
            stumbles = stumbles + 1 if outcome == "stumbled" else 0
            if stumbles >= STUMBLES_MOST:
                self._rotate()
                stumbles = 0
            self._stop.wait(backoff_s)
            backoff_s = min(2 * backoff_s, BACKOFF_MOST_S)

    def _head(self) -> Sighting | None:
        """Wait for the next reading; None when it is time to stop."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._stop.is_set())
            return None if self._stop.is_set() else self._waiting[0]

    def _drop_head(self) -> None:
        with self._changed:
            self._waiting.popleft()
            self._changed.notify_all()

    def _rotate(self) -> None:
        with self._changed:
            self._waiting.rotate(-1)

    def _offer(self, sighting: Sighting) -> str:
        """Post one reading: `answered`, `away` (line or secret) or `stumbled`."""
        began_s = time.monotonic()
        try:
            answer = self._post(sighting)
        except httpx.HTTPError as trouble:
            log.warning(
                "scan=%s post=away trouble=%s", sighting.scan, type(trouble).__name__
            )
            return "away"
        took_ms = round(1000 * (time.monotonic() - began_s))
        status = answer.status_code
        if answer.is_success or status in FINAL:
            said = _answer(answer) if answer.is_success else f"refused {status}"
            log.info("scan=%s answer=%r took_ms=%d", sighting.scan, said, took_ms)
            return "answered"
        log.warning("scan=%s post=refused status=%d", sighting.scan, status)
        return "stumbled" if status >= 500 and status != 503 else "away"

    def _post(self, sighting: Sighting) -> httpx.Response:
        return self._line.post(
            {
                "scan": sighting.scan,
                "text": sighting.text,
                "source": self._source,
                "seen_ms": sighting.seen_ms,
            }
        )


def _answer(answer: httpx.Response) -> str:
    try:
        said = answer.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        return "unreadable"
    return str(said.get("answer", ""))[:40] if isinstance(said, dict) else "unreadable"
