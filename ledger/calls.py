"""Guests who called somebody from a device."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import feed, rows
from ledger.clock import Means
from ledger.tables.house import HouseRow
from ledger.tables.records import StaffCallRow


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
    """Somebody is coming. None: no such call."""
    row = session.get(StaffCallRow, call)
    if row is not None:
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
