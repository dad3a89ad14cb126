"""What a door can say."""

from enum import StrEnum


class Answer(StrEnum):
    """One word per verdict; the order is that of precedence.

    Source: 4.8, checkin.md 4.
    """

    UNKNOWN = "UNKNOWN"
    CANNOT_CHECK = "CANNOT_CHECK"
    FORGED = "FORGED"
    REVOKED = "REVOKED"
    UNVERIFIED = "UNVERIFIED"
    REPLACED = "REPLACED"
    EXCHANGED = "EXCHANGED"
    REFUNDED = "REFUNDED"
    CANCELLED = "CANCELLED"
    BLOCKED = "BLOCKED"
    UNCONFIRMED = "UNCONFIRMED"
    PERFORMANCE_CANCELLED = "PERFORMANCE_CANCELLED"
    WRONG_PERFORMANCE = "WRONG_PERFORMANCE"
    NOT_YET_VALID = "NOT_YET_VALID"
    EXPIRED = "EXPIRED"
    WRONG_TYPE = "WRONG_TYPE"
    UNPAID = "UNPAID"
    EXIT_OK = "EXIT_OK"
    NOT_INSIDE = "NOT_INSIDE"
    RULE = "RULE"
    ALREADY_ADMITTED = "ALREADY_ADMITTED"
    USED_UP = "USED_UP"
    PARTY_FULL = "PARTY_FULL"
    BEING_CHECKED = "BEING_CHECKED"
    NOT_OPEN_YET = "NOT_OPEN_YET"
    CLOSED = "CLOSED"
    WRONG_DOOR = "WRONG_DOOR"
    LATE_HOLD = "LATE_HOLD"
    QUESTIONS = "QUESTIONS"
    ADMIT_UNVERIFIED = "ADMIT_UNVERIFIED"
    RE_ADMIT = "RE_ADMIT"
    ADMIT = "ADMIT"
    AMBIGUOUS = "AMBIGUOUS"
    UNDONE = "UNDONE"
    UNDO_REFUSED = "UNDO_REFUSED"

    @property
    def admits(self) -> bool:
        """Whether this answer lets people in."""
        return self in _ADMITS


_ADMITS = frozenset({Answer.ADMIT, Answer.RE_ADMIT, Answer.ADMIT_UNVERIFIED})
