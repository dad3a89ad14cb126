"""The kiosk hears how the eyes are doing: at once, again, and never too much."""

import json
from base64 import b64decode
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from queue import Queue
from typing import Any

import cv2
import numpy as np
import pytest

from scanner.frame import Frame, unpack
from scanner.glance import WIDTH_PX, Glance
from scanner.health import Health
from scanner.hints import Hints
from tests.parts.scanner.doubles import answer, serving

SECONDS = 120


class Listener:
    """A kiosk that remembers what it was told."""

    def __init__(self) -> None:
        self.told: Queue[dict[str, Any]] = Queue()
        self.pictures: Queue[bytes] = Queue()
        self.status, self.looks = 200, False

    def take(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"]))
        said = json.loads(body)
        if request.path.endswith("/picture"):
            self.pictures.put(b64decode(said["picture"]))
        elif request.headers["X-Scanner-Secret"] == "first boot":
            self.told.put(said)
        told = json.dumps({"shown": "", "look": self.looks}).encode()
        answer(request, self.status, "application/json", told)

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


def test_staff_who_look_are_sent_what_the_camera_sees_small_and_nobody_else_is(secret):
    kiosk, health, glance = Listener(), Health(), Glance()
    glance.put(Frame(np.full((720, 1280), 200, np.uint8)))
    with serving(post=kiosk.take) as address:
        hints = Hints(f"{address}/scans/hints", secret, "door-b", health, glance=glance)
        kiosk.hears()
        assert kiosk.pictures.empty()
        kiosk.looks = True
        health.hint("closer")
        seen = unpack(kiosk.pictures.get(timeout=SECONDS))
        hints.close()
    assert seen.shape == (360, WIDTH_PX)
    assert abs(int(seen.mean()) - 200) < 3


def test_what_was_seen_a_while_ago_is_not_what_the_camera_sees():
    glance = Glance()
    assert glance.packed() == ""
    glance.put(Frame(np.zeros((72, 128), np.uint8), at_s=0.0))
    assert glance.packed() == ""
    glance.put(Frame(b"no picture"))
    assert glance.packed() == ""


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


def test_a_sharp_code_is_told_from_a_blurred_one_and_counted() -> None:
    glance = Glance()
    assert (glance.rates(), glance.sharpness()) == ((0, 0), 0)
    code = np.kron(np.random.default_rng(7).integers(0, 2, (40, 40)) * 255, np.ones((8, 8)))
    sharp = code.astype(np.uint8)
    for n in range(11):
        glance.put(Frame(sharp, at_s=n / 10), read=n % 2 == 0)
    assert glance.rates() == (10, 55)
    seen = glance.sharpness()
    glance.put(Frame(cv2.GaussianBlur(sharp, (9, 9), 3), at_s=1.1))
    assert glance.sharpness() < seen / 3
    glance.put(Frame(b"no picture", at_s=9.0))
    assert (glance.rates(), glance.sharpness()) == ((0, 0), 0)
