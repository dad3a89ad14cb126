"""What can be in the way of a ticket, in the order in which it is said.

Why this order: first whether the code can be believed, then whether the ticket lives,
then the night, then money, then what this guest did, then time and place. Questions come
last, so that nobody answers them only to be refused. Source: 4.8, checkin.md 4.
"""

from collections.abc import Callable
from dataclasses import dataclass

from boxoffice.answers import Answer
from boxoffice.cases import Case

Check = Callable[[Case], Answer | None]


@dataclass(frozen=True)
class Failure:
    """A check that did not pass; place: its place in the order."""

    place: int
    answer: Answer


def failures(case: Case) -> list[Failure]:
    """Name every check that fails, in order; people who leave face fewer of them."""
    return [
        Failure(place, answer)
        for place, (check, for_exits) in enumerate(_CHECKS)
        if (for_exits or not case.leaving) and (answer := check(case)) is not None
    ]


def clock_waived(case: Case) -> bool:
    """Whether a time would have refused this entry, had the clock been trusted."""
    if case.clock_trusted or case.leaving:
        return False
    late = _outside_validity(case) or _outside_opening(case)
    return late is not None or case.finding.waived


def revoked(case: Case) -> Answer | None:
    """A revoked key's code counts only for a sale that was on record before."""
    code = case.presented
    if code and code.form == "revoked" and not code.seq_known:
        return Answer.REVOKED
    return None


def denied(case: Case) -> Answer | None:
    """The ledger signs what it sells: asked, it would know this ticket."""
    code = case.presented
    if case.listed or code is None or code.signer != "ledger":
        return None
    return Answer.UNKNOWN if case.scan.link == "ledger" else None


def another_owner(case: Case) -> Answer | None:
    """A device signed for a seat that was never its own."""
    code = case.presented
    if case.listed or code is None or code.seat_owner != "another" or denied(case):
        return None
    return _unverified(case)


def replaced(case: Case) -> Answer | None:
    """An older issue than the one known or seen; by name, there is none to compare."""
    if case.issue is not None and case.issue < case.latest_issue:
        return Answer.REPLACED
    return None


def ended(case: Case) -> Answer | None:
    """Exchanged, refunded or cancelled."""
    match case.ticket.status:
        case "exchanged":
            return Answer.EXCHANGED
        case "refunded":
            return Answer.REFUNDED
        case "cancelled":
            return Answer.CANCELLED
    return None


def blocked(case: Case) -> Answer | None:
    """The box office blocked it."""
    return Answer.BLOCKED if case.ticket.blocked else None


def unconfirmed(case: Case) -> Answer | None:
    """The order waits for the box office; accepting a debt does not confirm it."""
    return Answer.UNCONFIRMED if case.ticket.status == "unconfirmed" else None


def performance_cancelled(case: Case) -> Answer | None:
    """Its performance does not take place, even on another night."""
    own = case.facts.performance(case.ticket.performance)
    return Answer.PERFORMANCE_CANCELLED if own and own.cancelled else None


def wrong_performance(case: Case) -> Answer | None:
    """Not served here."""
    serves = case.door.serves(case.ticket.performance)
    return None if serves else Answer.WRONG_PERFORMANCE


def validity(case: Case) -> Answer | None:
    """Outside the ticket's own window."""
    return _outside_validity(case) if case.clock_trusted else None


def wrong_type(case: Case) -> Answer | None:
    """A price type that this door does not take; our codes do not say theirs."""
    if case.door.takes(case.ticket.price_type):
        return None
    if not case.listed and case.ticket.price_type is None:
        return _unverified(case)
    return Answer.WRONG_TYPE


def unpaid(case: Case) -> Answer | None:
    """Money is due, and nobody may or does accept that."""
    if case.ticket.due <= 0 or case.ticket.pays_later:
        return None
    accepted = case.door.unpaid == "ask" and Answer.UNPAID in case.scan.accept
    return None if accepted else Answer.UNPAID


def rule(case: Case) -> Answer | None:
    """The door's rule is not met."""
    return None if case.finding.result else Answer.RULE


def used(case: Case) -> Answer | None:
    """Nobody is left to come in, or fewer than asked."""
    left = case.left
    if left is None or case.count <= left:
        return None
    if left > 0:
        return Answer.PARTY_FULL
    return Answer.USED_UP if case.ticket.allowance.is_pass else Answer.ALREADY_ADMITTED


def being_checked(case: Case) -> Answer | None:
    """Another door is admitting it this moment."""
    return Answer.BEING_CHECKED if case.scan.claimed_by is not None else None


def opening(case: Case) -> Answer | None:
    """Before the door opens, or after it has closed for latecomers."""
    return _outside_opening(case) if case.clock_trusted else None


def wrong_door(case: Case) -> Answer | None:
    """Its seat is reached elsewhere; or doors are strict, and this is not its home."""
    if not_home(case):
        return Answer.WRONG_DOOR
    doors = case.ticket.doors
    if doors and case.door.name not in doors and not case.door.takes_all:
        return Answer.WRONG_DOOR
    return None


def late_hold(case: Case) -> Answer | None:
    """Latecomers wait; a hold does not end by itself on a clock nobody trusts."""
    door, scan = case.door, case.scan
    over = case.clock_trusted and door.hold_until is not None and scan.at >= door.hold_until
    if not door.late_hold or over or Answer.LATE_HOLD in scan.accept:
        return None
    return Answer.LATE_HOLD


def questions(case: Case) -> Answer | None:
    """Something is still to be asked, and this screen can ask it."""
    return Answer.QUESTIONS if case.scan.asks and case.asked.open else None


def not_home(case: Case) -> bool:
    """Whether strictness sends this guest to the home door."""
    home = case.home_door
    return case.door.strict and home is not None and home != case.door.name


def _unverified(case: Case) -> Answer | None:
    return None if Answer.UNVERIFIED in case.scan.accept else Answer.UNVERIFIED


def _outside_validity(case: Case) -> Answer | None:
    """Every window includes its first moment and excludes its last."""
    ticket, now = case.ticket, case.scan.at
    if ticket.valid_from is not None and now < ticket.valid_from:
        return Answer.NOT_YET_VALID
    if ticket.valid_until is not None and now >= ticket.valid_until:
        return Answer.EXPIRED
    return None


def _outside_opening(case: Case) -> Answer | None:
    opens, closes, now = case.opens, case.door.closes, case.scan.at
    if opens is not None and now < opens:
        return Answer.NOT_OPEN_YET
    if closes is not None and now >= closes:
        return Answer.CLOSED
    return None


# Each with whether it binds people who leave.
_CHECKS: tuple[tuple[Check, bool], ...] = (
    (revoked, True),
    (denied, True),
    (another_owner, True),
    (replaced, True),
    (ended, True),
    (blocked, True),
    (unconfirmed, True),
    (performance_cancelled, True),
    (wrong_performance, True),
    (validity, False),
    (wrong_type, True),
    (unpaid, True),
    (rule, False),
    (used, False),
    (being_checked, False),
    (opening, False),
    (wrong_door, False),
    (late_hold, False),
    (questions, False),
)
BEYOND_ALL = len(_CHECKS)
FIRST_OF_THE_TICKET = next(n for n, (check, _) in enumerate(_CHECKS) if check is replaced)
