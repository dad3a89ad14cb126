"""From a text to a verdict: read, judge, ask the ledger, write, and only then show.

Source: checkin.md, sync.md §5.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.orm import Session

from boxoffice import admission, failpoints, ids, wire
from boxoffice.answers import Answer
from boxoffice.bad_input import BadInput
from boxoffice.door_facts import Facts, Ticket
from boxoffice.scans import Override, Scan, Undo
from boxoffice.verdicts import Verdict
from kiosk import claims, documents, door_facts, door_records, log, sync, verdicts
from kiosk.device import Device
from kiosk.door_facts import Known, Post
from kiosk.line import LineDown, NotUnderstood
from kiosk.shown import Class, Counters, LinkShown, Shown
from kiosk.store.tables import StateRow
from kiosk.store.writer import StoreBroken, StoreClosed

Mode = Literal["entry", "exit"]
# Not even a supervisor makes a ticket of these, unless it is listed here.
_NEVER_LIFTED = frozenset({Answer.UNKNOWN, Answer.FORGED, Answer.REVOKED})
_words = structlog.get_logger()


def scan(
    device: Device,
    scan: str,
    text: str | None,
    *,
    source: str = "",
    mode: Mode | None = None,
    ticket: str | None = None,
    count: int | None = None,
    accept: Sequence[str] = (),
    answers: Mapping[str, object] | None = None,
    override: Override | None = None,
) -> Shown:
    """Decide one scan and record what it means; the same scan id gets the same answer.

    text: what was read; None when the usher picked `ticket` from the search. mode: None
    for the door's present mode. accept: UNPAID, UNVERIFIED, LATE_HOLD accepted by a touch.
    override: a supervisor's, whose PIN was right.
    """
    added = verdicts.Added(
        ticket=ticket,
        count=count,
        accept=frozenset(Answer(word) for word in accept if word in verdicts.ACCEPTABLE),
        answers=dict(answers or {}),
        override=override,
    )
    try:
        shown = _decide(device, scan, text, mode or _mode(device), added)
    except (StoreBroken, StoreClosed, BadInput):
        # Our own trouble, or facts that cannot be true, never look like a bad ticket.
        shown = _cannot_check(device, scan, "CANNOT_CHECK", mode or "entry")
    failpoints.reached("door: written, not yet shown")
    _words.info("scan", scan=scan, answer=shown.answer, source=source, link=shown.link)
    return device.board.show(shown, text)


def again(
    device: Device,
    shown: int,
    *,
    ticket: str | None = None,
    count: int | None = None,
    accept: Sequence[str] = (),
    answers: Mapping[str, object] | None = None,
    override: Override | None = None,
) -> Shown | None:
    """Scan the code of a shown verdict again, with what the usher has added to it.

    None when that verdict is no longer in memory.
    """
    before = device.board.find(shown)
    if before is None:
        return None
    first, text = before
    # Each ticket chosen from one code is a scan of its own, the same one in a retry.
    id = f"{first.scan}/{ticket}" if ticket and text is not None else first.scan
    return scan(
        device,
        id,
        text,
        mode=first.mode,
        # Whoever was picked by name is meant again.
        ticket=ticket or (None if text is not None else first.ticket),
        count=count,
        accept=accept,
        answers=answers,
        override=override,
    )


def undo(
    device: Device, scan: str, *, reason: str = "", override: Override | None = None
) -> Shown:
    """Take back an admission made here: 10 s at a touch, 15 min with a reason.

    override: a supervisor's, at any time.
    """
    try:
        shown = device.store.write(_undo, device, scan, reason, override)
    except (StoreBroken, StoreClosed):
        shown = _cannot_check(device, scan, "CANNOT_CHECK", "entry")
    return device.board.show(shown, None)


def fewer(device: Device, shown: int, count: int, *, reason: str) -> Shown | None:
    """Take a party's admission back and let in as many as are here.

    None when that verdict is no longer in memory.
    """
    kept = device.board.find(shown)
    if kept is None:
        return None
    before, text = kept
    undone = undo(device, before.scan, reason=reason)
    if undone.answer != Answer.UNDONE:
        return undone
    try:
        # The ledger must hear of it first, or it refuses what it still takes for inside.
        sync.everything(device)
    except (LineDown, NotUnderstood, wire.Malformed):
        _words.info("fewer, on our own", scan=before.scan)
    return scan(device, device.new_id(), text, ticket=before.ticket, count=count)


def found(device: Device, shown: int) -> Shown | None:
    """Find a verdict that is still in memory."""
    kept = device.board.find(shown)
    return kept[0] if kept else None


def text_of(device: Device, shown: int) -> str | None:
    """Give the text that a verdict was about: for this door's own screen, never kept."""
    kept = device.board.find(shown)
    return kept[1] if kept else None


