"""Who went in, and out.

A movement is a fact: written once, under its event's id, and never refused. Two doors that
could not talk may both have admitted; that becomes one discrepancy that names them all.
Source: sync.md §5, checkin.md §10.
"""

import json
from collections.abc import Sequence

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from boxoffice.doubles import doubles
from boxoffice.movements import Movement
from ledger import (
    discrepancies,
    door_answers,
    evenings,
    facts,
    notices,
    released,
    rows,
    unseen,
    void_guests,
)
from ledger.clock import Means
from ledger.happened import Happened
from ledger.prepared import Prepared
from ledger.tables.doors import ClaimRow, MovementRow, PresenceRow, RefusedScanRow
from ledger.tables.orders import TicketRow

SPACE = "auditorium"


def admission(session: Session, means: Means, event: Happened) -> None:
    """Somebody was let in."""
    ticket = event.text("ticket")
    row = session.get(TicketRow, ticket, with_for_update=True)
    payload = event.maybe("payload")
    if (
        row is None
        and payload
        and unseen.rebuild(session, means, event, ticket=ticket, payload=payload)
    ):
        row = session.get(TicketRow, ticket)
    if not _write(session, means, event, "admission"):
        return
    _spend(session, event.id)
    door_answers.record(session, event)
    if row is not None:
        void_guests.admitted(session, means, event, row)
    of = (ticket, event.text("performance"), event.text("space", SPACE))
    _look_for_doubles(session, means, row, *of)
    if row is not None:
        notices.ticket(session, row.performance, ticket, means.now_ms)


def exit(session: Session, means: Means, event: Happened) -> None:
    """Somebody went out."""
    if not _write(session, means, event, "exit"):
        return
    ticket = event.text("ticket")
    row = session.get(TicketRow, ticket)
    of = (ticket, event.text("performance"), event.text("space", SPACE))
    _look_for_doubles(session, means, row, *of)
    if row is not None:
        notices.ticket(session, row.performance, row.id, means.now_ms)


def undone(session: Session, means: Means, event: Happened) -> None:
    """An admission was taken back; its row stays, and the ticket is as before."""
    movement = session.get(MovementRow, event.text("admission"), with_for_update=True)
    if movement is None:
        raise ValueError(f"movement {event.text('admission')} is not known")
    if movement.undone is not None:
        return
    movement.undone = event.id
    session.flush()
    _spend(session, movement.id)
    _stand(session, movement.ticket, movement.space)
    row = session.get(TicketRow, movement.ticket)
    of = (movement.ticket, movement.performance, movement.space)
    _look_for_doubles(session, means, row, *of)
    if row is not None:
        notices.ticket(session, row.performance, row.id, means.now_ms)


def dropped(session: Session, means: Means, event: Happened) -> None:
    """A door will not use its claim: others may ask again."""
    released.release(session, means, event.text("claim"), event.device)


def refused(session: Session, means: Means, event: Happened) -> None:
    """A scan that let nobody in: kept as it is, whatever it says."""
    session.add(
        RefusedScanRow(
            id=event.id,
            code_hash=event.text("code_hash", ""),
            verdict=event.text("verdict", ""),
            door=event.text("door", ""),
            performance=event.maybe("performance"),
            device=event.device,
            at_ms=event.wall_ms,
        )
    )
    session.flush()


def _write(session: Session, means: Means, event: Happened, kind: str) -> bool:
    count = event.whole("count", 1)
    if not 0 <= count <= 65_535:
        raise ValueError(f"{count} people cannot be")
    written = rows.add_new(
        session,
        MovementRow,
        {
            "id": event.id,
            "ticket": event.text("ticket"),
            "performance": event.text("performance"),
            "space": event.text("space", SPACE),
            "kind": kind,
            "count": count,
            "seat": event.text("seat", ""),
            "door": event.text("door", ""),
            "after": event.maybe("after"),
            "device": event.device,
            "incarnation": event.incarnation,
            "issue": None if event.body.get("issue") is None else event.whole("issue"),
            "mode": event.text("mode", "alone"),
            "verdict": event.text("verdict", "ADMIT" if kind == "admission" else "EXIT_OK"),
            "marks": json.dumps(event.body.get("marks") or []),
            "override": json.dumps(event.body["override"])
            if event.body.get("override")
            else None,
            "at_ms": event.wall_ms,
            "trust": event.trust,
            "recorded_ms": means.now_ms,
            "seq": event.seq,
            "undone": None,
        },
    )
    if written:
        _stand(session, event.text("ticket"), event.text("space", SPACE), last=event.id)
    return written


def _stand(session: Session, ticket: str, space: str, last: str | None = None) -> None:
    """Remember the last live movement, so that claims can compare."""
    if last is None:
        last = session.scalars(
            select(MovementRow.id)
            .where(
                MovementRow.ticket == ticket,
                MovementRow.space == space,
                MovementRow.undone.is_(None),
            )
            .order_by(
                MovementRow.recorded_ms.desc(),
                MovementRow.device.desc(),
                MovementRow.seq.desc(),
            )
            .limit(1)
        ).first()
    stands = {"ticket": ticket, "space": space, "last": last}
    rows.put(session, PresenceRow, [stands])


def _spend(session: Session, claim: str) -> None:
    _SPENT.count(session, {"of": claim})
    _FREE.count(session, {"of": claim})


def _look_for_doubles(
    session: Session,
    means: Means,
    row: TicketRow | None,
    ticket: str,
    performance: str,
    space: str,
) -> None:
    """Note every double of a ticket, and settle those that an undo explained.

    row: None for a ticket that the book has never heard of, or forgot when it went back to
    a backup: it is for one person. performance: where it was scanned.
    """
    moved = [m for m in facts.movements(session, ticket) if m.space == space]
    if len(moved) < 2:
        return
    evening = facts.evening(session, row.performance if row else performance)
    if evening is None:
        return
    plan = evenings.plan_of(session, evening.id)
    door = facts.door_of(evening, name="", space=space)
    known = facts.of_ticket(session, evening, plan, row, door, id=ticket)
    found = {double.after: double for double in doubles(known)}
    for double in found.values():
        discrepancies.note(
            session,
            means,
            "admitted_twice",
            _subject(ticket, space, double.after),
            facts={
                "ticket": ticket,
                "order": row.order if row else None,
                "seat": row.seat if row else "",
                "space": space,
                "after": double.after,
                "admissions": _told(moved, double.admissions),
            },
            evidence=double.admissions,
        )
    for after in {movement.after for movement in moved} - set(found):
        discrepancies.close(
            session,
            means,
            "admitted_twice",
            _subject(ticket, space, after),
            how="explained by later movements",
        )


def _subject(ticket: str, space: str, after: str | None) -> str:
    return f"{ticket}/{space}/{after or 'first'}"


def _told(moved: Sequence[Movement], ids: Sequence[str]) -> list[dict[str, object]]:
    """Say for staff where and when, by the doors' own clocks."""
    return [
        {
            "id": movement.id,
            "door": movement.door,
            "device": movement.device,
            "at_ms": round(movement.at.timestamp() * 1000),
            "count": movement.count,
        }
        for movement in moved
        if movement.id in ids
    ]


_CLAIM, _STANDS = rows.table(ClaimRow), rows.table(PresenceRow)
_SPENT = Prepared(
    update(_CLAIM)
    .where(_CLAIM.c.id == bindparam("of"), _CLAIM.c.state == "live")
    .values(state="spent")
)
_FREE = Prepared(
    update(_STANDS).where(_STANDS.c.claim == bindparam("of")).values(claim=None)
)
