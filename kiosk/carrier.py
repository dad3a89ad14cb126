"""Bytes to the ledger and back: HTTP over connections that stay open.

A claim is asked while a guest stands at the door, so what carries it must cost little: the
standard library's HTTP, and a connection that is there already.
"""

import http.client
import select
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import SplitResult, urlsplit

from kiosk import received, tls
from kiosk.received import Answer

CONNECT_S: Final = 1.0
# The ledger, and what may stand before it, hang up later than this.
IDLE_S: Final = 30.0
MOST_IDLE: Final = 8
# What a connection ends with that was hung up before our request had reached anybody.
_HUNG_UP: Final = (
    ConnectionResetError,
    BrokenPipeError,
    http.client.RemoteDisconnected,
)


class Lost(Exception):
    """No answer came. sent: whether somebody may have heard the request.

    late: the line stood, and nobody answered in time.
    """

    def __init__(self, why: str, *, sent: bool, late: bool = False) -> None:
        super().__init__(why)
        self.sent, self.late = sent, late


@dataclass(frozen=True)
class Asked:
    """One request. target: path and query as they are sent."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""


class Carrier(Protocol):
    """Carries requests to one address. Thread-safe."""

    def carry(self, asked: Asked, *, timeout_s: float) -> Answer:
        """Send one request and give its answer, whatever its status. Raises Lost.

        timeout_s: of each wait for the ledger.
        A request may arrive twice: whoever receives it knows it by its id.
        """
        ...

    def close(self) -> None:
        """Hang up."""
        ...


@dataclass
class _Kept:
    """A connection that is open and idle, and since when (monotonic seconds)."""

    connection: http.client.HTTPConnection
    since_s: float

    @property
    def usable(self) -> bool:
        """Whether it can carry another request: nobody has hung up meanwhile."""
        if time.monotonic() - self.since_s > IDLE_S:
            return False
        waiting = select.poll()
        waiting.register(self.connection.sock, select.POLLIN)
        return not waiting.poll(0)  # Whatever is to be read is no answer of ours.


class HungUp(Exception):
    """The connection was let go as we sent; a new one tells whether anybody is there."""


@dataclass(frozen=True)
class Begun:
    """A request that was sent over a connection that stood already."""

    _keep: Callable[[http.client.HTTPConnection], bool]
    _connection: http.client.HTTPConnection

    def comes(self, wait_s: float) -> bool:
        """Wait for the answer to begin; say whether it has."""
        coming = select.poll()
        coming.register(self._connection.sock, select.POLLIN)
        return bool(coming.poll(max(0.0, wait_s) * 1000))

    def answer(self, timeout_s: float) -> Answer:
        """Give the answer. Raises Lost, HungUp. timeout_s: of each wait for the ledger."""
        kept = False
        try:
            self._connection.sock.settimeout(timeout_s)
            answer, more = received.read(self._connection.sock)
            kept = more and self._keep(self._connection)
            return answer
        except _HUNG_UP as why:
            raise HungUp from why
        except (OSError, http.client.HTTPException) as why:
            raise _unanswered(why) from why
        finally:
            if not kept:
                self._connection.close()


class Connections:
    """A carrier over TCP, with TLS where the address says so.

    pin, ledger_ms: by what the ledger's certificate is judged (see `tls.verifies`).
    """

    def __init__(
        self, url: str, pin: bytes | None, ledger_ms: Callable[[], int | None]
    ) -> None:
        address = urlsplit(url)
        self._host, self._port = address.hostname or "", port_of(address)
        self._headers = {"Host": address.netloc.rpartition("@")[2]}
        self._headers |= {"Accept": "application/json", "Accept-Encoding": "gzip"}
        self._context = tls.verifies(url, pin, ledger_ms)
        self._lock = threading.Lock()
        self._idle: list[_Kept] = []
        self._closed = False

    def carry(self, asked: Asked, *, timeout_s: float) -> Answer:
        """Send one request and give its answer. Raises Lost."""
        begun = self.begin(asked, timeout_s=timeout_s)
        if begun is not None:
            try:
                return begun.answer(timeout_s)
            except HungUp:
                pass  # A new connection tells whether anybody is there.
        try:
            connection = self._open(min(CONNECT_S, timeout_s))
            return self._sent(connection, self._written(asked), timeout_s).answer(timeout_s)
        except HungUp as why:
            raise _unanswered(why.__cause__ or why) from why

    def begin(self, asked: Asked, *, timeout_s: float) -> Begun | None:
        """Send one request if a connection stands already; None if there is none.

        Raises Lost.
        """
        if self._closed:
            raise Lost("hung up", sent=False)
        connection = self._kept()
        if connection is None:
            return None
        try:
            return self._sent(connection, self._written(asked), timeout_s)
        except HungUp:
            return None

    def close(self) -> None:
        """Hang up; what is under way ends by itself."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for kept in idle:
            kept.connection.close()

    def _written(self, asked: Asked) -> bytes:
        assert asked.target.isprintable(), asked.target
        headers = {**self._headers, **asked.headers}
        if asked.body or asked.method == "POST":
            headers["Content-Length"] = str(len(asked.body))
        lines = [f"{asked.method} {asked.target} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join((*lines, "", "")).encode("ascii") + asked.body

    def _kept(self) -> http.client.HTTPConnection | None:
        """Give the idle connection that was used last, if one still stands."""
        while True:
            with self._lock:
                kept = self._idle.pop() if self._idle else None
            if kept is None:
                return None
            if kept.usable:
                return kept.connection
            kept.connection.close()

    def _keep(self, connection: http.client.HTTPConnection) -> bool:
        """Keep a connection for the next request, unless there are enough."""
        with self._lock:
            if self._closed or len(self._idle) >= MOST_IDLE:
                return False
            self._idle.append(_Kept(connection, time.monotonic()))
            return True

    def _open(self, timeout_s: float) -> http.client.HTTPConnection:
        connection: http.client.HTTPConnection
        if self._context is None:
            connection = http.client.HTTPConnection(
                self._host, self._port, timeout=timeout_s
            )
        else:
            connection = http.client.HTTPSConnection(
                self._host, self._port, timeout=timeout_s, context=self._context
            )
        try:
            connection.connect()
        except (OSError, UnicodeError) as why:
            connection.close()
            raise Lost(type(why).__name__, sent=False) from why
        return connection

    def _sent(
        self, connection: http.client.HTTPConnection, raw: bytes, timeout_s: float
    ) -> Begun:
        """Send over this connection. Raises Lost, HungUp."""
        try:
            connection.sock.settimeout(timeout_s)
            connection.sock.sendall(raw)
        except OSError as why:
            connection.close()
            if isinstance(why, _HUNG_UP):
                raise HungUp from why
            raise _unanswered(why) from why
        return Begun(self._keep, connection)


def port_of(address: SplitResult) -> int:
    """Give the port of an address; the usual one where none is named."""
    return address.port or (443 if address.scheme == "https" else 80)


def _unanswered(why: BaseException) -> Lost:
    return Lost(type(why).__name__, sent=True, late=isinstance(why, TimeoutError))
