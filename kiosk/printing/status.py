"""What a printer says about itself, read with distrust.

Every reply has fixed bits; one that lacks them, one too many, or silence all mean
*unknown*: then paper is neither promised nor called empty. Source: lobby.md §3.
"""

from collections.abc import Sequence
from typing import Final

from kiosk.shown.printing import Status

CAN_PRINT: Final = frozenset({Status.READY, Status.NEAR_END})

# Epson ESC/POS, DLE EOT n: bits 1 and 4 are set, bits 0 and 7 are not.
_MASK, _FIXED = 0x93, 0x12
_OFFLINE = 0x08
_COVER_OPEN, _PAPER_STOPS, _ERROR = 0x04, 0x20, 0x40
_RECOVERABLE, _CUTTER, _NOT_RECOVERABLE, _RECOVERS_BY_ITSELF = 0x04, 0x08, 0x20, 0x40
_NEAR_END, _END = 0x0C, 0x60
# GS r 1: bits 4 and 7 are never set.
_PAPER_MASK = 0x90
# DLE EOT 20, of printers with a presenter (Custom KPM, VKP).
_ALL, _ALL_BYTES, _IN_SLOT = b"\x10\x0f", 6, 0x20


def read(replies: Sequence[bytes]) -> Status:
    """Understand the answers to DLE EOT 1, 2, 3 and 4, each exactly one byte."""
    if len(replies) != 4 or any(len(reply) != 1 for reply in replies):
        return Status.UNKNOWN
    printer, offline, error, paper = (reply[0] for reply in replies)
    if any(byte & _MASK != _FIXED for byte in (printer, offline, error, paper)):
        return Status.UNKNOWN
    if offline & _COVER_OPEN:
        return Status.COVER
    if error & _CUTTER:
        return Status.CUTTER
    if error & _RECOVERS_BY_ITSELF:
        return Status.HOT
    if error & (_RECOVERABLE | _NOT_RECOVERABLE) or offline & _ERROR:
        return Status.JAM
    if paper & _END or offline & _PAPER_STOPS:
        return Status.OUT
    if printer & _OFFLINE:
        return Status.OFFLINE
    return Status.NEAR_END if paper & _NEAR_END else Status.READY


def waits(reply: bytes) -> bool | None:
    """Whether paper waits in the slot, by the answer to DLE EOT 20; None for nonsense.

    Six bytes: two fixed ones, paper, user, and two of errors.
    """
    if len(reply) != _ALL_BYTES or not reply.startswith(_ALL):
        return None
    return bool(reply[2] & _IN_SLOT)


def is_paper_reply(reply: bytes) -> bool:
    """Whether this is an answer to GS r 1: one byte with its fixed bits."""
    return len(reply) == 1 and not reply[0] & _PAPER_MASK
