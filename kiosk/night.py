"""What a kiosk does by itself at night: its shift ends, and it looks at itself.

Nobody stands here then; if somebody does, it waits. Source: lobby.md §5.
"""

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from kiosk import documents, faults, pins, rehearsal, settings, shifts
from kiosk.device import Device
from kiosk.rehearsal import Check
from kiosk.store import statements

_NAME: Final = "night"


def turn(device: Device) -> bool:
    """Do what is to be done at night, once each night; whether it was done now."""
    if not _due(device):
        return False
    found = rehearsal.checks(device)
    ill = sorted(check for check, how in found.items() if how == "ill")
    if device.terminal is not None:
        device.terminal_answers = found["terminal"] == "well"
        faults.note(device, faults.TERMINAL_UNREACHABLE, not device.terminal_answers)
    totals = shifts.totals(device)
    if totals.sales or totals.returned or totals.reprints or totals.owed:
        shifts.end_by_itself(device)
    device.store.write(_done, device, ill)
    return True


def last(device: Device) -> tuple[int, list[Check]] | None:
    """Say when it last looked at itself by itself, and what was not well; None: never."""
    with device.store.read() as session:
        kept = settings.get(session, _NAME)
    return (int(kept["tested_ms"]), list(kept["ill"])) if "tested_ms" in kept else None


def _due(device: Device) -> bool:
    hour = device.config.habits.night
    if hour is None or device.clock.trust == "untrusted":
        return False
    now_ms = device.clock.now_ms()
    with device.store.read() as session:
        zone = ZoneInfo(documents.house(session).zone)
        kept = settings.get(session, _NAME)
        busy = statements.first(
            session, "SELECT 1 FROM open_order WHERE stage IN ('held', 'paying') LIMIT 1"
        )
    if not kept:
        # A device that has just been set up has no night behind it.
        device.store.write(settings.put, _NAME, {"at_ms": now_ms})
        return False
    now = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(zone)
    night = now.replace(hour=hour.hour, minute=hour.minute, second=0, microsecond=0)
    if night > now:
        night -= timedelta(days=1)
    return int(kept["at_ms"]) < night.timestamp() * 1000 and busy is None


def _done(session: Session, device: Device, ill: list[Check]) -> None:
    now_ms = device.clock.now_ms()
    settings.put(session, _NAME, {"at_ms": now_ms, "tested_ms": now_ms, "ill": ill})
    words = f"not well: {', '.join(ill)}" if ill else "well"
    pins.note(session, device, "", "self-test", device.me.name, words)
