"""Verdicts that come together: two tickets in one picture, two guests within a moment.

Nobody can have read the first when the second is there. So a stop is not pushed off the
screen by a GO that comes with it, and what else came is named beside the large one.
"""

from collections.abc import Sequence
from typing import Final

from kiosk.shown.door import Class, Shown

TOGETHER_MS: Final = 1_500
_TAKEN_BACK: Final = frozenset({"UNDONE", "UNDO_REFUSED"})


def stops(shown: Shown) -> bool:
    """Whether a verdict stays until it is touched."""
    return shown.shape not in {Class.GO, Class.NOTE}


def together(recent: Sequence[Shown]) -> list[Shown]:
    """Give what came with the newest verdict, the one to be shown large first.

    recent: newest first. What an usher's own touch made of a scan is that scan's alone.
    """
    if not recent:
        return []
    newest = recent[0]
    found = [newest]
    if newest.repeat or newest.answer in _TAKEN_BACK:
        return found
    for one in recent[1:]:
        if abs(newest.at_ms - one.at_ms) > TOGETHER_MS:
            break
        if one.answer not in _TAKEN_BACK and not any(_alike(one, other) for other in found):
            found.append(one)
    first = next((one for one in found if stops(one)), newest)
    return [first, *(one for one in found if one is not first)]


def _alike(one: Shown, other: Shown) -> bool:
    """Whether two verdicts are of one scan, or of one ticket."""
    # Each ticket chosen from one code has an id of its own, made from the scan's.
    same_scan = one.scan.partition("/")[0] == other.scan.partition("/")[0]
    return same_scan or bool(one.ticket and one.ticket == other.ticket)
