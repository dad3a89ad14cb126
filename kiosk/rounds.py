"""A look round this device: troubles that nobody meets until it is too late.

C1: a clock that nobody trusts, and no link to put it right; D1: the store is nearly full;
V1: the board says that its power is low. Source: lobby.md §5.
"""

from kiosk import faults, rehearsal
from kiosk.device import Device


def look(device: Device) -> None:
    """Tell staff what has come or gone since the last look."""
    lost = device.clock.trust == "untrusted" and not device.up
    faults.note(device, faults.CLOCK, lost)
    faults.note(device, faults.STORE_FULL, device.store.nearly_full())
    faults.note(device, faults.POWER, rehearsal.voltage() == "ill")
