"""What devices call in a sale and at the door, answered before Flask: queues wait for it.

These calls need nothing of Flask, which costs as much as most of them. Who may ask is
checked as for all others (`ledger.api.signed`), and trouble is answered alike.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Told:
    """An answer as a server needs it."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes


class Straight:
    """Stands before an app and answers these calls without it."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._next: WSGIApplication = app.wsgi_app

    def __call__(self, sent: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        """Answer a request."""
        call = call_of(sent["REQUEST_METHOD"], sent["PATH_INFO"])
        if call is None:
            return self._next(sent, start)
        ledger: Running = self._app.extensions["foh"]
        try:
            steps = call.steps(ledger, sent, self._body(sent))
            told = _told(ledger, sent, ledger.store.through(steps))
        except Exception as trouble:
            told = self._failed(ledger, sent, trouble)
        start(told.status, told.headers)
        return [told.body]

    def begin(
        self, call: Call, sent: "WSGIEnvironment", then: Callable[[Told], None]
    ) -> Told | None:
        """Begin to answer a request, and wait for nothing.

        then: hears the answer from the thread that did what was asked. Gives the answer
        where none has to be waited for.
        """
        ledger: Running = self._app.extensions["foh"]

        def over(answer: Answer, trouble: Exception | None) -> None:
            then(
                _told(ledger, sent, answer)
                if trouble is None
                else self._failed(ledger, sent, trouble)
            )

        try:
            body = self._body(sent)
            ledger.store.begin(lambda: call.steps(ledger, sent, body), over)
        except Exception as trouble:
            return self._failed(ledger, sent, trouble)
        return None

    def _body(self, sent: "WSGIEnvironment") -> bytes:
        """Read what came with a request, as long as it says it is. Raises Failed."""
        length = sent.get("CONTENT_LENGTH") or "0"
        if not (length.isascii() and length.isdigit()):
            raise Failed(400, "malformed", "Content-Length is no number.")
        if int(length) > self._app.config["MAX_CONTENT_LENGTH"]:
            raise Failed(413, "too_large")
        return bytes(sent["wsgi.input"].read(int(length)))

    def _failed(self, ledger: Running, sent: "WSGIEnvironment", trouble: Exception) -> Told:
        failed = failure(trouble)
        if failed is None:
            if self._app.testing:
                raise trouble
            log.error("call failed", path=sent["PATH_INFO"], exc_info=trouble)
            failed = Failed(500, "malformed")
        return _told(ledger, sent, failed.answer, failed.headers)


def call_of(method: str, path: str) -> Call | None:
    """Give the call that is answered here, if this is one."""
    return CALLS.get(path) if method == "POST" else None


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


def _told(
    ledger: Running,
    sent: "WSGIEnvironment",
    answer: Answer,
    more: Iterable[tuple[str, str]] = (),
) -> Told:
    body = answer.text.encode()
    said = [
        *headers(ledger, sent, answer.status).items(),
        *more,
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
    ]
    return Told(_PHRASES[answer.status], said, body)
