"""Out of service: staff give this kiosk a break, with a reason that everybody may read.

What is under way goes on; nothing new begins. Source: lobby.md §5.
"""

from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy.orm import Session

from kiosk import documents, log, pins, settings
from kiosk.device import Device

Reason = Literal["cleaning", "repair", "closed", "other"]
REASONS: Final[tuple[Reason, ...]] = ("cleaning", "repair", "closed", "other")


@dataclass(frozen=True)
class Break:
    """Since when, why, and the code inside the cabinet door. nearest: another kiosk."""

    code: str
    reason: Reason
    since_ms: int
    nearest: str = ""


def begin(device: Device, who: str, reason: Reason) -> None:
    """Take this kiosk out of service."""
    device.store.write(_begin, device, who, reason)


def end(device: Device, who: str) -> None:
    """Put it back into service."""
    device.store.write(_end, device, who)


def now(device: Device) -> Break | None:
    """Say whether this kiosk serves nobody at present, and why."""
    with device.store.read() as session:
        kept = settings.get(session, "break")
        if kept:
            reason: Reason = next((r for r in REASONS if r == kept["reason"]), "other")
            nearest = _nearest(session, device)
            return Break("S1", reason, int(kept["since_ms"]), nearest)
    if device.connected and device.line.revoked:
        return Break("L1", "other", device.clock.now_ms())
    if device.me.role == "kiosk" and device.store.nearly_full():
        # What room there is belongs to what is under way and to the log.
        return Break("D1", "other", device.clock.now_ms())
    return None


def _nearest(session: Session, device: Device) -> str:
    """Where another kiosk stands that may be working."""
    return next(
        (
            one.place or one.name
            for one in sorted(documents.devices(session).values(), key=lambda d: d.name)
            if one.role == "kiosk" and not one.revoked and one.id != device.me.device
        ),
        "",
    )


def _begin(session: Session, device: Device, who: str, reason: Reason) -> None:
    since_ms = device.clock.now_ms()
    settings.put(session, "break", {"reason": reason, "by": who, "since_ms": since_ms})
    pins.note(session, device, who, "out of service", device.me.name, reason)
    _told(session, device, "device.fault")


def _end(session: Session, device: Device, who: str) -> None:
    if not settings.get(session, "break"):
        return
    settings.put(session, "break", None)
    pins.note(session, device, who, "in service", device.me.name, "")
    _told(session, device, "device.healed")


def _told(session: Session, device: Device, type: str) -> None:
    log.append(session, device.clock, device.new_id(), type, {"code": "S1"})
