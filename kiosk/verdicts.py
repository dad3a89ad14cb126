"""Verdicts as they are shown, and as they are kept with each movement.

A verdict is shown only after it was written down. Source: checkin.md §1, lobby.md §4.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from boxoffice import figures
from boxoffice.answers import Answer
from boxoffice.scans import Override, Scan
from boxoffice.verdicts import Verdict
from kiosk import documents, door_facts, door_movements
from kiosk.device import Device
from kiosk.judged import Judged
from kiosk.plans import Plan
from kiosk.shown.door import Class, Counters, Shown
from kiosk.shown.named import SeatShown
from kiosk.store.tables.door import MovementRow

UNDO_INLINE_MS: Final = 10_000
ACCEPTABLE: Final = frozenset({"UNPAID", "UNVERIFIED", "LATE_HOLD"})

_GO: Final = frozenset({Answer.ADMIT, Answer.RE_ADMIT, Answer.EXIT_OK})
_NO: Final = frozenset(
    {
        Answer.UNKNOWN,
        Answer.FORGED,
        Answer.REVOKED,
        Answer.REPLACED,
        Answer.REFUNDED,
        Answer.CANCELLED,
        Answer.BLOCKED,
        Answer.PERFORMANCE_CANCELLED,
        Answer.WRONG_PERFORMANCE,
        Answer.EXPIRED,
    }
)


@dataclass(frozen=True)
class Added:
    """What the usher adds to a scan."""

    ticket: str | None = None
    count: int | None = None
    accept: frozenset[Answer] = frozenset()
    answers: Mapping[str, object] = field(default_factory=dict)
    override: Override | None = None

    def scan(self, device: Device, id: str, mode: Literal["entry", "exit"]) -> Scan:
        """Make the scan that the rule judges, as if the ledger answered."""
        # A clock that has leapt refuses nobody either, whoever it was learnt from.
        doubtful = device.clock.trust == "untrusted" or device.clock.leap_ms
        return Scan(
            id=id,
            at=door_movements.moment(device.clock.now_ms()),
            device=device.me.device,
            mode=mode,
            ticket=self.ticket,
            count=self.count,
            link="ledger",
            clock="untrusted" if doubtful else "trusted",
            accept=self.accept,
            answers=self.answers,
            override=self.override,
        )


def counters(device: Device) -> Counters | None:
    """Count the evening of this door, once per change and second."""
    stamp = (device.store.commits, device.clock.now_ms() // 1000)
    if device.board.stamp != stamp:
        device.board.counted, device.board.stamp = count(device), stamp
    return device.board.counted


def count(device: Device) -> Counters | None:
    """Count who is expected, inside, and came by this door."""
    now_ms = device.clock.now_ms()
    with device.store.read() as session:
        here = door_facts.post(session, device)
        if here is None:
            return None
        facts = door_facts.everything(session, device, here)
    found = figures.count(facts, door_movements.moment(now_ms))
    name = here.settings.name
    minute = sum(
        m.count
        for m in facts.movements
        if m.kind == "admission"
        and m.door == name
        and not m.undone
        and 0 <= now_ms - (door_movements.milliseconds(m.at) or 0) < 60_000
    )
    return Counters(
        door=name,
        performance=here.evening.id,
        title=here.evening.title,
        starts_ms=here.evening.starts_ms,
        zone=here.evening.zone,
        inside=found.total.inside + found.unlisted.inside,
        expected=found.total.expected,
        this_door=found.by_door.get(name, 0),
        last_minute=minute,
        at_least=not device.up,
        clock=device.clock.trust,
        opened=here.opened_ms is not None,
        leap_ms=device.clock.leap_ms,
    )


def shape(verdict: Verdict) -> Class:
    """Give the class of a verdict. Source: lobby.md §4, checkin.md §4."""
    if verdict.answer is Answer.CANNOT_CHECK:
        return Class.CANT_CHECK
    if verdict.answer in _GO or verdict.answer is Answer.ADMIT_UNVERIFIED:
        flagged = verdict.attention or verdict.answer is Answer.ADMIT_UNVERIFIED
        return Class.NOTE if flagged else Class.GO
    return Class.NO if verdict.answer in _NO else Class.ASK


# Since when they are, the ledger told when it voided them.
_VOID: Final = frozenset({Answer.REPLACED, Answer.REFUNDED, Answer.CANCELLED})


def word(refused: str) -> Answer:
    """Read a verdict's word from an answer; one that we do not know is a plain no."""
    try:
        return Answer(refused)
    except ValueError:
        return Answer.UNKNOWN


