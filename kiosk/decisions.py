"""One scan decided: judged here, claimed at the ledger while it answers, then written.

Source: checkin.md, sync.md §5.
"""

from dataclasses import replace
from typing import Any, Literal

from boxoffice import admission, failpoints, ids
from boxoffice.answers import Answer
from boxoffice.door_facts import Ticket
from boxoffice.verdicts import Verdict
from kiosk import claims, door_facts, door_movements, door_records, verdicts
from kiosk.device import Device
from kiosk.door_facts import Known, Post
from kiosk.judged import Judged
from kiosk.shown.door import Class, Mode, Shown

# Not even a supervisor makes a ticket of these, unless it is listed here.
_NEVER_LIFTED = frozenset({Answer.UNKNOWN, Answer.FORGED, Answer.REVOKED})


def decide(
    device: Device, scan: str, text: str | None, mode: Mode | None, added: verdicts.Added
) -> Shown:
    """Decide one scan. mode: None for the door's present one."""
    with device.store.read() as session:
        mode = mode or door_facts.mode(session)
        recorded = door_records.recorded(session, scan)
        here = door_facts.post(session, device)
        if recorded is not None:
            return verdicts.repeated(recorded)
        if here is None:
            return cannot_check(device, scan, "NOT_SET_UP", mode)
        known = door_facts.gather(session, device, here, text, ticket=added.ticket)
    if not known.heard:
        return cannot_check(device, scan, "CANNOT_CHECK", mode, here=here)
    asked = added.scan(device, _event_id(device, scan), mode)
    # Who answers says nothing about a listed ticket, but for a mark: what is expected now
    # need not be judged again. A code that is not listed is doubted on our own alone.
    listed = known.code is not None and known.code.ticket in known.own
    expected: Literal["ledger", "alone"] = "ledger" if device.up and listed else "alone"
    asked = replace(asked, link=expected)
    verdict = admission.judge(known.presented, known.facts, asked)
    judged = Judged(scan, text, here, known, asked, verdict)
    if verdict.ticket is not None and _asks_first(device, verdict):
        shown = None
        if not claims.answerable(device):
            shown = _alone(device, judged)
        if shown is None:
            shown = _claim(device, judged)
        # Two scans of one ticket shared a claim: the slower one sees what the other did.
        return shown or decide(device, scan, text, mode, added)
    link: Literal["ledger", "alone"] = "ledger" if device.up else "alone"
    # The ledger may be there and was not asked about this ticket: nothing was denied.
    judged = judged.again(link="hub" if link == "ledger" and not listed else link)
    shown = verdicts.shown(device, judged, link=link)
    written = device.store.write_together(
        door_records.record, device, judged, link=link, shown=shown
    )
    return written or decide(device, scan, text, mode, added)


def _asks_first(device: Device, verdict: Verdict) -> bool:
    """Whether to claim: also where only our copy of the seat speaks against the ticket.

    The ledger knows who owned a seat before; our copy of it may be a moment old.
    """
    doubted = device.up and verdict.answer is Answer.UNVERIFIED
    return verdict.worth_claiming or doubted


def _alone(device: Device, judged: Judged) -> Shown | None:
    """Nobody answers: this door decides. Source: sync.md §5, RED.

    None: another scan of the ticket is under way, or was quicker.
    """
    judged = judged.again(link="alone")
    return device.store.write_together(
        door_records.record_alone,
        *(device, judged),
        shown=verdicts.shown(device, judged, link="alone"),
    )


def _claim(device: Device, first: Judged) -> Shown | None:
    """A good ticket: whoever claims it first admits. Source: sync.md §5, GREEN and RED."""
    ticket, space = first.verdict.ticket, first.known.facts.door.space
    assert ticket is not None
    claim = device.store.write_together(claims.save, ticket, space, first.asked.id)
    failpoints.reached("door: claim saved")
    judged = first.again(id=claim, link="ledger")
    answer = claims.ask(device, _claim_body(replace(first, asked=judged.asked), ticket))
    given_back = answer is None
    link: Literal["ledger", "alone"] = "alone" if answer is None else "ledger"
    match answer:
        case None:
            judged = first.again(id=claim, link="alone")
            verdict = judged.verdict
        case claims.Granted():
            with device.store.read() as session:
                unheard = door_facts.unheard(session, ticket)
            verdict = _granted(judged, answer, unheard=unheard)
            given_back = not verdict.admit
        case claims.Denied():
            verdict = _denied(judged, answer, ticket)
            if judged.asked.overridden:
                verdict = _overridden(judged, verdict)
    judged = replace(judged, verdict=verdict)
    return device.store.write_together(
        door_records.record,
        *(device, judged),
        link=link,
        claimed=ticket,
        given_back=given_back,
        shown=verdicts.shown(device, judged, link=link),
    )


