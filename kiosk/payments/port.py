"""What a card terminal must be able to do. One adapter is one file beside this one.

A terminal remembers an attempt by our key; it may answer late, or never. No card number
ever passes here. Source: design.md §6.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class TerminalDown(Exception):
    """The terminal did not answer, so nobody knows what it did: look it up by the key.

    reached: whether the request may have arrived. False only when no connection was made,
    so that nothing was sent.
    """

    def __init__(self, why: str, *, reached: bool = True) -> None:
        super().__init__(why)
        self.reached = reached


class Busy(Exception):
    """The terminal is at another attempt; this one was not begun."""


class Step(StrEnum):
    """What the terminal says about an attempt.

    CARD_REMOVED: the card was pulled out too early, and the attempt waits for it again.
    """

    WAITING_FOR_CARD = "waiting_for_card"
    ENTER_PIN = "enter_pin"
    CARD_REMOVED = "card_removed"
    PROCESSING = "processing"
    APPROVED = "approved"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    PART = "part"
    VOIDED = "voided"
    NOT_FOUND = "not_found"


RUNNING = frozenset(
    {Step.WAITING_FOR_CARD, Step.ENTER_PIN, Step.CARD_REMOVED, Step.PROCESSING}
)
# The reason of an attempt that ended because its card was pulled out too early.
REMOVED_EARLY = "card_removed"


@dataclass(frozen=True)
class Attempt:
    """What the terminal knows about an attempt.

    ref: its own reference, for staff. amount: minor units, what was approved. brand, last4:
    for the receipt. reason: why it was declined, in the terminal's words.
    """

    step: Step
    ref: str = ""
    amount: int | None = None
    brand: str = ""
    last4: str = ""
    reason: str = ""


class Terminal(Protocol):
    """A card terminal. Each method raises TerminalDown when nobody answers in time."""

    name: str
    kind: str

    def status(self) -> str:
        """Say `ready` or `busy`."""

    def authorise(self, key: str, *, amount: int, currency: str, order: str) -> Attempt:
        """Begin an attempt under our key; the same key begins nothing new. Raises Busy."""

    def poll(self, key: str) -> Attempt:
        """Ask how far it is, quickly."""

    def lookup(self, key: str) -> Attempt:
        """Ask what became of it, patiently; Step.NOT_FOUND when it knows no such key."""

    def abort(self, key: str) -> None:
        """Ask it to stop. Only a look-up afterwards says what happened."""

    def capture(self, key: str) -> Attempt:
        """Take what was approved; repeating it takes nothing more."""

    def void(self, key: str) -> Attempt:
        """Give back what was approved; repeating it gives nothing more."""

    def refund(self, key: str, amount: int) -> Attempt:
        """Give back part of what was captured; repeating it gives nothing more."""
