"""Seats that a device owns and sells, offline too, until its own log says otherwise.

Ownership is given by the `allotment` document alone; the answer to a request only says
where to read it. No time-out ever takes such a seat back. Source: design.md §3, sync.md §4.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, delete, insert, select, update
from sqlalchemy.orm import Session

from boxoffice.refusals import Code
from ledger import book, discrepancies, feed, notices, waiting_sales
from ledger.clock import Means
from ledger.refused import Refused
from ledger.tables.records import AuditRow
from ledger.tables.seats import AllotmentRow, HoldRow, SeatStateRow

NOT_HELD = Code.NOT_HELD


@dataclass(frozen=True)
class Owner:
    """One incarnation of a device."""

    device: str
    incarnation: int


@dataclass(frozen=True)
class Given:
    """Where a device reads what it was given: pull that stream to this position."""

    stream: str
    pos: int


@dataclass(frozen=True)
class Seat:
    """A seat under one epoch, as a device's log names it."""

    performance: str
    seat: str
    epoch: int


def allot(session: Session, means: Means, owner: Owner, *, hold: str) -> Given | Refused:
    """Make a device the owner of the seats it holds: the guest pressed Pay.

    Refuses NOT_HELD when the hold is not its own, or has run out.
    """
    live = select(HoldRow.id).where(
        HoldRow.id == hold,
        HoldRow.seller == owner.device,
        HoldRow.expires_ms > means.now_ms,
    )
    given = give(session, means, owner, SeatStateRow.hold.in_(live), sell_by_ms=None)
    if not given:
        return Refused(NOT_HELD)
    session.execute(delete(HoldRow).where(HoldRow.id == hold))
    return read_at(session, owner)


def take_back(
    session: Session, means: Means, owner: Owner, seats: Sequence[Seat]
) -> list[Seat]:
    """Take back what a device's log says it returned; give those that it did own.

    Seats that it does not own under this epoch stay as they are. A recorded sale that waits
    for a seat gets it, not the pool.
    """
    floor = book.first_epoch(book.read(session).timeline)
    back = []
    for seat in seats:
        won = session.scalar(
            update(SeatStateRow)
            .where(owned(owner, seat))
            .values(
                state="available",
                epoch=next_epoch(floor),
                device=None,
                incarnation=None,
                sell_by_ms=None,
            )
            .returning(SeatStateRow.epoch)
        )
        if won is not None:
            ended(session, seat, "returned", means.now_ms)
            end_document(session, owner, seat, means.now_ms)
            back.append(seat)
    _free(session, means, back)
    return back


def break_off(
    session: Session,
    means: Means,
    *,
    performance: str,
    seat: str,
    people: Sequence[str],
    reason: str,
) -> Refused | None:
    """Take an allotted seat from a silent device: two people, and why. It is loud.

    people: ids of staff. Refuses NOT_ALLOTTED, TWO_PEOPLE_NEEDED, REASON_NEEDED, in this
    order. Source: INV11, sync.md §8.
    """
    row = session.get(SeatStateRow, (performance, seat), with_for_update=True)
    if row is None or row.state != "allotted" or row.device is None:
        return Refused(Code.NOT_ALLOTTED)
    if len(set(people)) < 2:
        return Refused(Code.TWO_PEOPLE_NEEDED)
    if not reason.strip():
        return Refused(Code.REASON_NEEDED)
    owner = Owner(row.device, row.incarnation or 0)
    broken = Seat(performance, seat, row.epoch)
    floor = book.first_epoch(book.read(session).timeline)
    row.state, row.epoch = "available", max(row.epoch + 1, floor)
    row.device = row.incarnation = row.sell_by_ms = None
    session.flush()
    ended(session, broken, "broken", means.now_ms)
    end_document(session, owner, broken, means.now_ms)
    for person in sorted(set(people)):
        session.add(
            AuditRow(
                id=means.new_id(),
                at_ms=means.now_ms,
                staff=person,
                device=owner.device,
                action="break_allotment",
                subject=f"{performance}/{seat}",
                reason=reason,
                facts="{}",
            )
        )
    discrepancies.note(
        session,
        means,
        "allotment_broken",
        f"{performance}/{seat}/{broken.epoch}",
        facts={
            "performance": performance,
            "seat": seat,
            "epoch": broken.epoch,
            "device": owner.device,
            "reason": reason,
        },
    )
    _free(session, means, [broken])
    return None


