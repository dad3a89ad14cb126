"""A look round this device: troubles that nobody meets until it is too late.

P0: paper is nearly out; C1: a clock that nobody trusts, and no link to put it right; D1:
the store is nearly full; V1: the board says that its power is low. Source: lobby.md §3, §5.
"""

from typing import Final

from kiosk import faults, rehearsal
from kiosk.device import Device
from kiosk.printing import spool
from kiosk.shown.printing import Status

# A device that has just started may find its link, and with it the time, in a moment.
SETTLED_MS: Final = 60_000


def look(device: Device) -> None:
    """Tell staff what has come or gone since the last look."""
    settled = device.clock.boot_ms() - device.started_boot_ms >= SETTLED_MS
    lost = settled and device.clock.trust == "untrusted" and not device.up
    faults.note(device, faults.CLOCK, lost)
    faults.note(device, faults.STORE_FULL, device.store.nearly_full())
    faults.note(device, faults.PAPER_LOW, _paper_low(device))
    faults.note(device, faults.POWER, rehearsal.voltage() == "ill")


def _paper_low(device: Device) -> bool:
    if device.printer is None or device.me.role != "kiosk":
        return False
    paper = spool.paper(device)
    few = paper.left is not None and paper.left <= device.config.habits.paper_low
    return few or paper.status is Status.NEAR_END
