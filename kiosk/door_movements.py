"""Who went in and out, as this device wrote it and as the ledger told it; and moments.

Source: checkin.md, sync.md §5.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, Final, cast

from sqlalchemy.orm import Session

from boxoffice.answers import Answer
from boxoffice.movements import Movement
from kiosk.device import Device
from kiosk.store import statements
from kiosk.store.tables.door import MovementRow

# So many tickets are asked for by name; of more, everything is read.
_FEW = 100
_WORDS = frozenset(answer.value for answer in Answer)


def moment(at_ms: int) -> datetime:
    """Give ms UTC as an aware time."""
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def maybe(at_ms: int | None) -> datetime | None:
    """The same for what may not be there."""
    return None if at_ms is None else moment(at_ms)


def milliseconds(at: datetime | None) -> int | None:
    """Give an aware time as ms UTC."""
    return None if at is None else round(at.timestamp() * 1000)


def movements(
    session: Session, device: Device, own: Mapping[str, Mapping[str, Any]]
) -> list[Movement]:
    """Give what is known of some tickets' movements. own: their documents, by id."""
    return every_movement(session, device, own, set())


def every_movement(
    session: Session,
    device: Device,
    own: Mapping[str, Mapping[str, Any]],
    strangers: set[str],
) -> list[Movement]:
    """Give what was heard first, then our own that the ledger has not told us back."""
    found: dict[str, Movement] = {}
    for id, body in own.items():
        for given in body.get("movements") or ():
            movement = _heard_movement(id, given)
            found[movement.id] = movement
    for row in rows(session, {*own, *strangers}):
        mine = own_movement(device, row)
        if row.event_id in found and not mine.undone:
            continue
        found[row.event_id] = mine
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Moved:
    """What a door recorded of one movement, without what was shown."""

    event_id: str
    ticket: str
    performance: str
    kind: str
    at_ms: int
    after: str | None
    door: str
    space: str
    count: int
    issue: int | None
    verdict: str
    undone: bool


_MOVED: Final = f"SELECT {', '.join(field.name for field in fields(Moved))} FROM movement"  # noqa: S608


def rows(session: Session, of: set[str] | None) -> list[Moved]:
    """Give what was recorded here of some tickets, or of all."""
    # In the order of writing: this device's clock may have been put back in between.
    if of is None or len(of) > _FEW:
        found = statements.every(session, f"{_MOVED} ORDER BY rowid")
    else:
        asked = f"{_MOVED} WHERE ticket IN ({', '.join('?' * len(of))}) ORDER BY rowid"
        found = statements.every(session, asked, tuple(of))
    every = [Moved(*row) for row in found]
    return [row for row in every if of is None or row.ticket in of]


def _heard_movement(ticket: str, given: Mapping[str, Any]) -> Movement:
    return Movement(
        id=str(given["id"]),
        ticket=ticket,
        kind=cast("Any", given["kind"]),
        at=moment(int(given["at_ms"])),
        device=str(given.get("device") or ""),
        verdict=_answer(str(given.get("verdict") or "")),
        after=given.get("after"),
        door=given.get("door") or None,
        space=str(given.get("space") or "auditorium"),
        count=int(given.get("count") or 1),
        issue=given.get("issue"),
        undone=bool(given.get("undone")),
    )


def own_movement(device: Device, row: MovementRow | Moved) -> Movement:
    """Make a fact of a movement that was recorded here."""
    return Movement(
        id=row.event_id,
        ticket=row.ticket,
        kind=cast("Any", row.kind),
        at=moment(row.at_ms),
        device=device.me.device,
        verdict=_answer(row.verdict),
        after=row.after,
        door=row.door or None,
        space=row.space,
        count=row.count,
        issue=row.issue,
        undone=bool(row.undone),
    )


def _answer(word: str) -> Answer:
    return Answer(word) if word in _WORDS else Answer.ADMIT
