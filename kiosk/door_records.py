"""What a door writes: movement, event and claim in one transaction, before any lamp.

Every scan leaves one event, except repeats. Source: checkin.md §11, sync.md §3.3.
"""

import json
from typing import Any, Final, Literal

from sqlalchemy.orm import Session

from boxoffice import log as chain
from boxoffice.movements import Movement
from boxoffice.scans import Scan
from boxoffice.verdicts import Verdict
from kiosk import claims, door_movements, log, verdicts
from kiosk.device import Device
from kiosk.door_facts import Known
from kiosk.judged import Judged
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
    judged: Judged,
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
    again = recorded(session, judged.scan)
    if again is not None:
        return verdicts.repeated(again)  # A retry overtook us.
    if judged.asked.id != judged.scan and recorded(session, judged.asked.id) is not None:
        return None
    verdict, movement = judged.verdict, judged.verdict.movement
    space = judged.known.facts.door.space
    unasked = claimed is None or link == "alone"
    if movement is not None and unasked and _moved(session, judged.known, movement.ticket):
        return None
    if movement is not None and verdict.record is not None:
        row = _row(judged, movement, shown)
        statements.run(session, _INSERT, tuple(row[name] for name in _COLUMNS))
        body = _body(judged, movement, link)
        log.append(session, device.clock, movement.id, verdict.record, body)
        if claimed is not None:
            claims.close(session, claimed, space)
    else:
        if claimed is not None and given_back:
            claims.drop(session, device, claimed, space)
        elif claimed is not None:
            claims.close(session, claimed, space)
        if verdict.record is not None and not shown.repeat:
            _refused(session, device, judged)
    return shown


def record_alone(
    session: Session,
    device: Device,
    judged: Judged,
    *,
    shown: Shown,
) -> Shown | None:
    """Write what this door decided without a claim, as nobody would have answered one.

    None, and nothing is written: another scan of the ticket has a claim open, or was
    quicker.
    """
    ticket = judged.verdict.ticket
    assert ticket is not None
    if claims.is_open(session, ticket, judged.known.facts.door.space):
        return None
    return record(session, device, judged, link="alone", shown=shown)


def _moved(session: Session, known: Known, ticket: str) -> bool:
    """Whether something was written about a ticket since `known` was gathered."""
    heard = {movement.id: movement.undone for movement in known.facts.movements}
    return any(
        row.event_id not in heard or (bool(row.undone) and not heard[row.event_id])
        for row in door_movements.rows(session, {ticket})
    )


def _row(judged: Judged, movement: Movement, shown: Shown) -> dict[str, Any]:
    return {
        "event_id": movement.id,
        "scan": judged.scan,
        "ticket": movement.ticket,
        "performance": judged.performance,
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
        "payload": judged.text or "" if judged.listed is None else "",
        "shown": json.dumps(verdicts.document(shown)),
    }


def _body(
    judged: Judged, movement: Movement, link: Literal["ledger", "alone"]
) -> dict[str, Any]:
    body: dict[str, Any] = {
        "ticket": movement.ticket,
        "performance": judged.performance,
        "space": movement.space,
        "count": movement.count,
        "door": movement.door,
        "after": movement.after,
        "issue": movement.issue,
    }
    if movement.kind == "exit":
        return body
    verdict, listed = judged.verdict, judged.listed
    body |= {
        "seat": (listed or {}).get("seat"),
        "mode": link,
        "verdict": verdict.answer.value,
        "override": _override(judged.asked, verdict),
        "marks": list(verdict.marks or ()),
        "answers": dict(verdict.answers or {}),
        "settled": list(verdict.settled or ()),
    }
    if listed is None and judged.text is not None:
        body["payload"] = judged.text
    return body


def _override(asked: Scan, verdict: Verdict) -> dict[str, Any] | None:
    """Say who lifted what, and why; None when nothing had to be lifted."""
    if asked.override is None or not verdict.overrode:
        return None
    lifted = [answer.value for answer in verdict.overrode]
    return {"by": asked.override.by, "reason": asked.override.reason, "lifted": lifted}


def _refused(session: Session, device: Device, judged: Judged) -> None:
    body = {
        "code_hash": chain.digest((judged.text or "").encode()).hex(),
        "verdict": judged.verdict.answer.value,
        "door": judged.here.settings.name,
        "performance": judged.here.evening.id,
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
