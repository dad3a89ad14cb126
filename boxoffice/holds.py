"""How long seats are promised to one order, by the ledger's clock.

Source: INV4.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from boxoffice.moments import moment
from boxoffice.refusals import Code

SHORTEST = timedelta(minutes=15)


@dataclass(frozen=True)
class Hold:
    """Seats promised to one order.

    created: aware. lasts: the house's setting, at least 15 minutes.
    extended: "I need more time" was used. Raises NaiveTime.
    """

    created: datetime
    lasts: timedelta
    extended: bool = False

    def __post_init__(self) -> None:
        moment(self.created, "beginning of a hold")

    @property
    def expires(self) -> datetime:
        """When it ends, unless a payment is in flight."""
        return self.created + self.lasts * (2 if self.extended else 1)


def start(*, now: datetime, lasts: timedelta) -> Hold | Code:
    """Begin a hold. Raises NaiveTime."""
    if lasts < SHORTEST:
        return Code.HOLD_MINUTES_BELOW_15
    return Hold(now, lasts)


def live(hold: Hold, *, now: datetime, payment_in_flight: bool = False) -> bool:
    """Say whether the seats are still promised.

    A hold never ends under a payment: a slow bank could sell the seat twice.
    Raises NaiveTime.
    """
    return payment_in_flight or moment(now, "the ledger's time") < hold.expires


def extend(hold: Hold, *, now: datetime, payment_in_flight: bool = False) -> Hold | Code:
    """Add one more length, once, while the hold is live. Raises NaiveTime."""
    if not live(hold, now=now, payment_in_flight=payment_in_flight):
        return Code.NOT_HELD
    if hold.extended:
        return Code.ALREADY_EXTENDED
    return replace(hold, extended=True)
