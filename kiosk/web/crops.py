"""Pictures of phones that cannot read codes themselves, on their way to the scanner.

The scanner asks for the next picture, looks at it and posts what it read; the phone waits
as long as a guest would. Pictures are in memory for that long, and nowhere else.
"""

import hmac
import threading
from collections import deque
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, current_app, jsonify, request

from kiosk.device import Device
from kiosk.web.guest import device

bp = Blueprint("crops", __name__, url_prefix="/crops")

MOST_BYTES: Final = 256 << 10
MOST_WAITING: Final = 8
WAIT_S: Final = 1.5
ASK_S: Final = 10.0
GONE_S: Final = 15.0


@dataclass
class _Crop:
    id: int
    picture: bytes
    texts: list[str] | None = None
    done: threading.Event = field(default_factory=threading.Event)


class Eyes:
    """The pictures that wait. Thread-safe."""

    def __init__(self) -> None:
        self._news = threading.Condition()
        self._waiting: deque[_Crop] = deque(maxlen=MOST_WAITING)
        self._out: dict[int, _Crop] = {}
        self._id = 0
        self._asked_ms: int | None = None

    @property
    def looking(self) -> bool:
        """Whether a scanner has asked for pictures lately."""
        asked = self._asked_ms
        return asked is not None and device().clock.boot_ms() - asked < GONE_S * 1000

    def read(self, picture: bytes) -> list[str]:
        """Have a picture read; nothing when nobody looked at it in time."""
        with self._news:
            self._id += 1
            crop = _Crop(self._id, picture)
            self._waiting.append(crop)
            self._news.notify()
        crop.done.wait(WAIT_S)
        with self._news:
            self._out.pop(crop.id, None)
            if crop in self._waiting:
                self._waiting.remove(crop)
        return crop.texts or []

    def next(self, wait_s: float) -> tuple[int, bytes] | None:
        """Give the scanner the oldest picture, waiting for one."""
        self._asked_ms = device().clock.boot_ms()
        with self._news:
            self._news.wait_for(lambda: bool(self._waiting), wait_s)
            self._asked_ms = device().clock.boot_ms()
            if not self._waiting:
                return None
            crop = self._waiting.popleft()
            self._out[crop.id] = crop
        return crop.id, crop.picture

    def found(self, id: int, texts: list[str]) -> None:
        """Take what the scanner read."""
        with self._news:
            crop = self._out.pop(id, None)
        if crop is not None:
            crop.texts = texts
            crop.done.set()


def eyes() -> Eyes:
    """Give this process's pictures."""
    found: Eyes = current_app.extensions["foh_crops"]
    return found


def from_our_scanner() -> bool:
    """Whether a request shows the secret of this start, from this machine."""
    given = request.headers.get("X-Scanner-Secret", "")
    return is_our_scanner(device(), given, request.remote_addr)


def is_our_scanner(here: Device, given: str, address: str | None) -> bool:
    """Whether this is the secret of this start, given from this machine."""
    try:
        secret = _secret(here.config.scanner_secret_file)
    except OSError:
        return False
    local = address in {"127.0.0.1", "::1"}
    return local and bool(secret) and hmac.compare_digest(given.encode(), secret.encode())


def _secret(file: Path) -> str:
    """Read the secret, once for each time that it is written: a queue waits for this."""
    stands = file.stat()
    return _read(file, stands.st_ino, stands.st_mtime_ns)


@lru_cache(maxsize=4)
def _read(file: Path, _inode: int, _written_ns: int) -> str:
    return file.read_text("ascii").strip()


@bp.before_request
def ours() -> tuple[Response, int] | None:
    """Only our own scanner looks."""
    if not from_our_scanner():
        return jsonify(error="signature", message="The scanner's secret is not ours."), 401
    return None


@bp.get("/next")
def next_one() -> tuple[Response | str, int] | Response:
    """Give the next picture; 204 when nobody has one."""
    crop = eyes().next(ASK_S)
    if crop is None:
        return "", 204
    answer = Response(crop[1], mimetype="application/octet-stream")
    answer.headers["X-Crop"] = str(crop[0])
    return answer


@bp.post("/<int:id>")
def found(id: int) -> Response:
    """Take what was read in a picture."""
    body = request.get_json(force=True, silent=True)
    texts = body.get("texts") if isinstance(body, dict) else None
    good = [t for t in texts if isinstance(t, str)] if isinstance(texts, list) else []
    eyes().found(id, good[:8])
    return jsonify(ok=True)
