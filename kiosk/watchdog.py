"""Tell systemd that we are well (sd_notify, systemd.service(5)).

The same few lines stand in the ledger and the scanner: cheaper than a package that all
would need.
"""

import http.client
import os
import socket
import threading
from collections.abc import Callable
from contextlib import closing
from typing import Final

# Several times within the patience of systemd/foh-kiosk.service, which is 5 s (P25).
BEAT_S: Final = 1.0
ANSWER_S: Final = 3.5


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


def watch(
    host: str, port: int, well: Callable[[], bool], stopping: threading.Event
) -> None:
    """Say again and again that we are well, as long as we are and our own page comes.

    host, port: where our pages are. From the first moment on: a device that is still to be
    paired, or whose terminal is silent at the start, is as well as any other.
    """
    while not stopping.is_set():
        if well() and _answers(host, port):
            tell("WATCHDOG=1")
        stopping.wait(BEAT_S)


def _answers(host: str, port: int) -> bool:
    with closing(http.client.HTTPConnection(host, port, timeout=ANSWER_S)) as line:
        try:
            line.request("GET", "/health")
            # Whatever it says: a store in trouble has its own way out.
            return bool(line.getresponse().read())
        except (OSError, http.client.HTTPException):
            return False
