"""The ledger behind its own HTTP server, and a client that may send it any bytes."""

import http.client
import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from flask import Flask

from ledger.commands import answering

TIMEOUT_S = 120.0


class Reply:
    """An answer, as a client of Flask's gives it."""

    def __init__(self, status: int, headers: Any, body: bytes) -> None:
        self.status_code, self.headers, self.body = status, headers, body

    def get_json(self, *, silent: bool = False) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            if silent:
                return None
            raise


class Caller:
    """Calls over a socket of its own each time. at: where the ledger listens."""

    def __init__(self, at: socket.socket) -> None:
        self.at = at
        self._port = at.getsockname()[1]

    def open(
        self, target: str, *, method: str, data: bytes, headers: Mapping[str, str]
    ) -> Reply:
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT_S)
        try:
            line.request(method, target, body=data or None, headers=dict(headers))
            answer = line.getresponse()
            return Reply(answer.status, answer.headers, answer.read())
        finally:
            line.close()

    def send(self, said: bytes) -> bytes:
        """Send bytes and hang up in the middle; give what came back, if anything."""
        with socket.create_connection(("127.0.0.1", self._port), TIMEOUT_S) as line:
            heard = b""
            with suppress(OSError):  # It need not listen to the end.
                line.sendall(said)
                line.shutdown(socket.SHUT_WR)
                while part := line.recv(65_536):
                    heard += part
            return heard


@contextmanager
def served(app: Flask) -> Iterator[Caller]:
    """Serve with the server, the threads and the limits of `python -m ledger serve`."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = answering.server(app, listening)
    threading.Thread(target=server.run, daemon=True).start()
    try:
        yield Caller(listening)
    finally:
        server.close()
        server.task_dispatcher.shutdown()
