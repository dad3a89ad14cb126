"""What guests do at a kiosk, in one breath: Ada chooses, presses Pay, and waits."""

from kiosk import sales
from kiosk.device import Device
from kiosk.payments import attempts, conversation
from kiosk.printing import spool
from kiosk.shown.choosing import Offer
from kiosk.shown.paying import Intent, Outcome
from kiosk.shown.reviewing import Held
from tests.parts.kiosk.theatre import HAMLET


def choose(kiosk: Device, performance: str = HAMLET, **counts: int) -> str:
    """Hold the best seats; give the order."""
    order = sales.start(kiosk, performance, counts or {"adult": 2})
    assert isinstance(order, str), order
    offer = sales.offer(kiosk, order)
    assert isinstance(offer, Offer), offer
    held = sales.hold(kiosk, order, [seat.code for seat in offer.seats])
    assert isinstance(held, Held), held
    return order


def pay(kiosk: Device, order: str) -> Intent:
    """Press Pay."""
    intent = attempts.pay(kiosk, order)
    assert isinstance(intent, Intent), intent
    return intent


def talk(kiosk: Device, turns: int = 12) -> None:
    """Let the payment thread do its turns."""
    for _ in range(turns):
        conversation.turn(kiosk)


def print_all(kiosk: Device, turns: int = 10) -> None:
    """Let the spool do its turns."""
    for _ in range(turns):
        spool.turn(kiosk)


def buy(kiosk: Device, performance: str = HAMLET, **counts: int) -> str:
    """Buy tickets and wait for the paper."""
    spool.turn(kiosk)
    order = choose(kiosk, performance, **counts)
    pay(kiosk, order)
    talk(kiosk)
    assert attempts.state(kiosk, order).outcome is Outcome.APPROVED
    print_all(kiosk)
    return order
