"""What staff set at this door for the evening: open now, hold latecomers, let them go.

Each is written down with who did it. Source: lobby.md §4, checkin.md §2.
"""

from sqlalchemy.orm import Session

from kiosk import door_facts, pins, recovery
from kiosk.device import Device
from kiosk.store.tables.door import DoorTouchRow


def open_now(device: Device, by: str) -> bool:
    """Open this door before its time, or say that it is open when no clock can tell.

    Gives False while the door is not set up.
    """
    return device.store.write(_touch, device, by, "door.opened")


def hold(device: Device, by: str, until_ms: int | None) -> bool:
    """Let latecomers wait, until a moment or until it is lifted."""
    return device.store.write(_touch, device, by, "latecomers.held", until_ms)


def lift(device: Device, by: str) -> bool:
    """Let latecomers in again."""
    return device.store.write(_touch, device, by, "latecomers.seated")


def take_time(device: Device, by: str) -> None:
    """Somebody has looked: the clock that has leapt is right, and this door follows it."""
    device.clock.accept()
    device.store.write(_taken, device, by)


def _taken(session: Session, device: Device, by: str) -> None:
    recovery.remember_clock(session, device)
    pins.note(session, device, by, "clock.accepted", device.config.door or "", "")


def _touch(
    session: Session, device: Device, by: str, action: str, until_ms: int | None = None
) -> bool:
    here = door_facts.post(session, device)
    if here is None:
        return False
    row = session.get(DoorTouchRow, here.evening.id)
    if row is None:
        row = DoorTouchRow(performance=here.evening.id)
        session.add(row)
    if action == "door.opened":
        row.opened_ms = device.clock.now_ms()
    else:
        row.held, row.hold_until_ms = action == "latecomers.held", until_ms
    subject = f"{here.evening.id}/{here.settings.name}"
    pins.note(session, device, by, action, subject, "")
    return True
