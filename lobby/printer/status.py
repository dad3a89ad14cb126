"""What the printer says of itself, bit by bit.

Source: Epson ESC/POS, `DLE EOT n`, `GS r n`, `GS a n` (Automatic Status Back).
"""

from lobby.printer.faults import Faults

_FIXED = 0x12
_OFFLINE = 0x08
_COVER_OPEN, _PAPER_STOPS, _ERROR = 0x04, 0x20, 0x40
_RECOVERABLE, _CUTTER, _RECOVERS_BY_ITSELF = 0x04, 0x08, 0x40
_NEAR_END, _END = 0x0C, 0x60

PROCESS_DONE = b"\x37\x22"
CLEARED = b"\x37\x25\x00"


def realtime(number: int, faults: Faults) -> bytes:
    """Answer DLE EOT: 1 printer, 2 causes of being offline, 3 errors, 4 paper."""
    match number:
        case 1:
            bits = _OFFLINE * faults.halted
        case 2:
            bits = (
                _COVER_OPEN * faults.cover
                | _PAPER_STOPS * faults.out
                | _ERROR * faults.failed
            )
        case 3:
            bits = (
                _RECOVERABLE * faults.jam
                | _CUTTER * faults.cutter
                | _RECOVERS_BY_ITSELF * faults.hot
            )
        case _:
            bits = _NEAR_END * (faults.near_end or faults.out) | _END * faults.out
    return bytes([_FIXED | bits])


def everything(faults: Faults, *, in_slot: bool) -> bytes:
    """Answer DLE EOT 20, as printers with a presenter do. in_slot: nobody took the paper.

    Source: Custom KPM and VKP.
    """
    paper_ = 0x01 * faults.out | 0x04 * (faults.near_end or faults.out) | 0x20 * in_slot
    return bytes(
        [
            *(0x10, 0x0F),
            paper_,
            0x02 * faults.cover,
            0x01 * faults.hot | 0x40 * faults.jam,
            0x01 * faults.cutter,
        ]
    )


def paper(faults: Faults) -> bytes:
    """Answer GS r 1, once everything before it is printed."""
    return bytes([0x03 * (faults.near_end or faults.out) | 0x0C * faults.out])


def drawer() -> bytes:
    """Answer GS r 2: the drawer is shut."""
    return b"\x00"


def automatic(faults: Faults) -> bytes:
    """Return the four bytes of Automatic Status Back."""
    return bytes(
        [
            0x10 | _OFFLINE * faults.halted | 0x20 * faults.cover,
            0x04 * faults.jam | 0x08 * faults.cutter | 0x40 * faults.hot,
            0x03 * (faults.near_end or faults.out) | 0x0C * faults.out,
            0x0F,
        ]
    )


def name(number: bytes) -> bytes:
    """Answer GS I."""
    match number:
        case b"A":
            return b"_LOBBY 1\x00"
        case b"B":
            return b"_FRONT OF HOUSE\x00"
        case b"C":
            return b"_PRETEND PRINTER\x00"
        case _:
            return b"\x02"


def nonsense(length: int) -> bytes:
    """Bytes that no printer would say: the fixed bits are wrong."""
    return (b"\xff\x00\xa5\xed\x81" * (length // 5 + 1))[:length]
