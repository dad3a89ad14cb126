"""What a door's scanner read, taken before Flask: a queue waits for each of these.

Only a reading as our scanner posts it goes this way. Whatever else there is about a request
goes on to `scans.read`, which says what is wrong with it. Source: sync.md §2.8.
"""

import json
from collections.abc import Iterable
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import structlog
from flask import Flask

from kiosk import door
from kiosk.device import Device
from kiosk.web import crops, house, network, scans

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_HEADERS: Final = (
    ("Content-Type", "application/json"),
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
)
_words = structlog.get_logger()


class Straight:
    """Stands before an app and takes what it can without it."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._next: WSGIApplication = app.wsgi_app
        self._device: Device = app.extensions["foh"]

    def __call__(self, asked: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        """Answer a request."""
        answer = None
        if asked["PATH_INFO"] == "/scans" and asked["REQUEST_METHOD"] == "POST":
            answer = self._answer(asked)
        if answer is None:
            return self._next(asked, start)
        start("200 OK", [*_HEADERS, ("Content-Length", str(len(answer)))])
        return [answer]

    def _answer(self, asked: "WSGIEnvironment") -> bytes | None:
        """Judge a reading; None for what only pages can answer."""
        device = self._device
        if not (
            house.is_door(device)
            and house.stands_ready(self._app, device)
            and "HTTP_ORIGIN" not in asked
            and network.is_here(device, asked.get("HTTP_HOST", ""))
            and crops.is_our_scanner(
                device,
                asked.get("HTTP_X_SCANNER_SECRET", ""),
                asked.get("REMOTE_ADDR", ""),
            )
        ):
            return None
        body = _body(asked)
        if body is None:
            return None
        try:
            source = str(body.get("source", ""))[:64]
            shown = door.scan(device, body["scan"], body["text"], source=source)
        except Exception:
            # The same id may be scanned again: a page says it as pages do.
            _words.exception("scan stumbled", scan=body["scan"])
            return None
        return json.dumps({"answer": shown.answer, "id": shown.id}).encode()


def _body(asked: "WSGIEnvironment") -> dict[str, Any] | None:
    """Read a reading; None, and nothing is lost, for what is none."""
    length = asked.get("CONTENT_LENGTH", "")
    if not (length.isascii() and length.isdigit() and 0 < int(length) <= scans.MOST_BYTES):
        return None
    raw = asked["wsgi.input"].read(int(length))
    asked["wsgi.input"] = BytesIO(raw)
    return scans.reading(raw)
