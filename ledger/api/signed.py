"""Requests that devices sign, and what is checked before anybody looks at them.

Source: sync.md §2.2.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec
from urllib.parse import quote

from flask import request
from flask.typing import ResponseReturnValue

from boxoffice import ids, log, wire
from boxoffice.signatures import genuine
from ledger import book, devices
from ledger.answers import Answer, Asked
from ledger.api.errors import Failed
from ledger.app import running
from ledger.jobs import Steps
from ledger.running import Running

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

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


@dataclass(frozen=True)
class Rule:
    """Who may call something: devices with one of these roles.

    drains: incarnations that only upload may, too. limited: counts for the rate of
    requests; uploads and claims do not.
    """

    roles: tuple[str, ...]
    drains: bool = False
    limited: bool = True

    def check(self, ledger: Running, sent: "WSGIEnvironment", body: bytes) -> Request:
        """Believe a request, or raise Failed. sent: what the server says of it."""
        checked = _checked(ledger, sent, body)
        if checked.device.role not in self.roles:
            raise Failed(403, "role")
        if checked.device.state != "active" and not self.drains:
            raise Failed(403, "role", "This incarnation may only upload its log.")
        if self.limited:
            wait_s = ledger.rates.devices.wait_s(checked.device.id, ledger.clock())
            if wait_s:
                raise Failed(429, "too_many", retry_after_s=wait_s)
        return checked


@dataclass(frozen=True)
class Call:
    """A call that is answered without Flask: see `ledger.api.straight`."""

    rule: Rule
    view: Callable[[Running, Request], Steps[Answer]]

    def steps(self, ledger: Running, sent: "WSGIEnvironment", body: bytes) -> Steps[Answer]:
        """Say how it is answered. They raise Failed, and what `errors.failure` knows."""
        return self.view(ledger, self.rule.check(ledger, sent, body))


View = Callable[Concatenate[Request, P], ResponseReturnValue]


def signed(
    *roles: str, drains: bool = False, limited: bool = True
) -> Callable[[View[P]], Callable[P, ResponseReturnValue]]:
    """Let a view answer only requests that its `Rule` lets pass."""
    rule = Rule(roles, drains, limited)

    def wrap(view: View[P]) -> Callable[P, ResponseReturnValue]:
        @wraps(view)
        def asked(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            checked = rule.check(running(), request.environ, request.get_data())
            return view(checked, *args, **kwargs)

        return asked

    return wrap


def straight(
    *roles: str, drains: bool = False, limited: bool = True
) -> Callable[[Callable[[Running, Request], Steps[Answer]]], Call]:
    """Make a view a call without Flask, for requests that its `Rule` lets pass."""
    rule = Rule(roles, drains, limited)
    return lambda view: Call(rule, view)


def target(sent: "WSGIEnvironment") -> str:
    """Give path?query as the sender wrote it."""
    if wrote := sent.get("REQUEST_URI"):
        return str(wrote)
    path, query = sent["PATH_INFO"], sent.get("QUERY_STRING", "")
    path = quote(path.encode("latin-1"), safe="/:@!$&'()*+,;=~-._")
    return f"{path}?{query}" if query else path


def _checked(ledger: Running, sent: "WSGIEnvironment", body: bytes) -> Request:
    _protocol(sent)
    device, incarnation = _sender(sent)
    time_ms = _whole(sent.get("HTTP_FOH_TIME", ""))
    request_id = sent.get("HTTP_FOH_REQUEST", "")
    signature = _signature(sent)
    sender = devices.sender(ledger.store.look, device, incarnation)
    if not ids.is_uuid(request_id) or time_ms is None or sender is None:
        raise Failed(401, "signature")
    known, facts = sender
    said = wire.request_text(
        sent["REQUEST_METHOD"],
        target(sent),
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


def _protocol(sent: "WSGIEnvironment") -> None:
    spoken = _whole(sent.get("HTTP_FOH_PROTOCOL", ""))
    if spoken is None:
        raise Failed(400, "malformed", "FoH-Protocol is missing.")
    if spoken not in devices.SUPPORTED:
        raise Failed(426, "too_old")


def _sender(sent: "WSGIEnvironment") -> tuple[str, int]:
    device, _, incarnation = sent.get("HTTP_FOH_DEVICE", "").partition(";")
    number = _whole(incarnation)
    if number is None or not ids.is_uuid(device):
        raise Failed(401, "signature")
    return device, number


def _signature(sent: "WSGIEnvironment") -> bytes:
    try:
        return log.decoded(sent.get("HTTP_FOH_SIGNATURE", ""))
    except ValueError:
        raise Failed(401, "signature") from None


def _whole(text: str) -> int | None:
    if not text.isascii() or not text.isdecimal() or len(text) > 18:
        return None
    return int(text)
