"""How jobs get to a printer, and its word back.

Every wait has an end. A printer is opened for one question or one job, because most serve
one host at a time. Source: lobby.md §3, design.md §7.
"""

import time
from enum import StrEnum
from typing import Final, Protocol

from boxoffice import failpoints
from kiosk.printing import escpos, lines, status
from kiosk.printing.lines import Line
from kiosk.printing.profile import Profile
from kiosk.shown.printing import Status

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

    @property
    def profile(self) -> Profile:
        """What it can do, and its paper."""

    def status(self) -> Status:
        """Ask how it is; silence and nonsense are `unknown`."""

    def waits(self) -> bool | None:
        """Ask whether paper waits in its slot; None where nobody can tell."""

    def clear(self) -> bool:
        """Empty its buffer, so that nothing old prints; whether it said that it did."""

    def send(self, job: bytes, name: bytes) -> tuple[Ending, str]:
        """Print one job and wait for the proof; give how it ended and the proof or why.

        name: four printable characters.
        """


class Wired:
    """A printer at the end of a line."""

    def __init__(self, address: str, profile: Profile, *, proof_s: float = PROOF_S) -> None:
        """address: as `lines.opener` reads it. Raises BadAddress."""
        self._open = lines.opener(address)
        self._proof_s = proof_s
        self.profile = profile

    def status(self) -> Status:
        """Ask how it is."""
        try:
            with self._open() as line:
                return _ask(line)
        except OSError:
            return Status.UNKNOWN

    def waits(self) -> bool | None:
        """Ask whether paper waits in its slot."""
        if not self.profile.presenter:
            return None
        try:
            with self._open() as line:
                line.send(escpos.ASK_ALL, REPLY_S)
                return status.waits(_receive(line, 6, REPLY_S))
        except OSError:
            return None

    def clear(self) -> bool:
        """Empty its buffer."""
        if not self.profile.clears:
            return False
        try:
            with self._open() as line:
                line.send(escpos.CLEAR, SEND_S)
                return _receive(line, len(escpos.CLEARED), _CLEAR_S) == escpos.CLEARED
        except OSError:
            return False

    def send(self, job: bytes, name: bytes) -> tuple[Ending, str]:
        """Print one job and wait for the proof."""
        asked, wanted = escpos.fence(self.profile, name)
        opened = False
        try:
            with self._open() as line:
                opened = True
                line.send(job + asked, SEND_S)
                failpoints.reached("print: bytes sent")
                proof = self._proof(line, wanted)
        except OSError as why:
            return (Ending.DOUBTFUL if opened else Ending.REFUSED), type(why).__name__
        if proof is None:
            return Ending.DOUBTFUL, "no proof"
        return Ending.PROVEN, proof.hex()

    def _proof(self, line: Line, wanted: bytes) -> bytes | None:
        """Wait for the fence's own answer; anything else that comes is not it."""
        until = time.monotonic() + self._proof_s
        found = b""
        while (left_s := until - time.monotonic()) > 0:
            chunk = line.receive(256, left_s)
            if not chunk:
                return None
            found = (found + chunk)[-64:]
            if wanted and wanted in found:
                return wanted
            if not wanted and status.is_paper_reply(found[-1:]):
                return found[-1:]
        return None


def _ask(line: Line) -> Status:
    replies: list[bytes] = []
    for question in escpos.ASK_STATUS:
        line.send(question, REPLY_S)
        replies.append(_receive(line, 1, REPLY_S))
        if not replies[-1]:
            return Status.UNKNOWN
    replies += [extra] if (extra := _receive(line, 16, _MORE_S)) else []
    return status.read(replies)  # More than was asked for is nonsense too.


def _receive(line: Line, count: int, timeout_s: float) -> bytes:
    """Give what arrives in time, at most count bytes."""
    until = time.monotonic() + timeout_s
    found = b""
    while len(found) < count and (left_s := until - time.monotonic()) > 0:
        chunk = line.receive(count - len(found), left_s)
        if not chunk:
            break
        found += chunk
    return found
