"""Tell the kiosk process how the eyes are doing, at once and every few seconds.

Only the newest counts, so nothing queues: what could not be told is told as it is then.
A kiosk that has just started hears of a camera that went away long before.
"""

import logging
import threading
from pathlib import Path

import httpx

from scanner.glance import Glance
from scanner.health import Health
from scanner.line import Line

log = logging.getLogger("scanner.hints")

# Also when nothing changes: a scanner that says nothing is itself a trouble.
EVERY_S = 5.0
# The kiosk shows a hint for a moment; as long as it holds it is said again.
HINT_EVERY_S = 1.0
TIMEOUT_S = 2.0


class Hints:
    """A thread that tells the kiosk what is new."""

    def __init__(
        self,
        address: str,
        secret_file: Path,
        source: str,
        health: Health,
        transport: httpx.BaseTransport | None = None,
        glance: Glance | None = None,
    ) -> None:
        """Start telling. source: the name of this scanner; transport: for tests.

        glance: what the camera sees, sent when the kiosk asks for it.
        """
        self._source, self._health = source, health
        self._glance, self._looked_at = glance, False
        self._line = Line(address, secret_file, transport, TIMEOUT_S)
        self._stop = threading.Event()
        self._away = False
        self._thread = threading.Thread(target=self._tell, name="hints", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop telling, after the request under way."""
        self._stop.set()
        self._health.wake()
        self._thread.join(TIMEOUT_S)
        self._line.close()

    def _tell(self) -> None:
        told: dict[str, str] = {}
        while (said := self._health.said()) != told or not self._stop.is_set():
            # Also at the end: why this process stops is the news that matters most.
            self._post(said)
            told = said
            often = said["hint"] or self._away or self._looked_at
            wait_s = HINT_EVERY_S if often else EVERY_S
            if self._health.wait(said, wait_s, self._stop.is_set) == said:
                continue
            # A camera that comes and goes is told a few times a second, not a thousand.
            self._stop.wait(0.1)

    def _post(self, said: dict[str, str]) -> None:
        try:
            answer = self._line.post({"source": self._source, **said})
            away = not answer.is_success
            self._looked_at = not away and _looks(answer)
            if self._looked_at:
                self._show()
        except httpx.HTTPError:
            away, self._looked_at = True, False
        if away != self._away:
            self._away = away
            log.log(
                logging.WARNING if away else logging.INFO,
                "hints=%s",
                "away" if away else "back",
            )

    def _show(self) -> None:
        """Send what the camera sees to staff who look at it."""
        if self._glance is None or not (picture := self._glance.packed()):
            return
        rate, read = self._glance.rates()
        said = {"rate": rate, "read": read, "sharp": self._glance.sharpness()}
        self._line.post({"source": self._source, "picture": picture, **said}, "/picture")


def _looks(answer: httpx.Response) -> bool:
    """Whether somebody at the kiosk looks at the camera's picture."""
    try:
        said = answer.json()
    except ValueError:
        return False
    return isinstance(said, dict) and said.get("look") is True