def shown(device: Device, judged: Judged, *, link: Literal["ledger", "alone"]) -> Shown:
    """Give a verdict as the usher sees it, facts without words."""
    now_ms = device.clock.now_ms()
    verdict, known, here = judged.verdict, judged.known, judged.here
    listed = judged.listed or {}
    with device.store.read() as session:
        evening = documents.performance(session, judged.performance) or here.evening
        plan = documents.plan(session, evening.id)
        since_ms = door_movements.milliseconds(verdict.since)
        if since_ms is None and verdict.answer in _VOID and verdict.ticket:
            since_ms = documents.revoked_ms(session, evening.id, verdict.ticket)
    code = str(listed.get("seat") or "")
    if not code and plan and known.code and known.code.seat is not None:
        code = plan.by_number.get(known.code.seat, "")
    seat = _seat(plan, code)
    _, words = plan.section_doors(seat.section) if plan and seat else ((), "")
    # The same answer to the same scan is no news: it is silent, and leaves no event.
    old = (
        verdict.movement is None
        and device.board.answered(judged.scan) == verdict.answer.value
    )
    undoable = verdict.movement is not None and verdict.movement.kind == "admission"
    return Shown(
        id=0,
        scan=judged.scan,
        answer=verdict.answer.value,
        shape=shape(verdict),
        admit=verdict.admit,
        mode=judged.asked.mode,
        at_ms=now_ms,
        link=link,
        ticket=verdict.ticket or "",
        seat_name=str(listed.get("seat_name") or ""),
        seat=seat,
        count=verdict.count or judged.asked.count or 1,
        inside=verdict.inside,
        of=verdict.of,
        left=verdict.left,
        since_ms=since_ms,
        since_door=verdict.since_door or "",
        due=verdict.due or 0,
        currency=evening.currency,
        title=evening.title,
        starts_ms=evening.starts_ms,
        zone=here.evening.zone,
        opens_ms=door_movements.milliseconds(verdict.opens),
        hold_until_ms=door_movements.milliseconds(verdict.hold_until),
        valid_from_ms=door_movements.milliseconds(verdict.valid_from),
        valid_until_ms=door_movements.milliseconds(verdict.valid_until),
        go_to=verdict.go_to or (),
        go_to_words=words,
        notes=verdict.notes,
        why=tuple(reason.as_data(known.facts.zone) for reason in verdict.why or ()),
        candidates=verdict.candidates or (),
        marks=verdict.marks or (),
        may_admit=verdict.may_admit,
        repeat=verdict.repeat or old,
        undo_until_ms=now_ms + UNDO_INLINE_MS if undoable else None,
        ask=verdict.ask or (),
        overrode=tuple(answer.value for answer in verdict.overrode),
        left_house=verdict.movement is not None and verdict.movement.kind == "exit",
    )


def document(verdict: Shown) -> dict[str, Any]:
    """Give what is kept with a movement, so that a retry after a restart is answered."""
    seat = verdict.seat
    return {**vars(verdict), "seat": None if seat is None else vars(seat)}


def as_it_was(row: MovementRow) -> Shown:
    """Give the verdict that was shown with a movement."""
    given = dict(row.shown)
    seat = given["seat"]
    return Shown(
        **{
            **given,
            "shape": Class(given["shape"]),
            "seat": SeatShown(**seat) if seat else None,
            **{name: tuple(given.get(name, ())) for name in _TUPLES},
        }
    )


def repeated(row: MovementRow) -> Shown:
    """Give the recorded answer again; one that was undone says so and lets nobody in."""
    again = replace(as_it_was(row), repeat=True)
    if row.undone:
        return replace(
            again, answer="UNDONE", shape=Class.ASK, admit=False, undo_until_ms=None
        )
    return again


_TUPLES: Final = ("go_to", "notes", "why", "candidates", "marks", "ask", "overrode")


def _seat(plan: Plan | None, code: str) -> SeatShown | None:
    if plan is None or not code or plan.chart is None:
        return None
    return plan.names.get(code)
