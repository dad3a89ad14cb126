"""Requests that devices sign, and what is checked before anybody looks at them.

Source: sync.md §2.2.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import quote

from flask import request
from flask.typing import ResponseReturnValue

from boxoffice import ids, log, wire
from boxoffice.signatures import genuine
from ledger import book, devices
from ledger.answers import Asked
from ledger.api.errors import Failed
from ledger.app import running

P = ParamSpec("P")
KIOSK, DOOR = "kiosk", "door"
BOTH = (KIOSK, DOOR)


@dataclass(frozen=True)
class Request:
    """A request that is genuine: who sent it, its id, its body as JSON if it has one."""

    device: devices.Known
    id: str
    body: bytes
    book: book.Book

    @property
    def asked(self) -> Asked:
        """What its answer is kept under."""
        return Asked(self.device.id, self.id, log.digest(self.body).hex())

    def json(self) -> dict[str, Any]:
        """Give the body as an object. Raises Failed (400)."""
        try:
            body = json.loads(self.body or b"{}")
        except (ValueError, RecursionError):
            raise Failed(400, "malformed", "The body is not JSON.") from None
        if not isinstance(body, dict):
            raise Failed(400, "malformed", "The body must be an object.")
        return body


View = Callable[Concatenate[Request, P], ResponseReturnValue]


def signed(
    *roles: str, drains: bool = False, limited: bool = True
) -> Callable[[View[P]], Callable[P, ResponseReturnValue]]:
    """Let a view answer only requests that a device with one of these roles signed.

    drains: incarnations that only upload may ask this, too. limited: counts for the rate
    of requests; uploads and claims do not.
    """

    def wrap(view: View[P]) -> Callable[P, ResponseReturnValue]:
        @wraps(view)
        def asked(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            checked = _checked()
            if checked.device.role not in roles:
                raise Failed(403, "role")
            if checked.device.state != "active" and not drains:
                raise Failed(403, "role", "This incarnation may only upload its log.")
            if limited:
                _count(checked.device.id)
            return view(checked, *args, **kwargs)

        return asked

    return wrap


def _count(device: str) -> None:
    ledger = running()
    wait_s = ledger.rates.devices.wait_s(device, ledger.clock())
    if wait_s:
        raise Failed(429, "too_many", retry_after_s=wait_s)


def target() -> str:
    """Give path?query as the sender wrote it."""
    sent = request.environ.get("REQUEST_URI")
    if sent:
        return str(sent)
    query = request.query_string.decode("latin-1")
    path = quote(request.path, safe="/:@!$&'()*+,;=~-._")
    return f"{path}?{query}" if query else path


def _checked() -> Request:
    ledger = running()
    _protocol()
    device, incarnation = _sender()
    time_ms = _whole(request.headers.get("FoH-Time", ""))
    request_id = request.headers.get("FoH-Request", "")
    signature = _signature()
    body = request.get_data()
    sender = devices.sender(ledger.store.look, device, incarnation)
    if not ids.is_uuid(request_id) or time_ms is None or sender is None:
        raise Failed(401, "signature")
    known, facts = sender
    said = wire.request_text(
        request.method,
        target(),
        body,
        ledger_id=facts.ledger_id,
        device=device,
        incarnation=incarnation,
        time_ms=time_ms,
        request=request_id,
    )
    if not genuine(known.public, signature, said):
        raise Failed(401, "signature")
    if known.revoked:
        raise Failed(401, "revoked")
    if abs(time_ms - ledger.clock()) > wire.CLOCK_TOLERANCE_MS:
        raise Failed(401, "clock")
    return Request(known, request_id, body, facts)


def _protocol() -> None:
    spoken = _whole(request.headers.get("FoH-Protocol", ""))
    if spoken is None:
        raise Failed(400, "malformed", "FoH-Protocol is missing.")
    if spoken not in devices.SUPPORTED:
        raise Failed(426, "too_old")


def _sender() -> tuple[str, int]:
    device, _, incarnation = request.headers.get("FoH-Device", "").partition(";")
    number = _whole(incarnation)
    if number is None or not ids.is_uuid(device):
        raise Failed(401, "signature")
    return device, number


def _signature() -> bytes:
    try:
        return log.decoded(request.headers.get("FoH-Signature", ""))
    except ValueError:
        raise Failed(401, "signature") from None


def _whole(text: str) -> int | None:
    if not text.isascii() or not text.isdecimal() or len(text) > 18:
        return None
    return int(text)
