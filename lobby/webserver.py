"""Waitress in a thread, which can be stopped again."""

import socket
import threading
from typing import Any

import waitress  # type: ignore[import-untyped]
from flask import Flask
from waitress import wasyncore

THREADS = 12


class WebServer:
    """Serves one application on this machine only."""

    def __init__(self, app: Flask, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._app, self._host, self._port = app, host, port
        self._sockets: dict[int, Any] = {}
        self._server: Any = None
        self._thread: threading.Thread | None = None

    @property
    def number(self) -> int:
        """The port, once started."""
        return int(self._server.effective_port)

    def start(self) -> None:
        """Raises OSError when the port is taken."""
        # Waitress leaves its socket behind where it cannot bind it.
        listening = socket.create_server((self._host, self._port))
        self._server = waitress.create_server(
            self._app,
            map=self._sockets,
            sockets=[listening],
            threads=THREADS,
            ident=None,
            # Each camera is asked many times a second, over the same few connections.
            channel_timeout=60,
        )
        self._thread = threading.Thread(target=self._server.run, name="web", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the loop; a second time does nothing."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._server.task_dispatcher.shutdown()
        trigger = self._server.trigger
        # One who answered a moment ago may just have woken the loop, which would close
        # everything before we have woken it, too, and our byte went into a closed pipe.
        with trigger.lock:
            trigger.thunks.append(self._close)
            trigger.pull_trigger()
        thread.join(5)

    def _close(self) -> None:
        # The loop ends when no socket is left to wait for.
        wasyncore.close_all(self._sockets, ignore_all=True)
