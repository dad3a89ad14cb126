"""The card terminal at the window: what it must be able to do, and which one there is.

It remembers an attempt by our key; it may answer late, or never. One adapter is one file
beside this one. Source: design.md §6.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from ledger.config import Config, Incomplete
from ledger.gateways.port import Kept
from ledger.store import Store


class Silent(Exception):
    """It did not answer. reached: what was asked may have arrived all the same."""

    def __init__(self, *, reached: bool = True) -> None:
        super().__init__("the terminal does not answer")
        self.reached = reached


class Step(StrEnum):
    """How far an attempt is."""

    RUNNING = "running"
    APPROVED = "approved"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    PART = "part"
    VOIDED = "voided"
    NOT_FOUND = "not_found"


@dataclass(frozen=True)
class Seen:
    """What the terminal knows. amount: minor units approved.

    brand, last4: of the card, as far as they are told (PAY4). kept: the card that is on
    file now, if that was asked and can be.
    """

    step: Step
    ref: str = ""
    amount: int = 0
    brand: str = ""
    last4: str = ""
    kept: Kept | None = None


class Terminal(Protocol):
    """Each method raises Silent when nobody answers in time.

    keeps: the gateway that keeps cards that were held to it; blank: it can keep none.
    """

    name: str
    keeps: str

    def begin(self, key: str, *, amount: int, currency: str, keep: bool = False) -> None:
        """Ask for a card; the same key begins nothing new.

        keep: the patron lets us keep it for later (MEM9).
        """

    def look(self, key: str) -> Seen:
        """Say what became of an attempt; NOT_FOUND when it knows no such key."""

    def abort(self, key: str) -> None:
        """Ask it to stop. Only a look afterwards says what happened."""

    def void(self, key: str) -> Seen:
        """Give back what was approved; repeating it gives nothing more."""


def choose(config: Config, store: Store) -> Terminal | None:
    """Give the terminal of the window; None where it stands outside and is typed in.

    Raises Incomplete.
    """
    if config.stripe_reader and config.stripe_key_file is not None:
        # The maker's library is optional: it is loaded where it is used.
        try:
            from ledger.gateways.stripe_terminal import StripeTerminal
        except ImportError:
            raise Incomplete(
                "FOH_STRIPE_READER is set, but Stripe's library is not installed: install"
                " the extra `stripe`."
            ) from None

        secret = config.stripe_key_file.read_text("utf-8").strip()
        return StripeTerminal(config.stripe_reader, secret, address=config.stripe_address)
    if config.demo:
        from ledger.gateways.pretend_terminal import PretendTerminal

        return PretendTerminal(store)
    return None
