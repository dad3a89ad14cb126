"""The server that answers devices and browsers: waitress, and a short way for some calls.

Handing a request to a thread, and its use case to another one, costs more than most
requests that queues wait for. Those few need no thread of their own: whoever reads them off
the line hands them to the one thread that does them all, which answers once they are
durable.
"""

import socket
from typing import Any

import waitress  # type: ignore[import-untyped] # It has no stubs.
from flask import Flask
from waitress.channel import HTTPChannel  # type: ignore[import-untyped]
from waitress.task import WSGITask  # type: ignore[import-untyped]

from ledger import plans
from ledger.api import straight

THREADS = 16
# Devices keep theirs open; below what a process may usually open, 1,024 files.
CONNECTIONS = 900
# What is larger takes long enough to read that nobody else should wait for it.
SHORT_BYTES = 32 << 10


def server(app: Flask, listening: socket.socket) -> Any:
    """Make the server that answers on a socket, with the limits of the house."""
    made = waitress.create_server(
        app,
        sockets=[listening],
        threads=THREADS,
        connection_limit=CONNECTIONS,
        asyncore_use_poll=True,
        ident="Front of House",
        channel_timeout=60,
        # What is too much for most addresses is refused by the app, in words.
        max_request_body_size=plans.MOST_BYTES + (64 << 10),
    )
    front: object = app.wsgi_app
    if isinstance(front, straight.Straight):
        made.channel_class = _Channel
        made.task_dispatcher = _Dispatcher(made.task_dispatcher, front)
    return made


class _Dispatcher:
    """Begins calls that need no thread; all else goes to the threads."""

    def __init__(self, threads: Any, front: straight.Straight) -> None:
        self._threads, self._front = threads, front

    def add_task(self, channel: Any) -> None:
        """See to the request that a channel has read."""
        request = channel.requests[0]
        if _is_short(request):
            call = straight.call_of(request.command, request.path)
            if call is not None:

                def over(told: straight.Told) -> None:
                    request.told = told
                    channel.service()

                sent = WSGITask(channel, request).get_environment()
                told = self._front.begin(call, sent, over)
                if told is None:
                    return
                # The channel is still being read: a thread says no.
                request.told = told
        self._threads.add_task(channel)

    def shutdown(self, *how: Any, **more: Any) -> Any:
        """End the threads."""
        return self._threads.shutdown(*how, **more)


def _is_short(request: Any) -> bool:
    return not (request.error or request.chunked) and request.content_length <= SHORT_BYTES


class _Task(WSGITask):  # type: ignore[misc] # No stubs.
    """Writes the answer, or asks the app for it."""

    def execute(self) -> None:
        told: straight.Told | None = getattr(self.request, "told", None)
        if told is None:
            super().execute()
            return
        self.complete = True
        self.status, self.response_headers = told.status, told.headers
        self.content_length = len(told.body)
        # In one piece: the task itself would send its head, and then the rest.
        head = self.build_response_header()
        self.wrote_header = True
        self.channel.write_soon(head + told.body)


class _Channel(HTTPChannel):  # type: ignore[misc] # No stubs.
    task_class = _Task
