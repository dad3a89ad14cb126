"""One door, one pickup at a time.

Before a door lets somebody in it claims the ticket: the ledger judges by its own facts,
then compares and sets. A claim is spent by the event that carries its id, or dropped by its
own device; no time-out ends it. Source: sync.md §5.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from boxoffice import admission, tickets
from boxoffice.answers import Answer
from boxoffice.door_facts import Door, Facts
from boxoffice.presented import Presented
from boxoffice.scans import Scan
from ledger import allotments, evenings, facts, rows
from ledger.allotments import Owner
from ledger.clock import Means
from ledger.prepared import Prepared
from ledger.tables.devices import KeyRow
from ledger.tables.doors import ClaimRow, PresenceRow
from ledger.tables.orders import TicketRow

# What an usher may let pass with a touch; the door has asked, and records it.
_ACCEPTED = frozenset({Answer.UNPAID, Answer.UNVERIFIED, Answer.LATE_HOLD})


@dataclass(frozen=True)
class Asked:
    """What a device claims. count: people, None if not said.

    pays: what is still owed is taken there, before paper moves.
    opened_ms: when staff opened this door, whatever its hours say.
    """

    claim: str
    device: str
    place: str
    ticket: str
    performance: str
    issue: int | None = None
    space: str = "auditorium"
    count: int | None = None
    door: str = ""
    payload: str | None = None
    pays: bool = False
    opened_ms: int | None = None


@dataclass(frozen=True)
class Granted:
    """Yes. after: the movement that the new one follows. payload: a code to print."""

    after: str | None = None
    unseen: bool = False
    payload: str | None = None
    payloads: Mapping[str, str] | None = None

    @property
    def document(self) -> dict[str, Any]:
        """The answer as it travels."""
        body: dict[str, Any] = {"granted": True, "after": self.after}
        if self.unseen:
            body["unseen"] = True
        if self.payload is not None:
            body["payload"] = self.payload
        if self.payloads is not None:
            body["payloads"] = dict(self.payloads)
        return body


@dataclass(frozen=True)
class NotGranted:
    """No. refused: a verdict or a code of a refusal. by, at_ms: who was there, and when.

    due: minor units of currency, with AMOUNT_DUE.
    """

    refused: str
    why: str = ""
    by: str | None = None
    at_ms: int | None = None
    due: int | None = None
    currency: str | None = None

    @property
    def document(self) -> dict[str, Any]:
        """The answer as it travels."""
        body = {
            "granted": False,
            "refused": self.refused,
            "why": self.why,
            "by": self.by,
            "at_ms": self.at_ms,
        }
        if self.due is not None:
            body |= {"due": self.due, "currency": self.currency}
        return body


Answered = Granted | NotGranted


def admit(session: Session, means: Means, asked: Asked) -> Answered | None:
    """Let one door admit this ticket now. None: no such performance.

    A repeat of the same claim gets the same answer and claims nothing more.
    """
    before = repeated(session, asked)
    if before is not None:
        return before
    evening = facts.evening(session, asked.performance)
    if evening is None:
        return None
    row = _TICKET.first(session, {"of": asked.ticket})
    if row is None:
        return _unseen(session, means, asked, evening)
    own = evening
    if row.performance != evening.id:
        own = facts.evening(session, row.performance)
    plan = evenings.plan_at(session, own.id, own.chart)
    door = _door(asked, evening)
    known = facts.of_ticket(session, own, plan, row, door, id=row.id)
    presence = _presence(session, asked)
    said = Presented(tickets=(row.id,), issue=asked.issue)
    verdict = _judge(means, asked, said, known, presence.claimed_by)
    if not verdict.admit:
        return _not(verdict, presence.claimed_by)
    after = verdict.movement.after if verdict.movement else None
    if verdict.repeat:
        return _told_before(known, asked.claim)
    return _claim(session, means, asked, "admission", presence.last, Granted(after))


def _door(asked: Asked, evening: Any) -> Door:
    """The door's settings, opened when its staff say so."""
    door = facts.door_of(evening, name=asked.door, space=asked.space)
    opened = None if asked.opened_ms is None else facts.moment(asked.opened_ms)
    return door if opened is None else replace(door, opens=opened)


def _judge(
    means: Means,
    asked: Asked,
    presented: Presented,
    known: Facts,
    claimed_by: str | None,
) -> admission.Verdict:
    return admission.judge(
        presented,
        known,
        Scan(
            id=asked.claim,
            at=facts.moment(means.now_ms),
            device=asked.device,
            count=asked.count,
            claimed_by=claimed_by,
            accept=_ACCEPTED,
            asks=False,
        ),
    )


