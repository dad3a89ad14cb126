"""Call staff to this device; later their menu as well."""

from kiosk.device import Device
from kiosk.shown import CallShown


def call(device: Device, page: str) -> CallShown:
    """Call staff from a page; a second call while one is open is the same call."""
    raise NotImplementedError


def called(device: Device) -> CallShown | None:
    """Give the open call of this device, with who is coming once that is known."""
    raise NotImplementedError
