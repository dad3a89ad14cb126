"""A ledger that went back: restored from a backup, or shown so by a device.

Its timeline moves on, so that no epoch is used twice, and nothing is sold until every
device that sells has told all it knows, or staff struck it off. Source: sync.md §3.6.
"""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ledger import audit, discrepancies
from ledger.clock import Means
from ledger.tables.devices import DeviceLogRow, DeviceRow
from ledger.tables.house import BookRow


def went_back(
    session: Session, means: Means, device: str, acked: int, recorded: int
) -> int:
    """A device was told of more than is recorded here; give the timeline from now on."""
    book = session.scalars(select(BookRow).with_for_update()).one()
    if book.recovering_ms is None:
        begin(session, means, why=f"device {device}: {acked} told, {recorded} recorded")
    return book.timeline


def begin(session: Session, means: Means, *, why: str) -> int:
    """Start a new timeline and wait for the devices; give the timeline."""
    book = session.scalars(select(BookRow).with_for_update()).one()
    book.timeline = max(means.now_ms // 1000, book.timeline + 1)
    book.recovering_ms = means.now_ms
    session.flush()
    discrepancies.note(
        session, means, "ledger_restored", str(book.timeline), facts={"why": why}
    )
    _end_if_complete(session, means, book)
    return book.timeline


def acknowledge(session: Session, means: Means, device: str, incarnation: int) -> None:
    """A device reads the feed in this timeline: it has uploaded all it had."""
    book = session.scalars(select(BookRow).with_for_update()).one()
    session.execute(
        update(DeviceLogRow)
        .where(DeviceLogRow.device == device, DeviceLogRow.incarnation == incarnation)
        .values(timeline_acked=book.timeline)
    )
    _end_if_complete(session, means, book)


def strike_off(
    session: Session, means: Means, device: str, *, staff: str, reason: str
) -> None:
    """Staff say by name that a device will not tell any more."""
    book = session.scalars(select(BookRow).with_for_update()).one()
    session.execute(
        update(DeviceLogRow)
        .where(DeviceLogRow.device == device)
        .values(timeline_acked=book.timeline)
    )
    audit.note(
        session,
        means,
        staff=staff,
        action="strike_off",
        subject=device,
        reason=reason,
    )
    _end_if_complete(session, means, book)


def missing(session: Session) -> list[str]:
    """Name the selling devices that have not acknowledged this timeline."""
    book = session.scalars(select(BookRow)).one()
    return list(
        session.scalars(
            select(DeviceRow.name)
            .join(DeviceLogRow, DeviceLogRow.device == DeviceRow.id)
            .where(
                DeviceRow.role == "kiosk",
                DeviceRow.revoked_ms.is_(None),
                DeviceLogRow.state == "active",
                DeviceLogRow.timeline_acked < book.timeline,
            )
            .order_by(DeviceRow.name)
        )
    )


def _end_if_complete(session: Session, means: Means, book: BookRow) -> None:
    if book.recovering_ms is None or missing(session):
        return
    book.recovering_ms = None
    session.flush()
    discrepancies.close(
        session, means, "ledger_restored", str(book.timeline), how="all acknowledged"
    )
