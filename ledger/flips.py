"""Staff change what seats are: flip available and reserved, kill, bring back.

Many at once are planned first: what will change, and why the others will not. Applying does
exactly that plan, or nothing. One undo brings back what nobody has touched since.
Source: INV3, INV10, spec.md 4.1, lobby.md §7.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from boxoffice import seating as rule
from boxoffice.refusals import Code
from boxoffice.seating import Op, Seat, State
from ledger import audit, notices, rows, seating, waiting_sales
from ledger.clock import Means
from ledger.refused import Refused
from ledger.tables.records import AuditRow
from ledger.tables.seats import SeatStateRow

OPS = {"flip": Op.FLIP, "kill": Op.KILL, "unkill": Op.UNKILL}
_ACTION = "change_seats"


@dataclass(frozen=True)
class Plan:
    """What an act would do. changes: seat to its state after. token: names the facts."""

    changes: Mapping[str, State]
    refused: Mapping[str, Code]
    token: str


@dataclass(frozen=True)
class Applied:
    """What was done. undo: the id to take it back by; blank when nothing changed."""

    changes: Mapping[str, State]
    refused: Mapping[str, Code]
    undo: str


@dataclass(frozen=True)
class Undone:
    """What an undo brought back, and seats that somebody has touched since."""

    back: Sequence[str]
    kept: Sequence[str]


def plan(session: Session, performance: str, seats: Sequence[str], act: str) -> Plan:
    """Say what an act would do to seats, and what stands in the way of the others."""
    return _plan(_seats(session, performance, seats, lock=False), act)


def apply(
    session: Session,
    means: Means,
    *,
    performance: str,
    seats: Sequence[str],
    act: str,
    by: str,
    token: str | None = None,
    reason: str = "",
) -> Applied | Refused:
    """Do what was planned; with a token exactly that, or PLAN_STALE."""
    found = _seats(session, performance, seats, lock=True)
    planned = _plan(found, act)
    if token is not None and planned.token != token:
        return Refused(Code.PLAN_STALE)
    if not planned.changes:
        return Applied({}, planned.refused, "")
    after = {seat: rule.change(found[seat], OPS[act]) for seat in planned.changes}
    _write(session, performance, {s: v for s, v in after.items() if isinstance(v, Seat)})
    undo = audit.note(
        session,
        means,
        staff=by,
        action=_ACTION,
        subject=performance if len(after) > 1 else f"{performance}/{next(iter(after))}",
        reason=reason,
        facts={
            "performance": performance,
            "act": act,
            "changes": {
                seat: [found[seat].state.value, found[seat].prior]
                for seat in planned.changes
            },
        },
    )
    _tell(session, means, performance, planned.changes)
    return Applied(planned.changes, planned.refused, undo)


def undo(session: Session, means: Means, id: str, *, by: str) -> Undone | None:
    """Bring back what an act changed, where nobody touched it since. None: no such act."""
    row = session.get(AuditRow, id)
    if row is None or row.action != _ACTION:
        return None
    facts = json.loads(row.facts)
    performance, act = facts["performance"], facts["act"]
    before = {
        seat: Seat(State(state), State(prior) if prior else None)
        for seat, (state, prior) in facts["changes"].items()
    }
    now = _seats(session, performance, list(before), lock=True)
    back, kept = {}, []
    for seat, was in before.items():
        expected = rule.change(was, OPS[act])
        same = isinstance(expected, Seat) and (now[seat].state, now[seat].prior) == (
            expected.state,
            expected.prior,
        )
        if same:
            back[seat] = was
        else:
            kept.append(seat)
    _write(session, performance, back)
    audit.note(
        session,
        means,
        staff=by,
        action="undo_seats",
        subject=performance,
        facts={"of": id, "seats": sorted(back)},
    )
    _tell(session, means, performance, {seat: was.state for seat, was in back.items()})
    return Undone(sorted(back), sorted(kept))


def _seats(
    session: Session, performance: str, seats: Sequence[str], *, lock: bool
) -> dict[str, Seat]:
    query = (
        select(SeatStateRow.seat, SeatStateRow.state, SeatStateRow.prior)
        .where(SeatStateRow.performance == performance, SeatStateRow.seat.in_(seats))
        .order_by(SeatStateRow.number)
    )
    found = session.execute(query.with_for_update() if lock else query).all()
    return {
        seat: Seat(State(state), State(prior) if prior else None)
        for seat, state, prior in found
    }


def _plan(seats: Mapping[str, Seat], act: str) -> Plan:
    changes: dict[str, State] = {}
    refused: dict[str, Code] = {}
    for name, seat in seats.items():
        after = rule.change(seat, OPS[act])
        if isinstance(after, Code):
            refused[name] = after
        else:
            changes[name] = after.state
    said = json.dumps([act, [(n, s.state, s.prior) for n, s in sorted(seats.items())]])
    return Plan(changes, refused, hashlib.sha256(said.encode()).hexdigest()[:32])


def _write(session: Session, performance: str, after: Mapping[str, Seat]) -> None:
    groups: dict[tuple[State, State | None], list[str]] = {}
    for name, seat in after.items():
        groups.setdefault((seat.state, seat.prior), []).append(name)
    for (state, prior), names in groups.items():
        for start in range(0, len(names), 500):
            some = names[start : start + 500]
            changed = rows.changed(
                session,
                update(SeatStateRow)
                .where(
                    SeatStateRow.performance == performance,
                    SeatStateRow.seat.in_(some),
                    SeatStateRow.state.in_(("available", "reserved", "killed")),
                )
                .values(state=state.value, prior=prior.value if prior else None),
            )
            assert changed == len(some), "seats changed although they were locked"


def _tell(
    session: Session, means: Means, performance: str, changes: Mapping[str, State]
) -> None:
    free = [seat for seat, state in changes.items() if state.value in seating.PUBLIC]
    if free:
        waiting_sales.freed(session, means, performance, free)
    notices.seats(session, performance, list(changes), means.now_ms)
