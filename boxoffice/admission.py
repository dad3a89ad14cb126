"""What a door says: the only place that decides who may go in.

The ledger, a kiosk, a door that is cut off and a simulated scan all ask here. Online and
offline differ in the facts known, never in the rule: equal facts give an equal verdict
with an equal explanation. It asks no clock, no store and no network, and never raises.
"""

from dataclasses import replace
from datetime import timedelta

from boxoffice.answers import Answer
from boxoffice.cases import Case
from boxoffice.checks import BEYOND_ALL, failures
from boxoffice.decisions import decide, written
from boxoffice.door_facts import Facts, Ticket
from boxoffice.presented import Presented
from boxoffice.reasons import Reason
from boxoffice.scans import Scan, Undo
from boxoffice.verdicts import Verdict

__all__ = ["Answer", "Verdict", "judge", "undo"]

UNDO_WITHOUT_REASON = timedelta(seconds=10)
UNDO_WITH_REASON = timedelta(minutes=15)


def judge(presented: Presented | None, facts: Facts, scan: Scan) -> Verdict:
    """Say whether to let in, what to record, and what the usher needs to see.

    presented: None when nothing was read and the usher picked a ticket by name.
    The verdict's movement is to be written, with its record, before any lamp turns green.
    Source: DOR1-DOR5, 4.8, checkin.md, vectors/README-admission.md.
    """
    recorded = facts.movement(scan.id)
    if recorded is not None:
        answer = Answer.UNDONE if recorded.undone else recorded.verdict
        return Verdict(answer, ticket=recorded.ticket, repeat=True)
    unreadable = _unreadable(presented, scan)
    if unreadable is not None:
        return Verdict(unreadable, record=written("scan.refused", scan))
    candidates = _candidates(presented, facts, scan)
    if not candidates:
        return _unlisted(presented, facts, scan)
    cases = [Case(presented, facts, scan, ticket) for ticket in candidates]
    if len(cases) == 1:
        return decide(cases[0])
    fitting = [case for case in cases if _fits(case)]
    if len(fitting) > 1:
        return Verdict(
            Answer.AMBIGUOUS,
            record=written("scan.refused", scan),
            candidates=tuple(case.ticket.id for case in fitting),
        )
    return decide(fitting[0] if fitting else min(cases, key=_distance))


def undo(facts: Facts, undoing: Undo) -> Verdict:
    """Take a scan back; the row stays, marked undone, and the ticket is as before.

    facts: with the movement that is undone, whatever ticket it is of.
    Source: checkin.md 6, vectors/README-admission.md, undo.
    """
    movement = facts.movement(undoing.undoes)
    if movement is None:
        return _undo_refused("UNKNOWN_SCAN", undoing)
    if movement.undone:
        return Verdict(Answer.UNDONE, ticket=movement.ticket, repeat=True)
    since = undoing.at - movement.at
    if not undoing.overridden:
        if undoing.device != movement.device:
            return _undo_refused("OTHER_DEVICE", undoing)
        if since > UNDO_WITH_REASON:
            return _undo_refused("TOO_LATE", undoing)
        if since > UNDO_WITHOUT_REASON and not (undoing.reason or "").strip():
            return _undo_refused("REASON_NEEDED", undoing)
    return Verdict(
        Answer.UNDONE,
        ticket=movement.ticket,
        record=written("admission.undone", undoing),
        movement=None if undoing.simulate else replace(movement, undone=True),
    )


def _unreadable(presented: Presented | None, scan: Scan) -> Answer | None:
    """Answer for a text that is no ticket, or cannot be told to be one."""
    match presented.form if presented else None:
        case "malformed":
            return Answer.UNKNOWN
        case "other" | "unknown_key":
            return _cannot_say(scan)
        case "bad_signature":
            return Answer.FORGED
    return None


def _cannot_say(scan: Scan) -> Answer:
    """On our own only others could tell; asked, they did not know it."""
    return Answer.CANNOT_CHECK if scan.link == "alone" else Answer.UNKNOWN


def _candidates(presented: Presented | None, facts: Facts, scan: Scan) -> list[Ticket]:
    """Give the listed tickets that are meant, in the order of the list."""
    if scan.ticket is not None:
        return [ticket for ticket in facts.tickets if ticket.id == scan.ticket][:1]
    codes = presented.tickets if presented else ()
    meant = [ticket for ticket in facts.tickets if ticket.id in codes]
    if not facts.door.addons:
        return meant
    ids = {ticket.id for ticket in meant}
    return [ticket for ticket in facts.tickets if ticket.id in ids or ticket.parent in ids]


def _unlisted(presented: Presented | None, facts: Facts, scan: Scan) -> Verdict:
    """Judge a genuine code by what it says; nothing else stands without a ticket."""
    form = presented.form if presented else None
    genuine = presented if presented and form == "valid" and presented.tickets else None
    # If the code's own ticket is listed, the usher chose one that is not there.
    if genuine and facts.ticket(genuine.tickets[0]) is None:
        return decide(Case(genuine, facts, scan, _as_it_says(genuine), listed=False))
    answer = Answer.UNKNOWN
    if form == "revoked":
        answer = Answer.REVOKED
    elif form == "foreign":
        answer = _cannot_say(scan)
    return Verdict(answer, record=written("scan.refused", scan))


def _as_it_says(presented: Presented) -> Ticket:
    """Make a ticket of a genuine code: active and paid."""
    return Ticket(
        id=presented.tickets[0],
        performance=presented.performance,
        issue=presented.issue or 0,
        valid_from=presented.valid_from,
        valid_until=presented.valid_until,
        price_type=presented.price_type,
        price_level=presented.price_level,
        doors=presented.doors,
        admits=presented.people,
    )


def _fits(case: Case) -> bool:
    """Whether this ticket could go through, at most after some questions."""
    failed = failures(case)
    if failed:
        return failed[0].answer is Answer.QUESTIONS
    return not case.leaving or case.trail.inside > 0


def _distance(case: Case) -> tuple[int, int, int, timedelta]:
    """How far a ticket is from going through: of several refusals the nearest is shown."""
    failed = failures(case)
    place = failed[0].place if failed else BEYOND_ALL
    begins, now = case.begins, case.scan.at
    if begins is None:
        order = 2, timedelta()
    elif begins > now:
        order = 0, begins - now
    else:
        order = 1, now - begins
    return -place, len(failed), *order


def _undo_refused(why: str, undoing: Undo) -> Verdict:
    return Verdict(
        Answer.UNDO_REFUSED,
        record=written("scan.refused", undoing),
        why=(Reason("undo", why),),
    )