def _claim_body(judged: Judged, ticket: str) -> dict[str, Any]:
    known, here, asked = judged.known, judged.here, judged.asked
    body: dict[str, Any] = {
        "claim": asked.id,
        "kind": "admission",
        "ticket": ticket,
        "issue": _issue(known, ticket),
        "performance": judged.performance,
        "space": known.facts.door.space,
        "count": judged.verdict.count or asked.count or 1,
        "door": known.facts.door.name,
    }
    if judged.listed is None and judged.text is not None:
        body["payload"] = judged.text
    if here.opened_ms is not None:
        body["opened_ms"] = here.opened_ms
    return body


def _granted(judged: Judged, answer: claims.Granted, *, unheard: bool) -> Verdict:
    """The ledger lets us admit: its facts were judged by the same rule.

    unheard: it has yet to hear what this very door did with the ticket: we know better.
    """
    known, asked, verdict = judged.known, judged.asked, judged.verdict
    presented, facts = known.presented, known.facts
    if known.code is not None and facts.ticket(known.code.ticket) is None:
        if answer.unseen:
            # A sale that the ledger has not seen either: it stays unlisted, and the
            # ledger vouches that the seat is or was the signer's.
            asked = replace(asked, link="hub")
            presented = presented and replace(presented, seat_owner="signer")
        else:
            doors = presented.doors if presented else ()
            evening = presented.performance if presented else None
            vouched: Ticket = door_facts.listed(
                known.code, evening or judged.here.evening.id, doors
            )
            facts = replace(facts, tickets=[*facts.tickets, vouched])
        verdict = admission.judge(presented, facts, asked)
    if unheard:
        return verdict
    if not verdict.admit:
        # An exit that we have not heard of, for instance: the ledger has.
        verdict = admission.judge(presented, replace(facts, movements=[]), asked)
    if verdict.movement is not None:
        moved = replace(verdict.movement, after=answer.after)
        verdict = replace(verdict, movement=moved)
    return verdict


def _denied(judged: Judged, answer: claims.Denied, ticket: str) -> Verdict:
    """Somebody was quicker, or the ledger knows better: show its reason."""
    known, asked, ours = judged.known, judged.asked, judged.verdict
    if answer.refused in {"BEING_CHECKED", "claimed"}:
        verdict = admission.judge(
            known.presented,
            replace(known.facts, movements=[]),
            replace(asked, claimed_by=answer.by or "?"),
        )
        if verdict.answer is Answer.BEING_CHECKED:
            return verdict
        return Verdict(
            Answer.BEING_CHECKED,
            ticket=ticket,
            record="scan.refused",
            since_door=answer.by,
        )
    word = verdicts.word(answer.refused)
    if ours.answer is word:
        return ours
    since = door_movements.maybe(answer.at_ms)
    return Verdict(
        word,
        ticket=ticket,
        record="scan.refused",
        since=since,
        since_door=answer.by or None,
        notes=ours.notes,
        of=ours.of,
        inside=ours.of if word is Answer.ALREADY_ADMITTED else ours.inside,
        may_admit=word in {Answer.UNPAID, Answer.UNVERIFIED, Answer.LATE_HOLD},
    )


def _overridden(judged: Judged, refused: Verdict) -> Verdict:
    """A supervisor lets in what the ledger refused, unless nobody can: checkin.md §6."""
    if refused.answer in _NEVER_LIFTED and not judged.known.own:
        return refused
    verdict = judged.verdict
    if not verdict.admit or verdict.overrode:
        return verdict
    # It was good by what is known here; the supervisor lifted what the ledger said.
    return replace(
        verdict,
        overrode=(refused.answer,),
        marks=tuple(sorted({*(verdict.marks or ()), "override"})),
    )


def cannot_check(
    device: Device, scan: str, answer: str, mode: Mode, *, here: Post | None = None
) -> Shown:
    return Shown(
        id=0,
        scan=scan,
        answer=answer,
        shape=Class.CANT_CHECK,
        admit=False,
        mode=mode,
        at_ms=device.clock.now_ms(),
        link="ledger" if device.up else "alone",
        zone=here.evening.zone if here else "UTC",
    )


def _event_id(device: Device, scan: str) -> str:
    """Use the scan's own id where it can be one, so that a retry cannot be a second."""
    return scan if ids.is_uuid(scan) else device.new_id()


def _issue(known: Known, ticket: str) -> int | None:
    if known.code is not None and known.code.ticket == ticket:
        return known.code.issue
    return None