def owned(owner: Owner, seat: Seat) -> ColumnElement[bool]:
    """Say in SQL that a device owns a seat under an epoch."""
    return (
        (SeatStateRow.performance == seat.performance)
        & (SeatStateRow.seat == seat.seat)
        & (SeatStateRow.state == "allotted")
        & (SeatStateRow.device == owner.device)
        & (SeatStateRow.incarnation == owner.incarnation)
        & (SeatStateRow.epoch == seat.epoch)
    )


def ended(session: Session, seat: Seat, how: str, now_ms: int) -> None:
    """Write down that an ownership ended: sold, returned or broken."""
    session.execute(
        update(AllotmentRow)
        .where(
            AllotmentRow.performance == seat.performance,
            AllotmentRow.seat == seat.seat,
            AllotmentRow.epoch == seat.epoch,
            AllotmentRow.ended.is_(None),
        )
        .values(ended=how, ended_ms=now_ms)
    )


def end_document(session: Session, owner: Owner, seat: Seat, now_ms: int) -> None:
    """Tell a device that a seat is no longer its own to sell."""
    stream = feed.device(owner.device)
    id = f"{seat.performance}/{seat.seat}"
    feed.end(session, stream, "allotment", id, now_ms=now_ms)


def ever_owned(session: Session, performance: str, seat: str, owner: Owner) -> bool:
    """Whether a seat is, or ever was, this device's own."""
    found = select(AllotmentRow.epoch).where(
        AllotmentRow.performance == performance,
        AllotmentRow.seat == seat,
        AllotmentRow.device == owner.device,
        AllotmentRow.incarnation == owner.incarnation,
    )
    return session.scalars(found).first() is not None


def next_epoch(floor: int) -> Any:
    """Say in SQL which epoch a seat gets with its next owner: never one used before."""
    after = SeatStateRow.epoch + 1
    return case((after > floor, after), else_=floor)


def give(
    session: Session,
    means: Means,
    owner: Owner,
    where: ColumnElement[bool],
    *,
    sell_by_ms: int | None,
) -> Mapping[tuple[str, str], int]:
    floor = book.first_epoch(book.read(session).timeline)
    given = session.execute(
        update(SeatStateRow)
        .where(where)
        .values(
            state="allotted",
            prior=None,
            hold=None,
            epoch=next_epoch(floor),
            device=owner.device,
            incarnation=owner.incarnation,
            sell_by_ms=sell_by_ms,
        )
        .returning(SeatStateRow.performance, SeatStateRow.seat, SeatStateRow.epoch)
    ).all()
    if not given:
        return {}
    session.execute(
        insert(AllotmentRow),
        [
            {
                "performance": performance,
                "seat": seat,
                "epoch": epoch,
                "device": owner.device,
                "incarnation": owner.incarnation,
                "allotted_ms": means.now_ms,
            }
            for performance, seat, epoch in given
        ],
    )
    for performance, seat, epoch in given:
        _tell(session, owner, Seat(performance, seat, epoch), sell_by_ms, means.now_ms)
    return {(performance, seat): epoch for performance, seat, epoch in given}


def _tell(
    session: Session, owner: Owner, seat: Seat, sell_by_ms: int | None, now_ms: int
) -> None:
    feed.publish(
        session,
        feed.performance(seat.performance),
        "seat",
        seat.seat,
        notices.seat(
            state="allotted",
            epoch=seat.epoch,
            device=owner.device,
            incarnation=owner.incarnation,
        ),
        now_ms=now_ms,
    )
    feed.publish(
        session,
        feed.device(owner.device),
        "allotment",
        f"{seat.performance}/{seat.seat}",
        notices.allotment(
            performance=seat.performance,
            seat=seat.seat,
            incarnation=owner.incarnation,
            epoch=seat.epoch,
            sell_by_ms=sell_by_ms,
        ),
        now_ms=now_ms,
    )


def read_at(session: Session, owner: Owner) -> Given:
    stream = feed.device(owner.device)
    return Given(stream, feed.flush(session)[stream])


def _free(session: Session, means: Means, seats: Sequence[Seat]) -> None:
    by_performance: dict[str, list[str]] = {}
    for seat in seats:
        by_performance.setdefault(seat.performance, []).append(seat.seat)
    for performance, codes in by_performance.items():
        waiting_sales.freed(session, means, performance, codes)
        notices.seats(session, performance, codes, means.now_ms)
