"""What pages show while a card is asked.

Plain facts, no words and no formats: amounts are minor units of the currency beside
them, times are ms since 1970 in UTC. Pages choose the language, the words and the format.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


@dataclass(frozen=True)
class Intent:
    """A payment attempt. reference: six characters people can read out."""

    id: str
    order: str
    amount: int
    currency: str
    reference: str


class Outcome(StrEnum):
    """Rows of "How a payment can end" in lobby.md §2, and what comes before them.

    IDLE: Pay was not pressed. Up to ASKING the attempt runs. Only DECLINED, THIRD_DECLINE,
    CANCELLED, REMOVED_EARLY, UNREACHABLE and PART may say that nothing was charged.
    CARD_REMOVED: the terminal asks for the card again; REMOVED_EARLY: it gave up.
    """

    IDLE = "idle"
    STARTING = "starting"
    WAITING_FOR_CARD = "waiting_for_card"
    ENTER_PIN = "enter_pin"
    CARD_REMOVED = "card_removed"
    PROCESSING = "processing"
    ASKING = "asking"
    APPROVED = "approved"
    DECLINED = "declined"
    THIRD_DECLINE = "third_decline"
    CANCELLED = "cancelled"
    REMOVED_EARLY = "removed_early"
    UNREACHABLE = "unreachable"
    PART = "part"
    UNKNOWN = "unknown"
    REVERSED = "reversed"


# The terminal has answered, nothing was taken, and the guest has the choice.
TO_CHOOSE: Final = frozenset(
    {
        Outcome.DECLINED,
        Outcome.CANCELLED,
        Outcome.REMOVED_EARLY,
        Outcome.UNREACHABLE,
        Outcome.PART,
    }
)


@dataclass(frozen=True)
class PayState:
    """What the paying page shows.

    late: it went through after silence. may_cancel: until the card answers. may_retry,
    may_park: which choices to offer. asking_s: seconds of silence so far. code: six
    characters for the box office, once the order waits there. pickup: the text of a QR for
    the same, or for a payment in doubt. kept_until_ms: how long the box office keeps the
    seats, or None. debt: an order made elsewhere is paid for.
    """

    order: str
    outcome: Outcome
    amount: int
    currency: str
    reference: str
    may_cancel: bool = False
    may_retry: bool = False
    may_park: bool = False
    debt: bool = False
    asking_s: int = 0
    late: bool = False
    code: str = ""
    pickup: str = ""
    kept_until_ms: int | None = None
