"""Pay at the box office: the seats wait there under a code."""

from kiosk.device import Device
from kiosk.shown import PayState, Refusal


def park(device: Device, order: str) -> PayState | Refusal:
    """Leave the order for the box office. Refuses without a link: link.pay."""
    raise NotImplementedError
