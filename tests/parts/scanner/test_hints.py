"""The kiosk hears how the eyes are doing: at once, again, and never too much."""

import json
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

from scanner.health import Health
from scanner.hints import Hints
from tests.parts.scanner.doubles import answer, serving

SECONDS = 10


class Listener:
    """A kiosk that remembers what it was told."""

    def __init__(self) -> None:
        self.told: Queue[dict[str, Any]] = Queue()
        self.status = 200

    def take(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"]))
        if request.headers["X-Scanner-Secret"] == "first boot":
            self.told.put(json.loads(body))
        answer(request, self.status, "application/json", b'{"shown": ""}')

    def hears(self, **words: str) -> None:
        said = {"source": "door-b", "camera": "", "reader": "", "hint": "", **words}
        while self.told.get(timeout=SECONDS) != said:
            pass


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "scanner.secret"
    path.write_text("first boot\n")
    return path


def test_what_changes_is_told_at_once(secret):
    kiosk, health = Listener(), Health()
    with serving(post=kiosk.take) as address:
        hints = Hints(f"{address}/scans/hints", secret, "door-b", health)
        kiosk.hears()
        health.camera("away")
        kiosk.hears(camera="away")
        health.camera("")
        health.reader("away")
        kiosk.hears(reader="away")
        health.hint("closer")
        kiosk.hears(reader="away", hint="closer")
        kiosk.hears(reader="away", hint="closer")
        hints.close()


def test_a_kiosk_that_starts_late_still_hears_of_the_camera(secret):
    kiosk, health = Listener(), Health()
    kiosk.status = 503
    health.camera("frozen")
    with serving(post=kiosk.take) as address:
        hints = Hints(f"{address}/scans/hints", secret, "door-b", health)
        kiosk.hears(camera="frozen")
        kiosk.status = 200
        kiosk.hears(camera="frozen")
        hints.close()
