"""The line to the ledger: signed requests, and whether anybody is there.

Whoever calls gets an answer, a refusal or `LineDown`; only an answer changes anything about
facts on this device. Source: sync.md §2.2.
"""

import ipaddress
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from boxoffice import log, wire
from kiosk import outcomes
from kiosk.carrier import Asked, Begun, Carrier, Connections, Lost, port_of
from kiosk.clock import Clock
from kiosk.identity import Identity, Key
from kiosk.outcomes import LineDown, NotUnderstood, Refused
from kiosk.received import Answer

TIME_S: Final = 2.0


@dataclass(frozen=True)
class Link:
    """Whether the line is up, and since when by our best clock (ms)."""

    up: bool
    since_ms: int


@dataclass(frozen=True)
class Trouble:
    """What last went wrong: an exception's name or an HTTP status, and when (ms)."""

    why: str
    at_ms: int


@dataclass(frozen=True)
class Asking:
    """A request that is on its way; `document` may be asked once, on any thread."""

    _begun: Begun
    _take: Callable[[Begun, float], Any]

    def comes(self, wait_s: float) -> bool:
        """Wait for the answer to begin; say whether it has."""
        return self._begun.comes(wait_s)

    def document(self, timeout_s: float) -> Any:
        """Give the answer's document.

        Raises as `Line.request`, and HungUp where another connection would tell more.
        """
        return self._take(self._begun, timeout_s)


