"""The door's use cases: scan, scan again, undo, and what its screen shows.

Source: checkin.md.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.orm import Session

from boxoffice import admission, failpoints, staff_codes, wire
from boxoffice.answers import Answer
from boxoffice.bad_input import BadInput
from boxoffice.door_facts import Facts
from boxoffice.scans import Override, Undo
from kiosk import door_facts, door_movements, door_records, log, pins, sync, verdicts
from kiosk.decisions import cannot_check, decide
from kiosk.device import Device
from kiosk.outcomes import LineDown, NotUnderstood
from kiosk.shown.door import Class, Counters, LinkShown, Mode, Shown
from kiosk.store.tables.device import StateRow
from kiosk.store.writer import StoreBroken, StoreClosed

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
    if text is not None:
        # Half a character, as a broken reader may send, can neither be hashed nor kept.
        text = text.encode("utf-8", "replace").decode()
        if staff_codes.is_one(text):
            return device.board.show(_of_staff(device, scan, text, mode), text)
    added = verdicts.Added(
        ticket=ticket,
        count=count,
        accept=frozenset(Answer(word) for word in accept if word in verdicts.ACCEPTABLE),
        answers=dict(answers or {}),
        override=override,
    )
    try:
        shown = decide(device, scan, text, mode, added)
    except (StoreBroken, StoreClosed, BadInput):
        # Our own trouble, or facts that cannot be true, never look like a bad ticket.
        shown = cannot_check(device, scan, "CANNOT_CHECK", mode or "entry")
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


def look_again(device: Device, shown: int) -> Shown | None:
    """Judge a shown verdict's scan again; show and give the new one if it differs."""
    before = device.board.find(shown)
    if before is None:
        return None
    first, text = before
    if text is not None and staff_codes.is_one(text):
        return None
    chosen = text is None or first.scan.endswith(f"/{first.ticket}")
    added = verdicts.Added(ticket=first.ticket if chosen else None)
    try:
        now = decide(device, first.scan, text, first.mode, added)
    except (StoreBroken, StoreClosed, BadInput):
        return None
    if now.answer == first.answer:
        return None
    _words.info("scan, looked at again", scan=first.scan, answer=now.answer)
    return device.board.show(now, text)


def undo(
    device: Device, scan: str, *, reason: str = "", override: Override | None = None
) -> Shown:
    """Take back an admission made here: 10 s at a touch, 15 min with a reason.

    override: a supervisor's, at any time.
    """
    try:
        shown = device.store.write(_undo, device, scan, reason, override)
    except (StoreBroken, StoreClosed):
        shown = cannot_check(device, scan, "CANNOT_CHECK", "entry")
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


def guest(device: Device, shown: Shown) -> str:
    """Say whose ticket a verdict is about, where the house shows names; else nothing.

    From memory, never kept with the verdict. Source: checkin.md §7, sync.md §9.
    """
    name = device.names.get(shown.ticket, "")
    if not name:
        return ""
    with device.store.read() as session:
        here = door_facts.post(session, device)
    return name if here and here.settings.fields.get("names") else ""


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
    with device.store.read() as session:
        return door_facts.mode(session)


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


def _of_staff(device: Device, scan: str, text: str, mode: Mode | None) -> Shown:
    """Say whose staff code was shown. It is no ticket: nothing is judged or written."""
    who = pins.owner(device, text)
    member = next((one for one in pins.people(device) if one.id == who), None)
    if member is None:
        _words.warning("staff code of nobody")
    return replace(
        cannot_check(device, scan, "STAFF_CODE", mode or "entry"),
        shape=Class.ASK if member else Class.NO,
        staff=member.id if member else "",
        staff_name=member.name if member else "",
    )


def _undo(
    session: Session, device: Device, scan: str, reason: str, override: Override | None
) -> Shown:
    row = door_records.recorded(session, scan)
    here = door_facts.post(session, device)
    if here is None:
        return cannot_check(device, scan, "NOT_SET_UP", "entry")
    facts = Facts(
        zone=ZoneInfo(here.evening.zone),
        door=door_facts.door_of(here),
        movements=[door_movements.own_movement(device, row)] if row else [],
    )
    verdict = admission.undo(
        facts,
        Undo(
            undoes=row.event_id if row else None,
            at=door_movements.moment(device.clock.now_ms()),
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
        before or cannot_check(device, scan, "UNDO_REFUSED", "entry", here=here),
        id=0,
        answer=verdict.answer.value,
        shape=Class.ASK,
        admit=False,
        at_ms=device.clock.now_ms(),
        repeat=False,
        undo_until_ms=None,
        why=tuple({"what": r.what, "op": r.op} for r in verdict.why or ()),
    )


def _set_mode(session: Session, mode: Mode) -> None:
    session.get_one(StateRow, 1).door_mode = mode
