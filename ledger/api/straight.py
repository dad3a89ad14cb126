"""What devices call in a sale and at the door, answered before Flask: queues wait for it.

These calls need nothing of Flask, which costs as much as most of them. Who may ask is
checked as for all others (`ledger.api.signed`), and trouble is answered alike.
"""

from collections.abc import Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING

import structlog
from flask import Flask

from ledger.answers import Answer
from ledger.api import claims, events, seats
from ledger.api.errors import Failed, failure
from ledger.api.signed import Call
from ledger.running import Running

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# By path; all of them are POST.
CALLS: dict[str, Call] = {
    "/api/holds": seats.hold,
    "/api/allotments": seats.allot,
    "/api/events": events.upload,
    "/api/claims": claims.claim,
}
_PHRASES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
log = structlog.get_logger()


class Straight:
    """Stands before an app and answers these calls without it."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._next: WSGIApplication = app.wsgi_app

    def __call__(self, sent: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        """Answer a request."""
        call = CALLS.get(sent["PATH_INFO"]) if sent["REQUEST_METHOD"] == "POST" else None
        if call is None:
            return self._next(sent, start)
        ledger: Running = self._app.extensions["foh"]
        answer, more = self._answer(ledger, call, sent)
        text = answer.text.encode()
        told = [
            *headers(ledger, sent, answer.status).items(),
            *more,
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(text))),
        ]
        start(_PHRASES[answer.status], told)
        return [text]

    def _answer(
        self, ledger: Running, call: Call, sent: "WSGIEnvironment"
    ) -> tuple[Answer, list[tuple[str, str]]]:
        try:
            most = self._app.config["MAX_CONTENT_LENGTH"]
            return call.answer(ledger, sent, _body(sent, most)), []
        except Exception as trouble:
            failed = failure(trouble)
            if failed is None:
                if self._app.testing:
                    raise
                log.exception("call failed", path=sent["PATH_INFO"])
                failed = Failed(500, "malformed")
            return failed.answer, failed.headers


def headers(ledger: Running, sent: "WSGIEnvironment", status: int) -> dict[str, str]:
    """Give what every answer to a device carries: the ledger's time, for one.

    One line is logged for each change and each refusal; reading is not worth one.
    """
    method = sent["REQUEST_METHOD"]
    if method != "GET" or status >= 400:
        sender = sent.get("HTTP_FOH_DEVICE", "")
        path = sent["PATH_INFO"]
        log.info("request", method=method, path=path, status=status, device=sender[:60])
    return {"FoH-Now": str(ledger.clock()), "Cache-Control": "no-store"}


def _body(sent: "WSGIEnvironment", most: int) -> bytes:
    """Read what came with a request, as long as it says it is. Raises Failed."""
    length = sent.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdigit()):
        raise Failed(400, "malformed", "Content-Length is no number.")
    if int(length) > most:
        raise Failed(413, "too_large")
    return bytes(sent["wsgi.input"].read(int(length)))
