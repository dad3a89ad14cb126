"""Guests who called somebody from a device: heard once, answered, ended."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import audit, feed, rows
from ledger.clock import Means
from ledger.tables.house import HouseRow
from ledger.tables.records import StaffCallRow

# A call that nobody ended is old news after this long.
OLD_MS = 2 * 3_600_000


@dataclass(frozen=True)
class Waiting:
    """A guest who waits. by, eta_min: who comes, and when; minutes waited by now."""

    id: str
    place: str
    by: str
    eta_min: int | None
    waited_min: int


def waiting(session: Session, now_ms: int) -> list[Waiting]:
    """Give the open calls, oldest first."""
    query = select(StaffCallRow).where(
        StaffCallRow.done_ms.is_(None), StaffCallRow.at_ms > now_ms - OLD_MS
    )
    return [
        Waiting(
            row.id,
            row.place,
            row.by or "",
            row.eta_min,
            max(0, now_ms - row.at_ms) // 60_000,
        )
        for row in session.scalars(query.order_by(StaffCallRow.at_ms))
    ]


def come(
    session: Session, means: Means, call: str, *, staff: str, by: str, eta_min: int
) -> StaffCallRow | None:
    """Somebody at the box office is coming; None: there is no such open call."""
    row = answer(session, means, call, by=by, eta_min=eta_min)
    if row is not None:
        audit.note(session, means, staff=staff, action="call answered", subject=row.place)
    return row


def helped(session: Session, means: Means, call: str, *, staff: str) -> None:
    """Staff say that the guest was helped."""
    row = session.get(StaffCallRow, call)
    if row is not None and row.done_ms is None:
        audit.note(session, means, staff=staff, action="call ended", subject=row.place)
        done(session, means, call)


def call(
    session: Session, means: Means, *, call: str, device: str, place: str, page: str
) -> None:
    """Somebody needs help at a device. The same call twice is one call."""
    made = rows.changed(
        session,
        rows.insert(session, StaffCallRow)
        .values(
            id=call,
            device=device,
            place=place,
            page=page,
            at_ms=means.now_ms,
            by=None,
            eta_min=None,
            done_ms=None,
        )
        .on_conflict_do_nothing(),
    )
    if made:
        row = session.get_one(StaffCallRow, call)
        _tell(session, means, row)


def answer(
    session: Session, means: Means, call: str, *, by: str, eta_min: int
) -> StaffCallRow | None:
    """Somebody is coming. None: no such open call."""
    row = session.get(StaffCallRow, call)
    if row is None or row.done_ms is not None:
        return None
    row.by, row.eta_min = by, eta_min
    session.flush()
    _tell(session, means, row)
    return row


def done(session: Session, means: Means, call: str) -> None:
    """The guest was helped."""
    row = session.get(StaffCallRow, call)
    if row is None or row.done_ms is not None:
        return
    row.done_ms = means.now_ms
    session.flush()
    house = session.scalar(select(HouseRow.id))
    if house:
        feed.end(session, feed.venue(house), "call", row.id, now_ms=means.now_ms)


def _tell(session: Session, means: Means, row: StaffCallRow) -> None:
    house = session.scalar(select(HouseRow.id))
    if house is None:
        return
    body = {
        "device": row.device,
        "place": row.place,
        "since_ms": row.at_ms,
        "by": row.by,
        "eta_min": row.eta_min,
    }
    feed.publish(session, feed.venue(house), "call", row.id, body, now_ms=means.now_ms)