def last(
    device: Device,
    after: int = 0,
    wait_s: float = 0.0,
    unless: Callable[[], bool] = lambda: False,
) -> Shown | None:
    """Give the newest verdict with an id above `after`, waiting for one if asked to.

    unless: ends the wait early (see Board.last).
    """
    return device.board.last(after, wait_s, unless)


def recent(device: Device, most: int = 20) -> list[Shown]:
    """Give the newest verdicts, newest first, for the list with its undo buttons."""
    return device.board.recent(most)


def set_mode(device: Device, mode: Mode) -> None:
    """Turn the door to entry or exit, until it is turned again."""
    device.store.write(_set_mode, mode)


def mode(device: Device) -> Mode:
    """Say which way this door counts now."""
    return _mode(device)


def counters(device: Device) -> Counters | None:
    """Give the header's figures; None while the door has no performance."""
    return verdicts.counters(device)


def link(device: Device) -> LinkShown:
    """Give what the link badge needs."""
    with device.store.read() as session:
        here = door_facts.post(session, device)
        unsent = log.unsent(session)
        oldest = log.oldest_unsent_ms(session)
    strict = bool(here and here.settings.fields.get("strict"))
    homes = here.evening.home_doors if here else {}
    name = here.settings.name if here else ""
    state = device.line.link
    return LinkShown(
        up=state.up,
        since_ms=state.since_ms,
        unsent=unsent,
        strict=strict,
        home_sections=tuple(section for section, home in homes.items() if home == name),
        oldest_unsent_ms=oldest,
    )


def _decide(
    device: Device, scan: str, text: str | None, mode: Mode, added: verdicts.Added
) -> Shown:
    with device.store.read() as session:
        recorded = door_records.recorded(session, scan)
        here = door_facts.post(session, device)
        if recorded is not None:
            return verdicts.repeated(recorded)
        if here is None:
            return _cannot_check(device, scan, "NOT_SET_UP", mode)
        known = door_facts.gather(session, device, here, text, ticket=added.ticket)
    if not known.heard:
        return _cannot_check(device, scan, "CANNOT_CHECK", mode, here=here)
    asked = added.scan(device, _event_id(device, scan), mode)
    verdict = admission.judge(known.presented, known.facts, replace(asked, link="alone"))
    if verdict.worth_claiming and verdict.ticket is not None:
        shown = _claim(device, scan, text, here, known, asked, verdict)
        # Two scans of one ticket shared a claim: the slower one sees what the other did.
        return shown or _decide(device, scan, text, mode, added)
    link: Literal["ledger", "alone"] = "ledger" if device.up else "alone"
    if link == "ledger":
        # The ledger is there and was not asked about this ticket: nothing was denied.
        heard = replace(asked, link="hub")
        verdict = admission.judge(known.presented, known.facts, heard)
    shown = verdicts.shown(device, scan, here, known, asked, verdict, link=link)
    written = device.store.write(
        door_records.record,
        device,
        scan,
        text,
        here,
        known,
        asked,
        verdict,
        link=link,
        shown=shown,
    )
    assert written is not None, "a scan that claims nothing has an id of its own"
    return written


def _claim(
    device: Device,
    scan: str,
    text: str | None,
    here: Post,
    known: Known,
    asked: Scan,
    alone: Verdict,
) -> Shown | None:
    """A good ticket: whoever claims it first admits. Source: sync.md §5, GREEN and RED."""
    assert alone.ticket is not None
    ticket, space = alone.ticket, known.facts.door.space
    claim = device.store.write(claims.save, ticket, space, asked.id)
    failpoints.reached("door: claim saved")
    asked = replace(asked, id=claim)
    answer = claims.ask(device, _claim_body(here, known, asked, alone, ticket, text))
    given_back = answer is None
    link: Literal["ledger", "alone"] = "alone" if answer is None else "ledger"
    match answer:
        case None:
            verdict = admission.judge(
                known.presented, known.facts, replace(asked, link="alone")
            )
        case claims.Granted():
            with device.store.read() as session:
                unheard = door_facts.unheard(session, ticket)
            verdict = _granted(known, here, asked, answer, unheard=unheard)
            given_back = not verdict.admit
        case claims.Denied():
            verdict = _denied(known, asked, answer, ticket)
            if asked.overridden:
                verdict = _overridden(known, asked, verdict)
    return device.store.write(
        door_records.record,
        device,
        scan,
        text,
        here,
        known,
        asked,
        verdict,
        link=link,
        claimed=ticket,
        given_back=given_back,
        shown=verdicts.shown(device, scan, here, known, asked, verdict, link=link),
    )


