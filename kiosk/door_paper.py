"""The door list on the slip printer: for when nothing else works.

It has names on it, which this device keeps in memory alone: so it never becomes a job in
the store, as other paper does, and goes straight to the printer. Source: lobby.md §4 "Door
list", sync.md §9.
"""

import threading
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Final

from kiosk.device import Device
from kiosk.printing import escpos, report, status
from kiosk.printing.pieces import Cut, Piece
from kiosk.printing.report import Entry, Report
from kiosk.printing.transport import Ending
from kiosk.shown.door import Hit

# So many lines go to the printer at once: it has to have printed them within its time.
LINES_AT_ONCE: Final = 40
_NAME: Final = b"List"


class Printed(StrEnum):
    """What became of it. PART: some of it is on paper, and nobody knows how much."""

    DONE = "done"
    BUSY = "busy"
    NOT_NOW = "not_now"
    PART = "part"


_one_at_a_time = threading.Lock()


def here(device: Device) -> bool:
    """Whether this door has a slip printer. A kiosk's belongs to its guests' tickets."""
    return device.printer is not None and device.me.role == "door"


def print_list(
    device: Device, hits: Sequence[Hit], head: Sequence[str], *, by: str = "name"
) -> Printed:
    """Print a list, and wait until the printer says that it did.

    head: what stands on top, one line each; the first is the title. by: what each line
    begins with, "seat" or "name".
    """
    printer = device.printer
    if printer is None or not here(device):
        return Printed.NOT_NOW
    if not _one_at_a_time.acquire(blocking=False):
        return Printed.BUSY
    try:
        device.paper_status = printer.status()
        if device.paper_status not in status.CAN_PRINT:
            return Printed.NOT_NOW
        if printer.profile.clears and not printer.clear():
            return Printed.NOT_NOW
        for number, part in enumerate(_parts(hits, head, printer.profile.columns, by)):
            ending, _ = printer.send(escpos.bytes_of(part, printer.profile), _NAME)
            if ending is not Ending.PROVEN:
                begun = number or ending is Ending.DOUBTFUL
                return Printed.PART if begun else Printed.NOT_NOW
        return Printed.DONE
    finally:
        _one_at_a_time.release()


def _parts(
    hits: Sequence[Hit], head: Sequence[str], columns: int, by: str
) -> Iterator[list[Piece]]:
    """Lay the list out, in pieces that a printer prints within its time; cut at the end."""
    whole = Report(
        title=head[0], head=tuple(head[1:]), entries=tuple(_entry(hit, by) for hit in hits)
    )
    laid = [
        piece
        for piece in report.pieces(whole, columns=columns)
        if not isinstance(piece, Cut)
    ]
    for start in range(0, len(laid), LINES_AT_ONCE):
        last = start + LINES_AT_ONCE >= len(laid)
        yield [*laid[start : start + LINES_AT_ONCE], *([Cut()] if last else [])]


def _entry(hit: Hit, by: str) -> Entry:
    """One line: a box to tick, whose it is, where they sit; how many people at its end."""
    box = "[x]" if hit.inside else "[ ]"
    whose, place = last_name_first(hit.name) or hit.order, hit.place
    words = f"{place}, {whose}" if by == "seat" else f"{whose}, {place}"
    return Entry(f"{box} {words}", str(hit.of))


def last_name_first(name: str) -> str:
    """Turn a name round, unless whoever typed it has done so."""
    first, _, last = name.strip().rpartition(" ")
    return f"{last}, {first}" if first and "," not in name else name
