"""From a text to a verdict: read, judge, ask the ledger, write, and only then show.

Source: checkin.md, sync.md §5.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from kiosk.device import Device
from kiosk.shown import Counters, LinkShown, Shown


def scan(
    device: Device,
    scan: str,
    text: str | None,
    *,
    source: str = "",
    mode: Literal["entry", "exit"] | None = None,
    ticket: str | None = None,
    count: int | None = None,
    accept: Sequence[str] = (),
    answers: Mapping[str, str] | None = None,
) -> Shown:
    """Decide one scan and record what it means; the same scan id gets the same answer.

    text: what was read; None when the usher picked `ticket` from the search. mode: None
    for the door's present mode. accept: UNPAID, UNVERIFIED, LATE_HOLD accepted by a touch.
    """
    raise NotImplementedError


def again(
    device: Device,
    shown: int,
    *,
    ticket: str | None = None,
    count: int | None = None,
    accept: Sequence[str] = (),
    answers: Mapping[str, str] | None = None,
) -> Shown | None:
    """Scan the code of a shown verdict again, with what the usher has added to it.

    None when that verdict is no longer in memory.
    """
    raise NotImplementedError


def undo(device: Device, scan: str, *, reason: str = "") -> Shown:
    """Take back an admission made here: 10 s at a touch, 15 min with a reason."""
    raise NotImplementedError


def last(device: Device, after: int = 0, wait_s: float = 0.0) -> Shown | None:
    """Give the newest verdict with an id above `after`, waiting for one if asked to."""
    raise NotImplementedError


def recent(device: Device, most: int = 20) -> list[Shown]:
    """Give the newest verdicts, newest first, for the list with its undo buttons."""
    raise NotImplementedError


def set_mode(device: Device, mode: Literal["entry", "exit"]) -> None:
    """Turn the door to entry or exit, until it is turned again."""
    raise NotImplementedError


def mode(device: Device) -> Literal["entry", "exit"]:
    """Say which way this door counts now."""
    raise NotImplementedError


def counters(device: Device) -> Counters | None:
    """Give the header's figures; None while the door has no performance."""
    raise NotImplementedError


def link(device: Device) -> LinkShown:
    """Give what the link badge needs."""
    raise NotImplementedError
