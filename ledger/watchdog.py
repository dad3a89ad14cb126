"""Tell systemd that we answer (sd_notify, systemd.service(5)).

The same few lines stand in the kiosk and the scanner: cheaper than a package that all would
need.
"""

import http.client
import os
import socket
import threading
from contextlib import closing
from typing import Final

# Several times within the patience of systemd/foh-ledger.service, which is 30 s.
BEAT_S: Final = 5.0
ANSWER_S: Final = 10.0
ASKED: Final = "/api/time?nonce=watchdog"


def tell(state: str) -> None:
    """Send one state such as `READY=1` or `WATCHDOG=1`; without systemd, do nothing."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        # An abstract socket: systemd writes the leading zero byte as an at sign.
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
        try:
            line.connect(address)
            line.send(state.encode())
        except OSError:
            # Nobody listens any more; the next start brings a new address.
            return


def watch(listening: socket.socket, stopping: threading.Event) -> None:
    """Say that we are ready once we answer, then again and again that we still do.

    listening: where devices call.
    """
    said = "READY=1"
    while not stopping.is_set():
        if _answers(listening):
            tell(said)
            said = "WATCHDOG=1"
        stopping.wait(BEAT_S)


def _answers(listening: socket.socket) -> bool:
    host, port = listening.getsockname()[:2]
    with closing(http.client.HTTPConnection(host, port, timeout=ANSWER_S)) as line:
        try:
            line.request("GET", ASKED)
            return bool(line.getresponse().read())
        except (OSError, http.client.HTTPException):
            return False
