"""The terminal's cable: HTTP on a port of its own, so that it can fall silent or vanish."""

import json
import socket
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from lobby.terminal.charges import Charge
from lobby.terminal.machine import Line, Refusal, Terminal

MOST_BODY = 64 * 1024
SILENCE_MOST_S = 120.0
_STATUS = {Refusal.NOT_FOUND: 404}


class Port:
    """Serves one terminal.

    POST /attempts {key, amount, currency, order} · GET /attempts/{key} ·
    POST /attempts/{key}/abort|capture|void|refund · GET /status · GET /book
    """

    def __init__(
        self, terminal: Terminal, *, host: str = "127.0.0.1", port: int = 0
    ) -> None:
        self._terminal = terminal
        self._address = (host, port)
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def number(self) -> int:
        assert self._server
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Raises OSError when the port is taken."""
        self._server = _Server(self._address, self._terminal)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="terminal", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        if self._server and self._thread:
            self._server.stopped.set()
            self._server.shutdown()
            self._server.hang_up()
            self._server.server_close()
            self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], terminal: Terminal) -> None:
        self.terminal = terminal
        self.stopped = threading.Event()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        if self.terminal.line() is Line.GONE:
            self.shutdown_request(request)
            return
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A till that hangs up in the middle of a sentence is no trouble of ours."""

    def hang_up(self) -> None:
        with self._lock:
            doomed = list(self._open)
        for connection in doomed:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "PretendTerminal"
    sys_version = ""
    timeout = 300
    server: _Server

    def do_GET(self) -> None:
        if self._listens():
            self._get()

    def do_POST(self) -> None:
        body = self._body()
        if self._listens():
            self._post(body)

    def log_message(self, format: str, *args: Any) -> None:
        """The book is the log."""

    def _listens(self) -> bool:
        """Wait out a silence; what was said into it is lost, like in a dead cable."""
        terminal = self.server.terminal
        line = terminal.line()
        if line is Line.ANSWERS:
            return True
        until = time.monotonic() + SILENCE_MOST_S
        while terminal.line() is Line.SILENT and time.monotonic() < until:
            if self.server.stopped.wait(0.05):
                break
        self.close_connection = True
        return False

    def _get(self) -> None:
        terminal = self.server.terminal
        match self.path.strip("/").split("/"):
            case ["status"]:
                attempt = terminal.attempt()
                state = {"state": "busy", "attempt": attempt.key} if attempt else None
                self._say(200, state or {"state": "ready"})
            case ["book"]:
                self._say(200, {"charges": [c.document() for c in terminal.charges()]})
            case ["attempts", key]:
                self._tell(terminal.look_up(key))
            case _:
                self._say(404, {"error": "There is nothing here."})

    def _post(self, body: dict[str, Any] | None) -> None:
        terminal = self.server.terminal
        if body is None:
            self._say(400, {"error": "That was not a JSON object."})
            return
        match self.path.strip("/").split("/"):
            case ["attempts"]:
                self._begin(body)
            case ["attempts", key, "abort"]:
                self._tell(terminal.abort(key))
            case ["attempts", key, "capture"]:
                self._tell(terminal.capture(key))
            case ["attempts", key, "void"]:
                self._tell(terminal.void(key))
            case ["attempts", key, "refund"]:
                amount, request = body.get("amount"), body.get("id")
                if not isinstance(amount, int):
                    self._say(400, {"error": "amount must be a whole number."})
                    return
                self._tell(terminal.refund(key, amount, str(request) if request else None))
            case _:
                self._say(404, {"error": "There is nothing here."})

    def _begin(self, body: dict[str, Any]) -> None:
        key, amount = body.get("key"), body.get("amount")
        if not (isinstance(key, str) and 0 < len(key) <= 100 and "/" not in key):
            self._say(400, {"error": "key must be a short text without slashes."})
        elif not (isinstance(amount, int) and not isinstance(amount, bool) and amount > 0):
            self._say(400, {"error": "amount must be a whole number above 0."})
        else:
            begun = self.server.terminal.begin(
                key,
                amount=amount,
                currency=str(body.get("currency", "EUR"))[:3],
                order=str(body.get("order", ""))[:100],
            )
            self._tell(begun, status=202)

    def _tell(self, answer: Charge | Refusal, status: int = 200) -> None:
        if isinstance(answer, Charge):
            self._say(status, answer.document())
        else:
            self._say(_STATUS.get(answer, 409), {"state": answer.value})

    def _say(self, status: int, document: dict[str, Any]) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _body(self) -> dict[str, Any] | None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > MOST_BODY:
            self.close_connection = True
            return None
        data = self.rfile.read(int(length))
        try:
            document = json.loads(data or b"{}")
        except ValueError:
            return None
        return document if isinstance(document, dict) else None
