"""Whether paper waits in the printer's slot, where the printer can tell.

Asked by the spool's thread, told to the last page and to staff. Source: lobby.md §2.10, §3.
"""

from typing import Final

from kiosk.device import Device
from kiosk.printing import status
from kiosk.shown.printing import Status

# So often it is asked while paper waits; after so long whoever it was for has gone.
ASKED_S: Final = 0.5
LEFT_MS: Final = 60_000


def ask(device: Device) -> None:
    """Ask the printer, and keep when its paper came out and when it was taken."""
    printer = device.printer
    if printer is None or not printer.profile.presenter:
        device.paper_waits = None
        return
    _keep(device, printer.waits())


def came_out(device: Device) -> None:
    """A job is on paper: it waits, as far as this printer ever knows."""
    if device.printer is not None and device.printer.profile.presenter:
        device.paper_waits, device.slot_boot_ms = True, device.clock.boot_ms()


def since_ms(device: Device) -> int:
    """Say for how long paper has been waiting, or gone."""
    return device.clock.boot_ms() - device.slot_boot_ms


def left(device: Device) -> bool:
    """Whether paper waits that nobody will take any more."""
    return bool(device.paper_waits) and since_ms(device) > LEFT_MS


def told(device: Device, found: Status) -> Status:
    """Give a printer's status with what was left in its slot; that stops no printing."""
    return Status.PRESENTER if found in status.CAN_PRINT and left(device) else found


def _keep(device: Device, waits: bool | None) -> None:
    if waits is not None and waits != device.paper_waits:
        device.slot_boot_ms = device.clock.boot_ms()
    device.paper_waits = waits
