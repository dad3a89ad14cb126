"""What a device had not told when its storage was lost: named, so that staff can look.

A device that is paired anew leaves its older log behind. Whatever that log had not told is
at risk until it arrives after all. Source: sync.md §8, P26.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import wire
from ledger import discrepancies
from ledger.clock import Means
from ledger.tables.devices import DeviceLogRow, DeviceRow
from ledger.tables.discrepancies import DiscrepancyRow
from ledger.tables.orders import TicketRow
from ledger.tables.seats import AllotmentRow, SeatStateRow

KIND = "log_lost"


def note(session: Session, means: Means, device: str, incarnation: int) -> None:
    """Note what is at risk of one log, or what more is known of it by now."""
    head = session.get_one(DeviceLogRow, (device, incarnation))
    sold = session.execute(
        select(TicketRow.seq, TicketRow.seat)
        .where(
            TicketRow.signer == device,
            TicketRow.incarnation == incarnation,
            TicketRow.unseen.is_(True),
        )
        .order_by(TicketRow.seq, TicketRow.seat)
    ).all()
    scanned = sorted({row.seq for row in sold if row.seq > head.seq})
    owned = session.scalars(
        select(SeatStateRow.seat)
        .where(
            SeatStateRow.device == device,
            SeatStateRow.incarnation == incarnation,
            SeatStateRow.state == "allotted",
        )
        .order_by(SeatStateRow.performance, SeatStateRow.number)
    ).all()
    seats = [row.seat for row in sold]
    discrepancies.note(
        session,
        means,
        KIND,
        _subject(device, incarnation),
        facts={
            "device": device,
            "incarnation": incarnation,
            "known": head.seq,
            "scanned": scanned,
            "sold": seats,
            "owned": list(owned),
            "why": _sentence(head.seq, scanned, seats, list(owned)),
        },
    )


def scanned(session: Session, means: Means, device: str, incarnation: int) -> None:
    """A scan has told of a sale: if its log was given up, more of it is known now."""
    if _open(session, device, incarnation) is not None:
        note(session, means, device, incarnation)


def arrived(session: Session, means: Means, batch: wire.Batch, seq: int) -> None:
    """A log that was left behind has told more; it is settled with the last batch."""
    if _open(session, batch.device, batch.incarnation) is None:
        return
    note(session, means, batch.device, batch.incarnation)
    # A device of an older version does not say; a short batch is its last.
    more = len(batch.events) == wire.MOST_EVENTS if batch.more is None else batch.more
    if seq == batch.head_seq and not more:
        discrepancies.close(
            session,
            means,
            KIND,
            _subject(batch.device, batch.incarnation),
            how=f"its log arrived up to event {seq}",
        )


def left_behind(session: Session, means: Means, device: DeviceRow) -> None:
    """A device is paired anew: note each log of its that nobody will go on with."""
    older = session.scalars(
        select(DeviceLogRow.incarnation).where(
            DeviceLogRow.device == device.id, DeviceLogRow.state == "active"
        )
    ).all()
    for incarnation in older:
        if not _silent(session, device, incarnation):
            note(session, means, device.id, incarnation)


def _silent(session: Session, device: DeviceRow, incarnation: int) -> bool:
    """Whether a device never asked for anything, told anything or owned anything.

    One that has asked may have admitted people by what it heard, and told nobody yet.
    """
    told = session.get_one(DeviceLogRow, (device.id, incarnation)).seq
    if told or device.seen_ms is not None:
        return False
    owned = select(AllotmentRow.seat).where(
        AllotmentRow.device == device.id, AllotmentRow.incarnation == incarnation
    )
    return session.scalar(owned.limit(1)) is None


def _open(session: Session, device: str, incarnation: int) -> str | None:
    return session.scalar(
        select(DiscrepancyRow.id).where(
            DiscrepancyRow.kind == KIND,
            DiscrepancyRow.subject == _subject(device, incarnation),
            DiscrepancyRow.state != "settled",
        )
    )


def _subject(device: str, incarnation: int) -> str:
    return f"{device}/{incarnation}"


def _sentence(known: int, scanned: list[int], sold: list[str], owned: list[str]) -> str:
    said = [f"What it did after its event {known} is not known."]
    if scanned:
        said.append(f"Scans show sales up to its event {scanned[-1]}: {', '.join(sold)}.")
    if owned:
        said.append(f"It still owned {', '.join(owned)}.")
    return " ".join(said)
