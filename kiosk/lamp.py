"""The lamp over a kiosk: lit while its guest has called somebody, and while staff try it.

The kiosk says so in a file, 1 or 0; whatever switches the lamp of this house reads it.
Source: lobby.md §2, §5.
"""

import os

from kiosk import pins, staff
from kiosk.device import Device

LOOK_S = 5.0
TRIED_MS = 15_000


def attempt(device: Device, who: str) -> None:
    """Light it for a moment, for staff who look at it."""
    device.lamp_until_ms = device.clock.boot_ms() + TRIED_MS
    device.store.write(pins.note, device, who, "lamp tried", device.me.name, "")


def lit(device: Device) -> bool:
    """Whether it is to be lit now."""
    tried = device.clock.boot_ms() < device.lamp_until_ms
    return tried or staff.called(device) is not None


class Lamp:
    """Remembers what it said last; says it again after a start."""

    def __init__(self) -> None:
        self._lit: bool | None = None

    def __call__(self, device: Device) -> float:
        """Say it if it is news; give the seconds to rest. Raises OSError."""
        file, wanted = device.config.lamp, lit(device)
        if file is not None and wanted != self._lit:
            beside = file.with_name(f"{file.name}.new")
            beside.write_text("1\n" if wanted else "0\n")
            # Whoever reads it reads the one or the other.
            os.replace(beside, file)
            self._lit = wanted
        return LOOK_S