def _unseen(session: Session, means: Means, asked: Asked, evening: Any) -> Answered:
    """A ticket that no log has told of: signed by a device on a seat of its own, or not."""
    reading = tickets.read(asked.payload or "", facts.keys(session))
    if isinstance(reading, tickets.Revoked):
        return NotGranted(Answer.REVOKED.value)
    if not isinstance(reading, tickets.Valid) or reading.code.ticket != asked.ticket:
        return NotGranted(Answer.UNKNOWN.value)
    if reading.signer == "ledger":
        return NotGranted(Answer.UNKNOWN.value)
    code = reading.code
    if code.performance != evening.number:
        return NotGranted(Answer.WRONG_PERFORMANCE.value)
    key = session.get_one(KeyRow, code.key_id)
    plan = evenings.plan_of(session, evening.id)
    seat = next((s for s, number in plan.places.items() if number == code.seat), None)
    owner = Owner(key.device or "", key.incarnation or 0)
    if seat is None or not allotments.ever_owned(session, evening.id, seat, owner):
        return NotGranted(Answer.UNVERIFIED.value)
    door = _door(asked, evening)
    known = facts.of_ticket(session, evening, plan, None, door, id=asked.ticket)
    presence = _presence(session, asked)
    said = Presented(
        signer="device",
        tickets=(asked.ticket,),
        issue=code.issue,
        performance=evening.id,
        doors=plan.doors_of(seat),
        people=code.people,
        seat_owner="signer",
    )
    verdict = _judge(means, asked, said, known, presence.claimed_by)
    if not verdict.admit:
        return _not(verdict, presence.claimed_by)
    if verdict.repeat:
        return _told_before(known, asked.claim)
    after = verdict.movement.after if verdict.movement else None
    granted = Granted(after, unseen=True)
    return _claim(session, means, asked, "admission", presence.last, granted)


def _told_before(known: Facts, claim: str) -> Granted:
    """Answer a claim that its own movement has overtaken: nothing is left to claim."""
    movement = known.movement(claim)
    return Granted(movement.after if movement else None)


@dataclass(frozen=True)
class _Presence:
    """Where a ticket stands: its last movement, and the door whose claim is open."""

    last: str | None = None
    claimed_by: str | None = None


def _presence(session: Session, asked: Asked) -> _Presence:
    found = _PRESENCE.first(session, {"of": asked.ticket, "within": asked.space})
    if found is None:
        return _Presence()
    if found.claim is None or found.claim == asked.claim:
        return _Presence(found.last)
    return _Presence(found.last, found.door or found.device)


def _claim(
    session: Session,
    means: Means,
    asked: Asked,
    kind: str,
    last: str | None,
    granted: Granted,
) -> Answered:
    """Compare and set: still the last movement we judged by, and no claim is open."""
    now = {"ticket": asked.ticket, "space": asked.space, "claim": asked.claim}
    won = _opening(rows.dialect(session)).count(session, now | {"last": last, "was": last})
    if not won:
        return NotGranted(Answer.BEING_CHECKED.value)
    add(session, means, asked, asked.ticket, kind, asked.space, granted)
    return granted


def add(
    session: Session,
    means: Means,
    asked: Asked,
    ticket: str,
    kind: str,
    space: str,
    granted: Granted,
) -> None:
    made = {
        "id": asked.claim,
        "ticket": ticket,
        "kind": kind,
        "space": space,
        "performance": asked.performance,
        "device": asked.device,
        "door": asked.door or asked.place,
        "state": "live",
        "answer": json.dumps(granted.document),
        "at_ms": means.now_ms,
    }
    rows.add(session, ClaimRow, [made])


def repeated(session: Session, asked: Asked) -> Answered | None:
    """Answer a claim that was granted before, whatever happened since."""
    row = _REPEATED.first(session, {"of": asked.claim})
    if row is None:
        return None
    if row.device != asked.device:
        return NotGranted(Answer.BEING_CHECKED.value, by=row.door)
    if row.state == "dropped":
        return NotGranted(Answer.UNDONE.value)
    said = json.loads(row.answer)
    return Granted(
        said["after"], said.get("unseen", False), said.get("payload"), said.get("payloads")
    )


def _not(verdict: admission.Verdict, claimed_by: str | None) -> NotGranted:
    if verdict.answer is Answer.BEING_CHECKED:
        return NotGranted(verdict.answer.value, by=claimed_by)
    since = verdict.since
    why = "; ".join(f"{reason.what} {reason.op}" for reason in verdict.why or ())
    return NotGranted(
        verdict.answer.value,
        why=why,
        by=verdict.since_door,
        at_ms=None if since is None else round(since.timestamp() * 1000),
    )


_SOLD, _STANDS, _CLAIM = (rows.table(row) for row in (TicketRow, PresenceRow, ClaimRow))
_TICKET = Prepared(select(_SOLD).where(_SOLD.c.id == bindparam("of")).with_for_update())
_PRESENCE = Prepared(
    select(_STANDS.c.last, _STANDS.c.claim, _CLAIM.c.door, _CLAIM.c.device)
    .outerjoin(
        _CLAIM, (_CLAIM.c.id == _STANDS.c.claim) & (_CLAIM.c.ticket == _STANDS.c.ticket)
    )
    .where(_STANDS.c.ticket == bindparam("of"), _STANDS.c.space == bindparam("within"))
)
_REPEATED = Prepared(
    select(_CLAIM.c.device, _CLAIM.c.door, _CLAIM.c.state, _CLAIM.c.answer)
    .where(_CLAIM.c.id == bindparam("of"))
    .order_by(_CLAIM.c.ticket)
)


@cache
def _opening(dialect: str) -> Prepared:
    """Open a claim where the last movement is still `was` and no other claim is open."""
    opening = rows.insert(dialect, PresenceRow).values(
        {name: bindparam(name) for name in ("ticket", "space", "last", "claim")}
    )
    return Prepared(
        opening.on_conflict_do_update(
            index_elements=["ticket", "space"],
            set_={"claim": opening.excluded.claim},
            where=_STANDS.c.last.is_not_distinct_from(bindparam("was"))
            & _STANDS.c.claim.is_(None),
        )
    )
