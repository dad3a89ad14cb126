"""From the checks of one ticket to the answer, the record and what the usher sees."""

from dataclasses import replace

from boxoffice.answers import Answer
from boxoffice.cases import Case
from boxoffice.checks import FIRST_OF_THE_TICKET, Failure, clock_waived, failures, not_home
from boxoffice.movements import Movement
from boxoffice.scans import Scan, Undo
from boxoffice.verdicts import Record, Verdict

_NOTE_ORDER = ("order", "price_level", "price_type")


def decide(case: Case) -> Verdict:
    """Judge one ticket; the supervisor's override, if any, lifts whatever fails."""
    failed = failures(case)
    if not failed:
        return _passes(case)
    answers = tuple(dict.fromkeys(failure.answer for failure in failed))
    if case.scan.overridden:
        return replace(_passes(case, overrode=answers), failed=answers)
    return replace(_refused(case, failed[0]), failed=answers)


def written(record: Record, scan: Scan | Undo) -> Record | None:
    """Give the event to append; a simulation leaves no trace."""
    return None if scan.simulate else record


def _passes(case: Case, overrode: tuple[Answer, ...] = ()) -> Verdict:
    return _recorded(case, _good(case, overridden=bool(overrode)), overrode)


def _good(case: Case, *, overridden: bool) -> Answer:
    if case.leaving:
        return Answer.EXIT_OK if case.trail.inside > 0 else Answer.NOT_INSIDE
    if overridden:
        return Answer.ADMIT
    if not case.listed and (
        case.presented is None or case.presented.seat_owner != "signer"
    ):
        return Answer.ADMIT_UNVERIFIED
    if case.returning:
        return Answer.RE_ADMIT
    return Answer.ADMIT


def _refused(case: Case, failure: Failure) -> Verdict:
    inside = case.trail.inside
    if case.leaving and failure.place >= FIRST_OF_THE_TICKET and inside > 0:
        # A person who leaves has left, whatever became of the ticket.
        verdict = _recorded(case, failure.answer)
    else:
        verdict = replace(
            _shown(case, failure.answer),
            record=written("scan.refused", case.scan),
            inside=inside,
        )
    return _explained(case, verdict)


def _recorded(case: Case, answer: Answer, overrode: tuple[Answer, ...] = ()) -> Verdict:
    """Let people through: the movement, and what is true once it has happened."""
    movement = _movement(case, answer)
    trail = replace(case.trail, movements=(*case.trail.movements, movement))
    left = None if case.leaving else trail.left(case.door.reentry)
    return replace(
        _shown(case, answer),
        record=written(movement.kind, case.scan),
        movement=None if case.scan.simulate else movement,
        count=movement.count,
        marks=_marks(case, overridden=bool(overrode)),
        inside=trail.inside,
        overrode=overrode,
        left=None if left is None else max(0, left),
        answers=None if case.leaving else dict(case.asked.answers) or None,
        settled=() if case.leaving else case.asked.settled,
    )


def _movement(case: Case, answer: Answer) -> Movement:
    scan, leaving = case.scan, case.leaving
    return Movement(
        id=scan.id,
        ticket=case.ticket.id,
        kind="exit" if leaving else "admission",
        at=scan.at,
        device=scan.device,
        verdict=answer,
        after=case.trail.last,
        door=case.door.name,
        space=case.door.space,
        count=min(case.count, case.trail.inside) if leaving else case.count,
        issue=case.issue,
    )


def _marks(case: Case, *, overridden: bool) -> tuple[str, ...]:
    """Say what was unusual, sorted. Source: vectors/README-admission.md, judge: out."""
    marks = {
        "alone": case.scan.link == "alone",
        "clock": clock_waived(case),
        "newer_issue": case.listed and (case.issue or 0) > case.ticket.issue,
        "override": overridden,
        "unlisted": not case.listed,
        "unpaid": not case.leaving and case.ticket.due > 0,
    }
    return tuple(sorted(mark for mark, so in marks.items() if so))


def _shown(case: Case, answer: Answer) -> Verdict:
    """What is shown of any ticket that was judged."""
    notes = sorted(case.ticket.notes, key=lambda note: _NOTE_ORDER.index(note.about))
    return Verdict(
        answer,
        ticket=case.ticket.id,
        of=case.ticket.admits,
        attention=case.checked or any(note.attention for note in notes),
        notes=tuple(note.text for note in notes),
    )


def _explained(case: Case, verdict: Verdict) -> Verdict:
    """Add what the usher has to know about this refusal."""
    match verdict.answer:
        case Answer.UNPAID:
            asks = case.door.unpaid == "ask"
            return replace(verdict, due=case.ticket.due, may_admit=asks)
        case Answer.UNVERIFIED:
            return replace(verdict, may_admit=True)
        case Answer.LATE_HOLD:
            return replace(verdict, may_admit=True, hold_until=case.door.hold_until)
        case Answer.NOT_YET_VALID:
            return replace(verdict, valid_from=case.ticket.valid_from)
        case Answer.EXPIRED:
            return replace(verdict, valid_until=case.ticket.valid_until)
        case Answer.RULE:
            return replace(verdict, why=case.finding.why)
        case Answer.ALREADY_ADMITTED | Answer.USED_UP:
            return _since(case, _left(case, verdict))
        case Answer.PARTY_FULL:
            return _left(case, verdict)
        case Answer.BEING_CHECKED:
            return replace(verdict, since_door=case.scan.claimed_by)
        case Answer.NOT_OPEN_YET:
            return replace(verdict, opens=case.opens)
        case Answer.WRONG_DOOR:
            home = (case.home_door or "",)
            return replace(verdict, go_to=home if not_home(case) else case.ticket.doors)
        case Answer.QUESTIONS:
            return replace(verdict, ask=case.asked.open)
    return verdict


def _left(case: Case, verdict: Verdict) -> Verdict:
    return replace(verdict, left=max(0, case.left or 0))


def _since(case: Case, verdict: Verdict) -> Verdict:
    if not case.trail.admissions:
        return verdict
    last = case.trail.admissions[-1]
    return replace(verdict, since=last.at, since_door=last.door)
