"""Troubles of this device, told to staff through the log: when they come, when they go.

The codes are those inside the cabinet door. Source: lobby.md §5, sync.md §2.6.
"""

from typing import Final

from sqlalchemy.orm import Session

from kiosk import log
from kiosk.device import Device
from kiosk.shown.printing import Status

PRINTER: Final = {
    Status.OUT: "P1",
    Status.COVER: "P2",
    Status.CUTTER: "P3",
    Status.JAM: "P4",
    Status.HOT: "P4",
    Status.OFFLINE: "P5",
    Status.UNKNOWN: "P5",
    Status.PRESENTER: "P6",
}
PAPER_LOW = "P0"
TERMINAL_UNREACHABLE, PAYMENT_IN_DOUBT = "T1", "T2"
CLOCK, STORE_FULL, POWER = "C1", "D1", "V1"


def printer(device: Device, status: Status) -> None:
    """Tell what the printer has just said, if it is news."""
    standing = PRINTER.get(status)
    for code in sorted(set(PRINTER.values())):
        note(device, code, code == standing)


def note(device: Device, code: str, standing: bool) -> None:
    """Tell that a trouble has come or gone, once each."""
    if standing != (code in device.faults):
        device.store.write(_tell, device, code, standing)
        (device.faults.add if standing else device.faults.discard)(code)


def _tell(session: Session, device: Device, code: str, standing: bool) -> None:
    type = "device.fault" if standing else "device.healed"
    log.append(session, device.clock, device.new_id(), type, {"code": code})