class Line:
    """One device's line. Thread-safe.

    new_id: gives UUIDv7 text. carrier: for tests, in place of connections of our own.
    patience: how many times as long as asked every answer is waited for.
    """

    def __init__(
        self,
        url: str,
        *,
        clock: Clock,
        key: Key,
        identity: Identity,
        new_id: Callable[[], str],
        carrier: Carrier | None = None,
        patience: float = 1.0,
    ) -> None:
        self._clock, self._key, self._identity = clock, key, identity
        self._new_id, self._patience = new_id, patience
        self._lock = threading.Lock()
        self.link = Link(up=False, since_ms=clock.now_ms())
        # How many answers have come. A request that was begun before the last of them and
        # is lost says nothing of the line as it is now.
        self._heard = 0
        self.revoked = False
        # For staff, in memory alone; it stays after the line is well again.
        self.trouble: Trouble | None = None
        self._url, self._address = url, urlsplit(url)
        self._real = carrier is None
        self._carrier = carrier or Connections(url, identity.spki, clock.ledger_ms)

    def close(self) -> None:
        """Hang up."""
        self._carrier.close()

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
        heard = self._heard
        answer = self._send(method, target, raw, request, timeout_s)
        if answer.status == 401 and outcomes.document(answer).get("error") == "clock":
            self.read_time()
            heard = self._heard
            answer = self._send(method, target, raw, request, timeout_s)
        return self._read(answer, heard)

    def begin(
        self, target: str, body: Mapping[str, Any], *, timeout_s: float
    ) -> "Asking | None":
        """Post over a connection that stands already, and wait for nothing.

        None where there is none, or where anything else has to be asked first: `post`
        does that. Raises LineDown.
        """
        if not isinstance(self._carrier, Connections) or self._clock.ledger_ms() is None:
            return None
        raw = wire.compact(body).encode()
        asked = self._signed("POST", target, raw, self._new_id())
        heard = self._heard
        try:
            begun = self._carrier.begin(asked, timeout_s=timeout_s)
        except Lost as why:
            raise self._lost(why, heard) from why
        return None if begun is None else Asking(begun, partial(self._take, heard))

    @property
    def address(self) -> str:
        """Where the ledger is looked for."""
        return self._url

    @property
    def numbered(self) -> bool:
        """Whether the ledger's address is a number: no name has to be looked up."""
        return not self._real or _is_number(self._address.hostname or "")

    def listens(self, timeout_s: float) -> bool:
        """Whether anybody takes a connection at the ledger's address; nothing is sent.

        With a test's carrier, nobody can tell without asking: True.
        """
        if not self._real:
            return True
        there = self._address.hostname or "", port_of(self._address)
        try:
            socket.create_connection(there, timeout_s).close()
        except OSError:
            return False
        return True

    def read_time(self) -> None:
        """Learn the ledger's time from an answer that it signed. Raises LineDown."""
        nonce = self._new_id()
        target = f"{self._address.path}/api/time?{urlencode({'nonce': nonce})}"
        heard, wait_s = self._heard, TIME_S * self._patience
        try:
            with self._undated() as carrier:
                answer = carrier.carry(Asked("GET", target, {}), timeout_s=wait_s)
            if answer.status != 200:
                raise ValueError(answer.status)
            told = outcomes.document(answer)
            text = wire.time_text(str(told["ledger_id"]), nonce, int(told["now_ms"]))
            signature = log.decoded(told["signature"])
        except (Lost, KeyError, TypeError, ValueError) as why:
            self._down(heard)
            self._remember(str(why) if isinstance(why, Lost) else "nonsense")
            raise LineDown(f"no time: {type(why).__name__}", sent=False) from why
        if told["ledger_id"] != self._identity.ledger_id or not log.head_holds(
            self._identity.ledger_key, signature, text
        ):
            self._down(heard)
            self._remember("stranger")
            raise LineDown("the time is not signed by our ledger")
        self._clock.learn(int(told["now_ms"]))

    @contextmanager
    def _undated(self) -> Iterator[Carrier]:
        """Give a line for asking the time: no certificate's date is judged for that."""
        if not self._real or self._address.scheme != "https":
            yield self._carrier
            return
        with closing(Connections(self._url, self._identity.spki, lambda: None)) as carrier:
            yield carrier

    def _send(
        self, method: str, target: str, raw: bytes, request: str, timeout_s: float
    ) -> Answer:
        asked = self._signed(method, target, raw, request)
        heard, wait_s = self._heard, timeout_s * self._patience
        try:
            return self._learnt(self._carrier.carry(asked, timeout_s=wait_s))
        except Lost as why:
            raise self._lost(why, heard) from why

    def _signed(self, method: str, target: str, raw: bytes, request: str) -> Asked:
        me = self._identity
        time_ms = self._clock.ledger_ms()
        assert time_ms is not None
        target = self._address.path + target  # Path and query as they are sent.
        headers = wire.request_headers(
            self._key.sign,
            method,
            target,
            raw,
            ledger_id=me.ledger_id,
            device=me.device,
            incarnation=me.incarnation,
            time_ms=time_ms,
            request=request,
        )
        if raw:
            headers["Content-Type"] = "application/json"
        return Asked(method, target, headers, raw)

    def _take(self, heard: int, begun: Begun, timeout_s: float) -> Any:
        """Take the answer of what was begun. Raises as `request`, and HungUp."""
        try:
            return self._read(self._learnt(begun.answer(timeout_s)), heard)
        except Lost as why:
            raise self._lost(why, heard) from why

    def _lost(self, why: Lost, heard: int) -> LineDown:
        self._down(heard)
        self._remember(str(why))
        return LineDown(str(why), sent=why.sent, late=why.late)

    def _learnt(self, answer: Answer) -> Answer:
        now = answer.headers.get("foh-now", "")
        if now.isascii() and now.isdigit() and len(now) < 16:
            self._clock.learn(int(now))
        return answer

    def _read(self, answer: Answer, heard: int) -> Any:
        status = answer.status
        try:
            outcomes.reached(answer)
        except LineDown as why:
            self._down(heard)
            self._remember(str(why))
            raise
        self._up()
        if status == 204:
            return None
        document = outcomes.document(answer)
        code = str(document.get("error", ""))
        if status == 409:
            raise Refused(code, document)
        if not outcomes.is_success(answer):
            if status == 401 and code == "revoked":
                self.revoked = True
            self._remember(code if status == 401 else str(status))
            raise NotUnderstood(status, code)
        if not document:
            raise NotUnderstood(0, "not an object")
        self.revoked = False
        return document

    def _remember(self, why: str) -> None:
        self.trouble = Trouble(why, self._clock.now_ms())

    def _up(self) -> None:
        with self._lock:
            self._heard += 1
            if not self.link.up:
                self.link = Link(up=True, since_ms=self._clock.now_ms())

    def _down(self, heard: int) -> None:
        """Note a loss. heard: answers that had come when the lost request was begun."""
        with self._lock:
            if self.link.up and self._heard == heard:
                self.link = Link(up=False, since_ms=self._clock.now_ms())


@cache
def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
