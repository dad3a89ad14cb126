"""Payment attempts: written down, then spoken about with the terminal, then settled.

Pages call `pay`, then show `state` until it says how the payment ended. The talking is
done by one thread of the device, never by a page. Source: design.md §6, sync.md §6.
"""

from kiosk.device import Device
from kiosk.shown import Intent, PayState, Refusal


def pay(device: Device, order: str) -> Intent | Refusal:
    """Press Pay: own the seats, write the intent, wake the terminal.

    A second press or a reload gives the same attempt; after a decline it begins a new one.
    Refuses: hold.ended, link.pay (`seats`), link.empty, paper.before, paper.short (unless
    `on_phone` was chosen), `terminal.busy`, `terminal.none`, sale.closed.
    """
    raise NotImplementedError


def state(device: Device, order: str) -> PayState:
    """Say how far the payment of this order has come."""
    raise NotImplementedError


def cancel(device: Device, order: str) -> PayState:
    """Ask the terminal to stop; what the card has answered meanwhile counts."""
    raise NotImplementedError
