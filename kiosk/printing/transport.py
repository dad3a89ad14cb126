"""How bytes get to a printer and back: the only module that opens its port.

Every wait has an end. A printer is opened for one question or one job, because most serve
one host at a time. Source: lobby.md §3, design.md §7.
"""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Final, Protocol
from urllib.parse import urlsplit

from boxoffice import failpoints
from kiosk.printing import escpos, status
from kiosk.printing.profile import Profile
from kiosk.shown.printing import Status

CONNECT_S: Final = 1.0
REPLY_S: Final = 0.6
SEND_S: Final = 5.0
PROOF_S: Final = 5.0
_CLEAR_S: Final = 1.0
_MORE_S: Final = 0.01


class Ending(StrEnum):
    """How a job ended. REFUSED: not a byte left. PROVEN: the printer's own word for it."""

    REFUSED = "refused"
    PROVEN = "proven"
    DOUBTFUL = "doubtful"


class Printer(Protocol):
    """A printer, however it is connected."""

    profile: Profile

    def status(self) -> Status:
        """Ask how it is; silence and nonsense are `unknown`."""

    def clear(self) -> bool:
        """Empty its buffer, so that nothing old prints; whether it said that it did."""

    def send(self, job: bytes, name: bytes) -> tuple[Ending, str]:
        """Print one job and wait for the proof; give how it ended and the proof or why.

        name: four printable characters.
        """


class Tcp:
    """A printer on the network, or the lobby's: raw bytes on a port of its own."""

    def __init__(self, address: str, profile: Profile, *, proof_s: float = PROOF_S) -> None:
        parts = urlsplit(address)
        assert parts.hostname
        assert parts.port
        self._at = (parts.hostname, parts.port)
        self._proof_s = proof_s
        self.profile = profile

    def status(self) -> Status:
        """Ask how it is."""
        try:
            with self._open() as line:
                return _ask(line)
        except OSError:
            return Status.UNKNOWN

    def clear(self) -> bool:
        """Empty its buffer."""
        if not self.profile.clears:
            return False
        try:
            with self._open() as line:
                line.sendall(escpos.CLEAR)
                return _receive(line, len(escpos.CLEARED), _CLEAR_S) == escpos.CLEARED
        except OSError:
            return False

    def send(self, job: bytes, name: bytes) -> tuple[Ending, str]:
        """Print one job and wait for the proof."""
        asked, wanted = escpos.fence(self.profile, name)
        try:
            line = socket.create_connection(self._at, timeout=CONNECT_S)
        except OSError as why:
            return Ending.REFUSED, type(why).__name__
        with line:
            try:
                line.settimeout(SEND_S)
                line.sendall(job + asked)
                failpoints.reached("print: bytes sent")
                proof = self._proof(line, wanted)
            except OSError as why:
                return Ending.DOUBTFUL, type(why).__name__
        if proof is None:
            return Ending.DOUBTFUL, "no proof"
        return Ending.PROVEN, proof.hex()

    def _proof(self, line: socket.socket, wanted: bytes) -> bytes | None:
        """Wait for the fence's own answer; anything else that comes is not it."""
        until = time.monotonic() + self._proof_s
        found = b""
        while (left_s := until - time.monotonic()) > 0:
            line.settimeout(left_s)
            try:
                chunk = line.recv(256)
            except TimeoutError:
                return None
            if not chunk:
                return None
            found = (found + chunk)[-64:]
            if wanted and wanted in found:
                return wanted
            if not wanted and status.is_paper_reply(found[-1:]):
                return found[-1:]
        return None

    @contextmanager
    def _open(self) -> Iterator[socket.socket]:
        with socket.create_connection(self._at, timeout=CONNECT_S) as line:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            yield line


def _ask(line: socket.socket) -> Status:
    replies: list[bytes] = []
    for question in escpos.ASK_STATUS:
        line.settimeout(REPLY_S)
        line.sendall(question)
        replies.append(_receive(line, 1, REPLY_S))
        if not replies[-1]:
            return Status.UNKNOWN
    replies += [extra] if (extra := _receive(line, 16, _MORE_S)) else []
    return status.read(replies)  # More than was asked for is nonsense too.


def _receive(line: socket.socket, count: int, timeout_s: float) -> bytes:
    """Give what arrives in time, at most count bytes."""
    until = time.monotonic() + timeout_s
    found = b""
    while len(found) < count and (left_s := until - time.monotonic()) > 0:
        line.settimeout(left_s)
        try:
            chunk = line.recv(count - len(found))
        except TimeoutError:
            break
        if not chunk:
            break
        found += chunk
    return found
