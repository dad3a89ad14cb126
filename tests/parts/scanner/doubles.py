"""A camera and a kiosk on real ports of this machine, which do as they are told."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Respond = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def serving(
    get: Respond | None = None, post: Respond | None = None, port: int = 0
) -> Iterator[str]:
    """Serve on a port of this machine; the address, for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert get
            get(self)

        def do_POST(self) -> None:
            assert post
            post(self)

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def answer(
    request: BaseHTTPRequestHandler, status: int, kind: str = "", body: bytes = b""
) -> None:
    """Answer a request."""
    request.send_response(status)
    if kind:
        request.send_header("Content-Type", kind)
    if status != 204:
        request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)


class Kiosk:
    """Takes scans, remembers them, and answers what the test lays out."""

    def __init__(self, secret: str = "first boot") -> None:
        self.secret = secret
        self.answers: list[int] = []
        self.refused: dict[str, int] = {}
        self.scans: list[dict[str, Any]] = []
        self.asked: list[dict[str, Any]] = []
        self._changed = threading.Condition()

    def take(self, request: BaseHTTPRequestHandler) -> None:
        """Answer `answers` first, one each; then `refused` by text; then ADMIT."""
        scan = json.loads(request.rfile.read(int(request.headers["Content-Length"])))
        with self._changed:
            self.asked.append(scan)
            status = 200
            if request.headers["X-Scanner-Secret"] != self.secret:
                status = 403
            elif self.answers:
                status = self.answers.pop(0)
            else:
                status = self.refused.get(scan["text"], 200)
            if status == 200:
                self.scans.append(scan)
            self._changed.notify_all()
        answer(request, status, "application/json", b'{"answer": "ADMIT"}')

    def wait_for(self, scans: int, timeout_s: float = 10) -> list[str]:
        """The texts taken, once there are as many as `scans`."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.scans) >= scans, timeout_s), (
                f"{len(self.scans)} of {scans} scans came; asked {len(self.asked)} times"
            )
            return [scan["text"] for scan in self.scans]
