"""The lamp over a kiosk: lit while its guest has called somebody. Source: lobby.md §2.

The kiosk says so in a file, 1 or 0; whatever switches the lamp of this house reads it.
"""

import os

from kiosk import staff
from kiosk.device import Device

LOOK_S = 5.0


class Lamp:
    """Remembers what it said last; says it again after a start."""

    def __init__(self) -> None:
        self._lit: bool | None = None

    def __call__(self, device: Device) -> float:
        """Say it if it is news; give the seconds to rest. Raises OSError."""
        file, wanted = device.config.lamp, staff.called(device) is not None
        if file is not None and wanted != self._lit:
            beside = file.with_name(f"{file.name}.new")
            beside.write_text("1\n" if wanted else "0\n")
            # Whoever reads it reads the one or the other.
            os.replace(beside, file)
            self._lit = wanted
        return LOOK_S
