"""Commands that a printer obeys the moment they arrive, even while it cannot print.

As in real hardware they are found anywhere in the stream, also inside pictures.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

CLEAR = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
ALL = 0x14
_STATUS = re.compile(rb"\x10\x04[\x01-\x04\x14]")
_COMMAND = re.compile(rb"\x10\x04[\x01-\x04\x14]|\x10\x05[\x00-\x02]|" + re.escape(CLEAR))


class Kind(StrEnum):
    STATUS = "status"
    RECOVER = "recover"
    RECOVER_AND_CLEAR = "recover_and_clear"
    CLEAR = "clear"


@dataclass(frozen=True)
class Command:
    """One command: what it wants, and where in the chunk it ends."""

    kind: Kind
    number: int
    ends: int


class Ear:
    """Hears real-time commands in one connection, also across the edges of chunks."""

    def __init__(self) -> None:
        self._tail = b""

    def hear(self, chunk: bytes) -> list[Command]:
        """Return the commands that are complete with this chunk, in order."""
        data = self._tail + chunk
        offset = len(self._tail)
        heard = []
        ended = 0
        for match in _COMMAND.finditer(data):
            ended = match.end()
            command = _understood(match[0], ended - offset)
            if command is not None:
                heard.append(command)
        self._tail = _unfinished(data[ended:])
        return heard


def _understood(data: bytes, ends: int) -> Command | None:
    if data == CLEAR:
        return Command(Kind.CLEAR, 8, ends)
    if _STATUS.fullmatch(data):
        return Command(Kind.STATUS, data[2], ends)
    # DLE ENQ 0 is the feed button, which does nothing here.
    return {
        1: Command(Kind.RECOVER, 1, ends),
        2: Command(Kind.RECOVER_AND_CLEAR, 2, ends),
    }.get(data[2])


def _unfinished(data: bytes) -> bytes:
    """Return the longest end of data with which a command may begin."""
    for length in range(min(len(data), len(CLEAR) - 1), 0, -1):
        end = data[-length:]
        if CLEAR.startswith(end) or end in (b"\x10\x04", b"\x10\x05"):
            return end
    return b""
