"""The line to the ledger: signed requests, and whether anybody is there.

Whoever calls gets an answer, a refusal or `LineDown`; only an answer changes anything about
facts on this device. Source: sync.md §2.2.
"""

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import httpx

from boxoffice import log, wire
from kiosk import tls
from kiosk.clock import Clock
from kiosk.identity import Identity, Key

CONNECT_S: Final = 1.0
LONGEST_RETRY_AFTER_S: Final = 600.0


class LineDown(Exception):
    """Nobody answered, or the ledger cannot serve now; trying again later helps.

    retry_after_s: what the ledger asked for, if it did. sent: whether it may have heard.
    """

    def __init__(
        self, why: str, *, retry_after_s: float | None = None, sent: bool = True
    ) -> None:
        super().__init__(why)
        self.retry_after_s, self.sent = retry_after_s, sent


class Refused(Exception):
    """The ledger said no (409), with a code, a sentence and perhaps facts."""

    def __init__(self, code: str, facts: Mapping[str, Any]) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class NotUnderstood(Exception):
    """The ledger does not take this request or talks nonsense; trying again is no help.

    status: of HTTP, 0 for an answer that cannot be read. code: the ledger's word for it.
    """

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code


@dataclass(frozen=True)
class Link:
    """Whether the line is up, and since when by our best clock (ms)."""

    up: bool
    since_ms: int


