"""The self-test closes the loop: it prints codes, and the camera reads them back.

Nothing of it is about a guest. Source: lobby.md §5.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from sqlalchemy.orm import Session

from kiosk import pins, sync
from kiosk.device import Device
from kiosk.outcomes import LineDown, NotUnderstood
from kiosk.payments.port import TerminalDown
from kiosk.printing import jobs, status
from kiosk.printing.report import Entry, Report
from kiosk.printing.words import Words

PREFIX: Final = "FOHT:"
# Modules of a size that must read, one that is easier, one that is harder.
DOTS: Final = (4, 6, 8)
_VOLTAGE: Final = Path("/sys/class/hwmon")
LEAST_FREE_BYTES: Final = 256 << 20

Check = Literal["printer", "terminal", "disk", "link", "clock", "voltage"]
Found = Literal["well", "ill", "unknown"]


@dataclass
class Rehearsal:
    """One self-test under way. read: the sizes that came back, in dots."""

    name: str
    started_boot_ms: int
    read: set[int]


def begin(device: Device, who: str, language: str) -> Rehearsal:
    """Print the test page with a new name, and wait for its codes."""
    found = Rehearsal(device.chance(4).hex(), device.clock.boot_ms(), set())
    device.rehearsal = found
    device.store.write(_print, device, who, found.name, language)
    return found


def saw(device: Device, text: str) -> bool:
    """Take a code from the camera if it is of a test page; whether it was one."""
    if not text.startswith(PREFIX):
        return False
    here = device.rehearsal
    name, _, dots = text.removeprefix(PREFIX).partition(":")
    if here is not None and name == here.name and dots in {str(n) for n in DOTS}:
        here.read.add(int(dots))
    return True


def checks(device: Device) -> dict[Check, Found]:
    """Ask everything that can be asked without a person."""
    return {
        "printer": _well(device.paper_status in status.CAN_PRINT),
        "terminal": _terminal(device),
        "disk": _well(shutil.disk_usage(device.store.folder).free > LEAST_FREE_BYTES),
        "link": _link(device),
        "clock": _well(device.clock.trust != "untrusted"),
        "voltage": voltage(),
    }


def _print(session: Session, device: Device, who: str, name: str, language: str) -> None:
    pins.note(session, device, who, "self-test", device.me.name, "")
    words = Words(language)
    report = Report(
        title=words.say("test_page"),
        head=(device.me.name,),
        entries=tuple(Entry(f"QR {dots}", f"{dots} dots") for dots in DOTS),
        codes=tuple((f"{PREFIX}{name}:{dots}", dots) for dots in DOTS),
        ruler=True,
    )
    jobs.queue_report(session, device.clock, device.new_id, report)


def _well(fact: bool) -> Found:
    return "well" if fact else "ill"


def _terminal(device: Device) -> Found:
    if device.terminal is None:
        return "unknown"
    try:
        return _well(device.terminal.status() in {"ready", "busy"})
    except TerminalDown:
        return "ill"


def _link(device: Device) -> Found:
    try:
        sync.cursor(device, timeout_s=1.5)
    except (LineDown, NotUnderstood):
        return "ill"
    return "well"


def voltage(folder: Path = _VOLTAGE) -> Found:
    """Whether the board says that its power is low; few boards say anything."""
    alarms = sorted(folder.glob("*/in0_lcrit_alarm"))
    try:
        quiet = [file.read_text().strip() == "0" for file in alarms]
    except OSError:
        return "unknown"
    return _well(all(quiet)) if quiet else "unknown"
