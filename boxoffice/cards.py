"""A card in the online shop: authorise, check, then capture or give back.

Without a good authorisation no order completes. A bank may approve the card while address
or security code do not match: then we take nothing and ask for the reserve back at once.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from boxoffice.bad_input import OutOfRange, among, positive
from boxoffice.refusals import Code

FAILURES_BEFORE_ANOTHER_WAY = 3


class Authorisation(StrEnum):
    """What the bank says about the money."""

    APPROVED = "approved"
    DECLINED = "declined"


class Check(StrEnum):
    """What the bank says about address or code. Not checked counts as a match."""

    MATCH = "match"
    MISMATCH = "mismatch"


@dataclass(frozen=True)
class Reply:
    """The gateway's answers. void_accepted: the bank's answer to our void, if we ask.

    Raises UnknownWord.
    """

    authorisation: Authorisation
    address: Check = Check.MATCH
    code: Check = Check.MATCH
    void_accepted: bool = False

    def __post_init__(self) -> None:
        among(Authorisation, self.authorisation, "authorisation")
        among(Check, self.address, "address check")
        among(Check, self.code, "security code check")


@dataclass(frozen=True)
class Outcome:
    """How the attempt ended.

    captured: minor units taken. reserve_left: an amount stays pending on the card until the
    bank lets it go. refusal: None when the order is confirmed and its seats are sold;
    otherwise the seats stay held for another attempt. overruled: staff's setting accepted a
    mismatch, which has to be logged.
    """

    captured: int
    reserve_left: bool = False
    refusal: Code | None = None
    overruled: Code | None = None

    @property
    def confirmed(self) -> bool:
        """Whether the order is confirmed."""
        return self.refusal is None


def mismatch(reply: Reply) -> Code | None:
    """Name the first thing that does not match, the address before the code."""
    if reply.address is Check.MISMATCH:
        return Code.AVS_MISMATCH
    return Code.CVV_MISMATCH if reply.code is Check.MISMATCH else None


def charge(amount: int, reply: Reply, *, accept_mismatch: bool = False) -> Outcome:
    """Say how a charge ends: declined, address, code, or captured; the first hit wins.

    amount: minor units. accept_mismatch: the setting of PAY3, normally off.
    Raises FractionalMoney and NegativeMoney. Source: PAY1, PAY3.
    """
    positive(amount, "amount")
    if reply.authorisation is Authorisation.DECLINED:
        return Outcome(0, refusal=Code.DECLINED)
    wrong = mismatch(reply)
    if wrong and not accept_mismatch:
        return Outcome(0, reserve_left=not reply.void_accepted, refusal=wrong)
    return Outcome(amount, overruled=wrong)


def another_way(failures: int) -> Code | None:
    """Send the patron elsewhere after three failures on one order.

    Reserves must not pile up. Raises OutOfRange below 0. Source: PAY2.
    """
    if failures < 0:
        raise OutOfRange(failures, "failed attempts", "is negative")
    return Code.USE_ANOTHER_WAY if failures >= FAILURES_BEFORE_ANOTHER_WAY else None


def expired(expires: str, today: date) -> bool:
    """Whether a card is past its last month. expires: such as 2031-12; blank: not told."""
    return bool(expires) and today.isoformat()[:7] > expires
