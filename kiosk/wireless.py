"""Wi-Fi as the kernel tells of it; a cable gives nothing, nor does a silent kernel."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

FILE: Final = Path("/proc/net/wireless")
# Above this a signal in dBm carries a kiosk's few requests without trouble.
STRONG_DBM, WEAK_DBM = -60, -75


@dataclass(frozen=True)
class Signal:
    """How strong one radio's signal is, in dBm where it is known."""

    name: str
    dbm: int | None


def signals(file: Path = FILE) -> list[Signal]:
    """Read what the kernel says of every radio that is joined to a network."""
    try:
        lines = file.read_text("ascii", "replace").splitlines()[2:]
    except OSError:
        return []
    return [found for line in lines if (found := _signal(line)) is not None]


def _signal(line: str) -> Signal | None:
    """Read `wlan0: 0000   54.  -56.  -256 …`: status, link, level, noise."""
    name, colon, rest = line.partition(":")
    numbers = rest.split()
    if not colon or len(numbers) < 3:
        return None
    try:
        level = int(float(numbers[2]))
    except ValueError:
        return None
    # A level above 0 is on a scale of the driver's own: it says nothing to us.
    return Signal(name.strip(), level if -120 <= level < 0 else None)