def _claim_body(
    here: Post,
    known: Known,
    asked: Scan,
    verdict: Verdict,
    ticket: str,
    text: str | None,
) -> dict[str, Any]:
    listed = known.own.get(ticket)
    body: dict[str, Any] = {
        "claim": asked.id,
        "kind": "admission",
        "ticket": ticket,
        "issue": _issue(known, ticket),
        "performance": door_records.performance_of(known, here, ticket),
        "space": known.facts.door.space,
        "count": verdict.count or asked.count or 1,
        "door": known.facts.door.name,
    }
    if listed is None and text is not None:
        body["payload"] = text
    if here.opened_ms is not None:
        body["opened_ms"] = here.opened_ms
    return body


def _granted(
    known: Known, here: Post, asked: Scan, answer: claims.Granted, *, unheard: bool
) -> Verdict:
    """The ledger lets us admit: its facts were judged by the same rule.

    unheard: it has yet to hear what this very door did with the ticket: we know better.
    """
    facts = known.facts
    presented = known.presented
    if known.code is not None and facts.ticket(known.code.ticket) is None:
        if answer.unseen:
            # A sale that the ledger has not seen either; it stays unlisted.
            asked = replace(asked, link="hub")
        else:
            doors = presented.doors if presented else ()
            evening = presented.performance if presented else None
            vouched: Ticket = door_facts.listed(
                known.code, evening or here.evening.id, doors
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


def _denied(known: Known, asked: Scan, answer: claims.Denied, ticket: str) -> Verdict:
    """Somebody was quicker, or the ledger knows better: show its reason."""
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
    ours = admission.judge(known.presented, known.facts, asked)
    word = verdicts.word(answer.refused)
    if ours.answer is word:
        return ours
    since = door_facts.maybe(answer.at_ms)
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


def _overridden(known: Known, asked: Scan, refused: Verdict) -> Verdict:
    """A supervisor lets in what the ledger refused, unless nobody can: checkin.md §6."""
    if refused.answer in _NEVER_LIFTED and not known.own:
        return refused
    verdict = admission.judge(known.presented, known.facts, asked)
    if not verdict.admit or verdict.overrode:
        return verdict
    # It was good by what is known here; the supervisor lifted what the ledger said.
    return replace(
        verdict,
        overrode=(refused.answer,),
        marks=tuple(sorted({*(verdict.marks or ()), "override"})),
    )


def _undo(
    session: Session, device: Device, scan: str, reason: str, override: Override | None
) -> Shown:
    row = door_records.recorded(session, scan)
    here = door_facts.post(session, device)
    if here is None:
        return _cannot_check(device, scan, "NOT_SET_UP", "entry")
    facts = Facts(
        zone=ZoneInfo(here.evening.zone),
        door=door_facts.door_of(here),
        movements=[door_facts.own_movement(device, row)] if row else [],
    )
    verdict = admission.undo(
        facts,
        Undo(
            undoes=row.event_id if row else None,
            at=door_facts.moment(device.clock.now_ms()),
            device=device.me.device,
            reason=reason,
            override=override,
        ),
    )
    if verdict.answer is Answer.UNDONE and not verdict.repeat and row is not None:
        row.undone = True
        why = f"{override.reason} ({override.by})" if override else reason
        body = {"admission": row.event_id, "why": why}
        log.append(session, device.clock, device.new_id(), "admission.undone", body)
    before = verdicts.repeated(row) if row else None
    return replace(
        before or _cannot_check(device, scan, "UNDO_REFUSED", "entry", here=here),
        id=0,
        answer=verdict.answer.value,
        shape=Class.ASK,
        admit=False,
        at_ms=device.clock.now_ms(),
        repeat=False,
        undo_until_ms=None,
        why=tuple({"what": r.what, "op": r.op} for r in verdict.why or ()),
    )


def _cannot_check(
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


def _mode(device: Device) -> Mode:
    with device.store.read() as session:
        row = documents.first_row(session, "SELECT door_mode FROM state", ())
    return "exit" if row is not None and row[0] == "exit" else "entry"


def _set_mode(session: Session, mode: Mode) -> None:
    session.get_one(StateRow, 1).door_mode = mode
