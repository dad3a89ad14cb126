"""How far a card is at a reader that its maker's server drives.

Server and reader are asked apart, and each knows half: what became of the payment, and what
the reader is at. Silence is judged nowhere here. Source: design.md §6.
"""

from enum import StrEnum


class Far(StrEnum):
    """How far a card is. NEVER_ARRIVED: the reader is not at it, and no card answered; once
    the payment is ended, nothing can charge it.
    """

    WAITING = "waiting"
    PROCESSING = "processing"
    APPROVED = "approved"
    DECLINED = "declined"
    ENDED = "ended"
    NEVER_ARRIVED = "never_arrived"
    UNKNOWN = "unknown"


# A payment that still wants a card, in the server's words.
OPEN = frozenset({"requires_payment_method", "requires_confirmation", "requires_action"})
_OVER = {
    "requires_capture": Far.APPROVED,
    "succeeded": Far.APPROVED,
    "canceled": Far.ENDED,
    "processing": Far.PROCESSING,
}


def far(payment: str, *, action: str, refused: bool) -> Far:
    """Say how far a payment is. payment: its state as the server names it.

    action: how the reader stands with this very payment; blank when it is at something
    else. refused: the server noted that a card was refused. Asked only while the payment is
    OPEN, action and refused may be blank and False otherwise.
    """
    if payment not in OPEN:
        return _OVER.get(payment, Far.UNKNOWN)
    if action == "in_progress":
        return Far.WAITING
    return Far.DECLINED if action == "failed" or refused else Far.NEVER_ARRIVED
