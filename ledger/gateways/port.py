"""Cards in the online shop: what a gateway can do, whoever it is.

The patron types the card on the gateway's own page; no number of it touches us (PAY4).
Every call carries our key; repeating it changes nothing. Source: design.md §6, PAY1.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from boxoffice.cards import Check


class Down(Exception):
    """The gateway did not answer, or not so that we understand. Nothing is concluded."""


class InDoubt(Down):
    """It was told to do something, and nobody knows whether it did."""


class NoCard(Exception):
    """The gateway knows this card no more, or never did. Nothing was charged."""


class Step(StrEnum):
    """How far a payment is.

    OPEN: the patron may still pay. AUTHORISED: the bank holds the money for us. TAKEN: we
    have it. ENDED: it can no longer be paid, and nothing was taken.
    """

    OPEN = "open"
    AUTHORISED = "authorised"
    TAKEN = "taken"
    ENDED = "ended"


@dataclass(frozen=True)
class Asked:
    """What is to be paid. amount: minor units. words: what the patron reads on the page.

    email: where the gateway may write to; back: where the patron goes afterwards.
    keep: the patron lets us keep the card for later.
    """

    key: str
    amount: int
    currency: str
    words: str
    email: str
    back: str
    language: str = "en"
    keep: bool = False


@dataclass(frozen=True)
class Kept:
    """A card that the gateway keeps for us. token: its name there, never a number (PAY4).

    expires: its last month, such as 2031-12; blank where that is not told.
    """

    token: str
    brand: str
    last4: str
    expires: str


@dataclass(frozen=True)
class Charged:
    """What became of a charge to a kept card. why: the bank's reason, a plain code."""

    step: Step
    why: str = ""


@dataclass(frozen=True)
class Begun:
    """A payment that waits for the patron at an address. ref: the gateway's name for it."""

    ref: str
    address: str


@dataclass(frozen=True)
class Seen:
    """What the gateway knows of a payment. failures: cards that the bank refused so far.

    kept: the card that it keeps for us, if that was asked and somebody paid.
    """

    step: Step
    amount: int = 0
    failures: int = 0
    address: Check = Check.MATCH
    code: Check = Check.MATCH
    brand: str = ""
    last4: str = ""
    kept: Kept | None = None


@dataclass(frozen=True)
class Charge:
    """What was taken, here or at a terminal of the same maker.

    key: ours for the attempt; ref: the maker's name for it. given: what went back of it
    before, as far as we know, in minor units.
    """

    key: str
    ref: str
    given: int = 0


class Refunder(Protocol):
    """Whoever gives back what was taken. Every call may raise Down."""

    name: str

    def refund(self, charge: Charge, *, key: str, amount: int) -> str:
        """Give some of what was captured back, once for each key.

        Gives "", or why the bank will never do it, in its own words. Raises InDoubt.
        """


@runtime_checkable
class Keyless(Protocol):
    """A refunder that knows no key of ours: what is in doubt is looked for, and never asked
    for again.
    """

    def given(self, charge: Charge, *, amount: int) -> bool:
        """Whether this much more went back than `charge` says. Raises Down."""


class Vault(Protocol):
    """Keeps cards, and charges them while nobody is there. Every call may raise Down."""

    def prepare(
        self, key: str, token: str, *, amount: int, currency: str, words: str
    ) -> str:
        """Make a charge that takes nothing yet, once for each key; give its name there.

        Raises NoCard.
        """

    def charge(self, ref: str) -> None:
        """Ask the bank. Only `outcome` says what it answered."""

    def outcome(self, ref: str) -> Charged:
        """Say what became of it."""

    def stop(self, ref: str) -> Charged:
        """End it unless the bank has it, and say how it stands: nothing comes later."""

    def forget(self, token: str) -> None:
        """Keep the card no longer; repeating it changes nothing."""


class Gateway(Refunder, Vault, Protocol):
    """One gateway. Every call may raise Down."""

    # Where its page is, for the rule that lets our page send patrons there.
    origin: str

    def begin(self, asked: Asked) -> Begun:
        """Make a payment, or find the one of this key again."""

    def look(self, ref: str) -> Seen:
        """Ask what became of it."""

    def close(self, ref: str) -> Seen:
        """End it unless it is paid already, and say how it ended."""

    def capture(self, ref: str) -> None:
        """Take what the bank holds for us."""

    def void(self, ref: str) -> bool:
        """Let go of what the bank holds; say whether the bank has accepted that."""
