"""What a door writes: movement, event and claim in one transaction, before any lamp.

Every scan leaves one event, except repeats. Source: checkin.md §11, sync.md §3.3.
"""

import json
from typing import Any, Final, Literal

from sqlalchemy.orm import Session

from boxoffice import log as chain
from boxoffice.presented import Presented
from boxoffice.scans import Scan
from boxoffice.verdicts import Verdict
from kiosk import claims, door_movements, log, verdicts
from kiosk.device import Device
from kiosk.door_facts import Known, Post
from kiosk.shown.door import Shown
from kiosk.store import statements
from kiosk.store.tables.door import MovementRow

_COLUMNS: Final = tuple(column.name for column in MovementRow.__table__.columns)
_NAMES: Final = ", ".join(f'"{name}"' for name in _COLUMNS)
_INSERT: Final = (  # Of names, never of values.
    f"INSERT INTO movement ({_NAMES}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608
)


def record(
    session: Session,
    device: Device,
    scan: str,
    text: str | None,
    here: Post,
    known: Known,
    asked: Scan,
    verdict: Verdict,
    *,
    link: Literal["ledger", "alone"],
    claimed: str | None = None,
    given_back: bool = False,
    shown: Shown,
) -> Shown | None:
    """Write what the verdict says: movement, event and claim in one transaction.

    None, and nothing is written: another scan was quicker. It has used the claim, or, where
    no ledger has answered for us, moved the ticket since `known` was gathered.
    given_back: the ledger may hold the claim for us, and we do not use it.
    """
    again = recorded(session, scan)
    if again is not None:
        return verdicts.repeated(again)  # A retry overtook us.
    if asked.id != scan and recorded(session, asked.id) is not None:
        return None
    movement = verdict.movement
    space = known.facts.door.space
    unasked = claimed is None or link == "alone"
    if movement is not None and unasked and _moved(session, known, movement.ticket):
        return None
    if movement is not None and verdict.record is not None:
        row = _row(scan, here, known, verdict, shown, text)
        statements.run(session, _INSERT, tuple(row[name] for name in _COLUMNS))
        body = _body(here, known, asked, verdict, link, text)
        log.append(session, device.clock, movement.id, verdict.record, body)
        if claimed is not None:
            claims.close(session, claimed, space)
    else:
        if claimed is not None and given_back:
            claims.drop(session, device, claimed, space)
        elif claimed is not None:
            claims.close(session, claimed, space)
        if verdict.record is not None and not shown.repeat:
            _refused(session, device, text, here, verdict)
    return shown


def record_alone(
    session: Session,
    device: Device,
    scan: str,
    text: str | None,
    here: Post,
    known: Known,
    asked: Scan,
    verdict: Verdict,
    *,
    shown: Shown,
) -> Shown | None:
    """Write what this door decided without a claim, as nobody would have answered one.

    None, and nothing is written: another scan of the ticket has a claim open, or was
    quicker.
    """
    assert verdict.ticket is not None
    if claims.is_open(session, verdict.ticket, known.facts.door.space):
        return None
    return record(
        *(session, device, scan, text, here, known, asked, verdict),
        link="alone",
        shown=shown,
    )


def _moved(session: Session, known: Known, ticket: str) -> bool:
    """Whether something was written about a ticket since `known` was gathered."""
    heard = {movement.id: movement.undone for movement in known.facts.movements}
    return any(
        row.event_id not in heard or (bool(row.undone) and not heard[row.event_id])
        for row in door_movements.rows(session, {ticket})
    )


def _row(
    scan: str,
    here: Post,
    known: Known,
    verdict: Verdict,
    shown: Shown,
    text: str | None,
) -> dict[str, Any]:
    movement = verdict.movement
    assert movement is not None
    listed = known.own.get(movement.ticket)
    return {
        "event_id": movement.id,
        "scan": scan,
        "ticket": movement.ticket,
        "performance": performance_of(known, here, movement.ticket),
        "kind": movement.kind,
        "at_ms": door_movements.milliseconds(movement.at),
        "after": movement.after,
        "door": movement.door or "",
        "space": movement.space,
        "count": movement.count,
        "issue": movement.issue,
        "verdict": movement.verdict.value,
        "undone": False,
        "seat": shown.seat.code if shown.seat else "",
        "payload": text or "" if listed is None else "",
        "shown": json.dumps(verdicts.document(shown)),
    }


def _body(
    here: Post,
    known: Known,
    asked: Scan,
    verdict: Verdict,
    link: Literal["ledger", "alone"],
    text: str | None,
) -> dict[str, Any]:
    movement = verdict.movement
    assert movement is not None
    body: dict[str, Any] = {
        "ticket": movement.ticket,
        "performance": performance_of(known, here, movement.ticket),
        "space": movement.space,
        "count": movement.count,
        "door": movement.door,
        "after": movement.after,
        "issue": movement.issue,
    }
    if movement.kind == "exit":
        return body
    listed = known.own.get(movement.ticket)
    body |= {
        "seat": (listed or {}).get("seat"),
        "mode": link,
        "verdict": verdict.answer.value,
        "override": _override(asked, verdict),
        "marks": list(verdict.marks or ()),
        "answers": dict(verdict.answers or {}),
        "settled": list(verdict.settled or ()),
    }
    if listed is None and text is not None:
        body["payload"] = text
    return body


def _override(asked: Scan, verdict: Verdict) -> dict[str, Any] | None:
    """Say who lifted what, and why; None when nothing had to be lifted."""
    if asked.override is None or not verdict.overrode:
        return None
    lifted = [answer.value for answer in verdict.overrode]
    return {"by": asked.override.by, "reason": asked.override.reason, "lifted": lifted}


def _refused(
    session: Session, device: Device, text: str | None, here: Post, verdict: Verdict
) -> None:
    body = {
        "code_hash": chain.digest((text or "").encode()).hex(),
        "verdict": verdict.answer.value,
        "door": here.settings.name,
        "performance": here.evening.id,
    }
    log.append(session, device.clock, device.new_id(), "scan.refused", body)


def recorded(session: Session, scan: str) -> MovementRow | None:
    """Give the movement that this scan has led to, if any."""
    known = statements.first(
        session,
        "SELECT event_id FROM movement WHERE scan = ? UNION ALL"
        " SELECT event_id FROM movement WHERE event_id = ? LIMIT 1",
        (scan, scan),
    )
    return session.get(MovementRow, known[0]) if known else None


def performance_of(known: Known, here: Post, ticket: str) -> str:
    """Give the performance of a ticket: as listed, as in its code, else tonight's."""
    listed = known.own.get(ticket)
    if listed is not None and listed.get("performance"):
        return str(listed["performance"])
    presented: Presented | None = known.presented
    return (presented.performance if presented else None) or here.evening.id
