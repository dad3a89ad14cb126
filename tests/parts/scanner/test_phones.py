"""Pictures of phones that cannot read codes: asked for, read, answered, forgotten."""

import json
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from queue import Queue

import numpy as np
import pytest

from scanner.phones import Phones
from tests.parts.scanner.doubles import answer, serving
from tests.parts.scanner.tickets import code, held_up, packed

SECONDS = 120
GREY = packed(np.full((480, 480), 90, np.uint8))


class Kiosk:
    """Hands out pictures in order, and remembers what was read in each."""

    def __init__(self, *pictures: bytes) -> None:
        self.waiting = list(enumerate(pictures, 7))
        self.read: Queue[tuple[str, list[str]]] = Queue()
        self.secret = "first boot"

    def give(self, request: BaseHTTPRequestHandler) -> None:
        if request.headers["X-Scanner-Secret"] != self.secret:
            answer(request, 401)
        elif request.path != "/crops/next" or not self.waiting:
            answer(request, 204)
        else:
            number, picture = self.waiting.pop(0)
            request.send_response(200)
            request.send_header("X-Crop", str(number))
            request.send_header("Content-Length", str(len(picture)))
            request.end_headers()
            request.wfile.write(picture)

    def take(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"]))
        self.read.put((request.path, json.loads(body)["texts"]))
        answer(request, 200, "application/json", b"{}")


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "scanner.secret"
    path.write_text("first boot\n")
    return path


def test_what_a_phone_sees_is_read_and_answered_under_its_number(secret):
    kiosk = Kiosk(packed(held_up(code("FOH:ONE"))), packed(held_up(code("FOH:TWO"))))
    with serving(get=kiosk.give, post=kiosk.take) as address:
        phones = Phones(f"{address}/crops", secret)
        assert kiosk.read.get(timeout=SECONDS) == ("/crops/7", ["FOH:ONE"])
        assert kiosk.read.get(timeout=SECONDS) == ("/crops/8", ["FOH:TWO"])
        phones.close()


@pytest.mark.parametrize("picture", [b"", b"no picture", GREY])
def test_a_picture_without_a_code_is_answered_with_nothing(secret, picture):
    kiosk = Kiosk(picture, packed(held_up(code("FOH:ONE"))))
    with serving(get=kiosk.give, post=kiosk.take) as address:
        phones = Phones(f"{address}/crops", secret)
        assert kiosk.read.get(timeout=SECONDS) == ("/crops/7", [])
        assert kiosk.read.get(timeout=SECONDS) == ("/crops/8", ["FOH:ONE"])
        phones.close()


def test_a_kiosk_that_started_again_has_a_new_secret_which_is_read_again(secret):
    kiosk = Kiosk()
    with serving(get=kiosk.give, post=kiosk.take) as address:
        kiosk.secret = "second boot"
        phones = Phones(f"{address}/crops", secret)
        secret.write_text("second boot\n")
        kiosk.waiting.append((9, packed(held_up(code("FOH:ONE")))))
        assert kiosk.read.get(timeout=SECONDS) == ("/crops/9", ["FOH:ONE"])
        phones.close()