class Line:
    """One device's line. Thread-safe.

    new_id: gives UUIDv7 text. transport: for tests.
    """

    def __init__(
        self,
        url: str,
        *,
        clock: Clock,
        key: Key,
        identity: Identity,
        new_id: Callable[[], str],
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._clock, self._key, self._identity = clock, key, identity
        self._new_id = new_id
        self._lock = threading.Lock()
        self.link = Link(up=False, since_ms=clock.now_ms())
        self.revoked = False
        self._address = None if transport is not None else httpx.URL(url)
        self._client = httpx.Client(
            base_url=url,
            transport=transport,
            verify=tls.verifies(url, identity.spki, clock.ledger_ms),
            trust_env=False,
            follow_redirects=False,
            limits=httpx.Limits(max_connections=16, max_keepalive_connections=8),
        )

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def get(self, target: str, *, timeout_s: float) -> Any:
        """Read something; target is path?query. Raises as `request`."""
        return self.request("GET", target, None, timeout_s=timeout_s)

    def post(
        self,
        target: str,
        body: Mapping[str, Any],
        *,
        timeout_s: float,
        request: str | None = None,
    ) -> Any:
        """Ask for something or report. request: the id saved before the first send."""
        return self.request("POST", target, body, timeout_s=timeout_s, request=request)

    def request(
        self,
        method: str,
        target: str,
        body: Mapping[str, Any] | None,
        *,
        timeout_s: float,
        request: str | None = None,
    ) -> Any:
        """Send one signed request and give the answer's document (None for 204).

        Raises LineDown, Refused, NotUnderstood.
        """
        raw = b"" if body is None else wire.compact(body).encode()
        request = request or self._new_id()
        if self._clock.ledger_ms() is None:
            self.read_time()
        answer = self._send(method, target, raw, request, timeout_s)
        if answer.status_code == 401 and _document(answer).get("error") == "clock":
            self.read_time()
            answer = self._send(method, target, raw, request, timeout_s)
        return self._read(answer)

    @property
    def numbered(self) -> bool:
        """Whether the ledger's address is a number: no name has to be looked up."""
        return self._address is None or _is_number(self._address.host)

    def listens(self, timeout_s: float) -> bool:
        """Whether anybody takes a connection at the ledger's address; nothing is sent.

        With a test's transport, nobody can tell without asking: True.
        """
        if self._address is None:
            return True
        port = self._address.port or (443 if self._address.scheme == "https" else 80)
        try:
            socket.create_connection((self._address.host, port), timeout_s).close()
        except OSError:
            return False
        return True

    def read_time(self) -> None:
        """Learn the ledger's time from an answer that it signed. Raises LineDown."""
        nonce = self._new_id()
        try:
            with self._undated() as client:
                answer = client.get(
                    "/api/time",
                    params={"nonce": nonce},
                    timeout=httpx.Timeout(2, connect=1),
                )
            told = answer.raise_for_status().json()
            text = wire.time_text(str(told["ledger_id"]), nonce, int(told["now_ms"]))
            signature = log.decoded(told["signature"])
        except (httpx.HTTPError, KeyError, TypeError, ValueError) as why:
            self._note(up=False)
            raise LineDown(f"no time: {type(why).__name__}", sent=False) from why
        if told["ledger_id"] != self._identity.ledger_id or not log.head_holds(
            self._identity.ledger_key, signature, text
        ):
            self._note(up=False)
            raise LineDown("the time is not signed by our ledger")
        self._clock.learn(int(told["now_ms"]))

    @contextmanager
    def _undated(self) -> Iterator[httpx.Client]:
        """Give a line for asking the time: no certificate's date is judged for that."""
        if self._address is None or self._address.scheme != "https":
            yield self._client
            return
        pin = self._identity.spki
        with _stranger(str(self._address), None, timeout_s=2, spki=pin) as client:
            yield client

    def _send(
        self, method: str, target: str, raw: bytes, request: str, timeout_s: float
    ) -> httpx.Response:
        me = self._identity
        time_ms = self._clock.ledger_ms()
        assert time_ms is not None
        asked = self._client.build_request(
            method,
            target,
            content=raw or None,
            headers={"Content-Type": "application/json"} if raw else None,
            timeout=httpx.Timeout(timeout_s, connect=min(CONNECT_S, timeout_s)),
        )
        asked.headers.update(
            wire.request_headers(
                self._key.sign,
                method,
                asked.url.raw_path.decode("ascii"),  # Path and query as they are sent.
                raw,
                ledger_id=me.ledger_id,
                device=me.device,
                incarnation=me.incarnation,
                time_ms=time_ms,
                request=request,
            )
        )
        try:
            answer = self._client.send(asked)
        except httpx.HTTPError as why:
            self._note(up=False)
            connected = not isinstance(why, httpx.ConnectError | httpx.ConnectTimeout)
            raise LineDown(type(why).__name__, sent=connected) from why
        except RuntimeError as why:  # Hung up while a request was on its way.
            raise LineDown("hung up") from why
        now = answer.headers.get("FoH-Now", "")
        if now.isascii() and now.isdigit() and len(now) < 16:
            self._clock.learn(int(now))
        return answer

    def _read(self, answer: httpx.Response) -> Any:
        status = answer.status_code
        try:
            _reached(answer)
        except LineDown:
            self._note(up=False)
            raise
        self._note(up=True)
        if status == 204:
            return None
        document = _document(answer)
        code = str(document.get("error", ""))
        if status == 409:
            raise Refused(code, document)
        if not answer.is_success:
            if status == 401 and code == "revoked":
                self.revoked = True
            raise NotUnderstood(status, code)
        if not document:
            raise NotUnderstood(0, "not an object")
        self.revoked = False
        return document

    def _note(self, *, up: bool) -> None:
        with self._lock:
            if self.link.up != up:
                self.link = Link(up, self._clock.now_ms())


def pair(
    url: str,
    request: Mapping[str, Any],
    *,
    transport: httpx.BaseTransport | None = None,
    spki: bytes | None = None,
) -> dict[str, Any]:
    """Post a pairing request, unsigned. spki: the pin of the invitation.

    Raises LineDown, NotUnderstood.
    """
    # Without a pin a date counts; our own clock judges it, for want of another.
    dated = (lambda: None) if spki else _wall_ms
    with _stranger(url, transport, timeout_s=10, spki=spki, now_ms=dated) as client:
        answer = _asked(
            client.build_request(
                "POST",
                "/api/pair",
                content=wire.compact(request).encode(),
                headers={
                    "Content-Type": "application/json",
                    "FoH-Protocol": str(wire.PROTOCOL),
                },
            ),
            client,
        )
    document = _document(answer)
    if not answer.is_success:
        raise NotUnderstood(answer.status_code, str(document.get("error", "")))
    return document


def ledger_id(url: str, nonce: str, *, transport: httpx.BaseTransport | None = None) -> str:
    """Ask a ledger that we do not know yet for its id. Raises LineDown, NotUnderstood."""
    with _stranger(url, transport, timeout_s=5) as client:
        asked = client.build_request("GET", "/api/time", params={"nonce": nonce})
        answer = _asked(asked, client)
    told = _document(answer).get("ledger_id")
    if not isinstance(told, str):
        raise NotUnderstood(answer.status_code, "no ledger")
    return told


def _stranger(
    url: str,
    transport: httpx.BaseTransport | None,
    *,
    timeout_s: float,
    spki: bytes | None = None,
    now_ms: Callable[[], int | None] = lambda: None,
) -> httpx.Client:
    """Open a line for one question of a device that does not know the ledger's time.

    now_ms: by what certificates' dates are judged, if they are.
    """
    return httpx.Client(
        base_url=url,
        transport=transport,
        verify=tls.verifies(url, spki, now_ms),
        trust_env=False,
        timeout=timeout_s,
    )


def _asked(asked: httpx.Request, client: httpx.Client) -> httpx.Response:
    try:
        answer = client.send(asked)
    except httpx.HTTPError as why:
        raise LineDown(type(why).__name__) from why
    _reached(answer)
    return answer


def _reached(answer: httpx.Response) -> None:
    """Take an answer that asks for patience as no line at all. Raises LineDown."""
    if answer.status_code in {429, 500, 502, 503, 504}:
        raise LineDown(str(answer.status_code), retry_after_s=_retry_after_s(answer))


@cache
def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000


def _document(answer: httpx.Response) -> dict[str, Any]:
    try:
        document = answer.json()
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _retry_after_s(answer: httpx.Response) -> float | None:
    text = answer.headers.get("Retry-After", "")
    if not (text.isascii() and text.isdigit()):
        return None
    return min(float(text), LONGEST_RETRY_AFTER_S)
