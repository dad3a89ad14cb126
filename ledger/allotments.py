"""Seats that a device owns and sells, offline too, until its own log says otherwise.

Ownership is given by the `allotment` document alone; the answer to a request only says
where to read it. No time-out ever takes such a seat back. Source: design.md §3, sync.md §4.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, delete, or_, select, update
from sqlalchemy.orm import Session

from boxoffice.refusals import Code
from ledger import (
    audit,
    book,
    discrepancies,
    feed,
    inserts,
    notices,
    promised_tenders,
    rows,
    waiting_sales,
)
from ledger.clock import Means
from ledger.inserts import Rows
from ledger.prepared import Prepared
from ledger.refused import Refused
from ledger.tables.house import BookRow
from ledger.tables.seats import AllotmentRow, HoldRow, SeatStateRow

NOT_HELD = Code.NOT_HELD
_SEAT, _HOLD, _OWNED = (rows.table(r) for r in (SeatStateRow, HoldRow, AllotmentRow))
# The first epoch of this timeline. Source: sync.md §3.6.
_FLOOR = select(rows.table(BookRow).c.timeline * book.EPOCHS_A_TIMELINE).scalar_subquery()


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
    asked = {"hold_id": hold, "now": means.now_ms}
    given = give(session, means, owner, _HELD, asked, sell_by_ms=None)
    if not given:
        return Refused(NOT_HELD)
    promised_tenders.allotted(session, hold, given.items())
    _LET_GO.count(session, {"hold_id": hold})
    return read_at(session, owner)


def take_back(
    session: Session, means: Means, owner: Owner, seats: Sequence[Seat]
) -> list[Seat]:
    """Take back what a device's log says it returned; give those that it did own.

    Seats that it does not own under this epoch stay as they are. A recorded sale that waits
    for a seat gets it, not the pool.
    """
    back = []
    for seat in seats:
        won = session.scalar(
            update(SeatStateRow)
            .where(owned(owner, seat))
            .values(
                state="available",
                epoch=next_epoch(_FLOOR),
                device=None,
                incarnation=None,
                sell_by_ms=None,
            )
            .returning(SeatStateRow.epoch)
        )
        if won is not None:
            ended(session, [seat], "returned", means.now_ms)
            end_document(session, owner, seat, means.now_ms)
            back.append(seat)
    gone = [(seat.performance, seat.seat, seat.epoch) for seat in back]
    promised_tenders.returned(session, owner.device, gone)
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
    ended(session, [broken], "broken", means.now_ms)
    end_document(session, owner, broken, means.now_ms)
    # What was to pay for it may be wanted elsewhere now, like the seat.
    promised_tenders.returned(session, owner.device, [(performance, seat, broken.epoch)])
    for person in sorted(set(people)):
        audit.note(
            session,
            means,
            staff=person,
            action="break_allotment",
            subject=f"{performance}/{seat}",
            reason=reason,
            device=owner.device,
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


def ended(session: Session, seats: Sequence[Seat], how: str, now_ms: int) -> None:
    """Write down that ownerships ended: sold, returned or broken."""
    by_performance: dict[str, list[Seat]] = {}
    for seat in seats:
        by_performance.setdefault(seat.performance, []).append(seat)
    for performance, same in by_performance.items():
        for start in range(0, len(same), _AT_ONCE):
            some = same[start : start + _AT_ONCE]
            asked = {"of": performance, "how": how, "now": now_ms}
            asked |= rows.spread("seat", [seat.seat for seat in some])
            asked |= rows.spread("epoch", [seat.epoch for seat in some])
            _ending(rows.width(some)).count(session, asked)


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


def next_epoch(floor: Any) -> Any:
    """Say in SQL which epoch a seat gets with its next owner: never one used before."""
    after = _SEAT.c.epoch + 1
    return case((after > floor, after), else_=floor)


def to_owner(where: ColumnElement[bool]) -> Prepared:
    """Say in SQL that seats get a new owner, under an epoch that nobody had before."""
    return Prepared(
        update(_SEAT)
        .where(where)
        .values(
            state="allotted",
            prior=None,
            hold=None,
            epoch=next_epoch(_FLOOR),
            device=bindparam("to_device"),
            incarnation=bindparam("to_incarnation"),
            sell_by_ms=bindparam("sell_by"),
        )
        .returning(_SEAT.c.performance, _SEAT.c.seat, _SEAT.c.epoch)
    )


def give(
    session: Session,
    means: Means,
    owner: Owner,
    giving: Prepared,
    parameters: Mapping[str, Any],
    *,
    sell_by_ms: int | None,
) -> Mapping[tuple[str, str], int]:
    """Make a device the owner of seats; give each one's epoch. giving: of `to_owner`."""
    new_owner = {
        "to_device": owner.device,
        "to_incarnation": owner.incarnation,
        "sell_by": sell_by_ms,
    }
    given = giving.all(session, {**new_owner, **parameters})
    if not given:
        return {}
    begun = [
        {
            "performance": performance,
            "seat": seat,
            "epoch": epoch,
            "device": owner.device,
            "incarnation": owner.incarnation,
            "allotted_ms": means.now_ms,
        }
        for performance, seat, epoch in given
    ]
    inserts.later(session, Rows(AllotmentRow, begun))
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


_HELD = to_owner(
    _SEAT.c.hold.in_(
        select(_HOLD.c.id).where(
            _HOLD.c.id == bindparam("hold_id"),
            _HOLD.c.seller == bindparam("to_device"),
            _HOLD.c.expires_ms > bindparam("now"),
        )
    )
)
_LET_GO = Prepared(delete(_HOLD).where(_HOLD.c.id == bindparam("hold_id")))
_AT_ONCE = 16


@cache
def _ending(width: int) -> Prepared:
    """End ownerships: of these seats, each under its epoch."""
    seats, epochs = rows.slots("seat", width), rows.slots("epoch", width)
    these = [
        (_OWNED.c.seat == seat) & (_OWNED.c.epoch == epoch)
        for seat, epoch in zip(seats, epochs, strict=True)
    ]
    return Prepared(
        update(_OWNED)
        .where(
            _OWNED.c.performance == bindparam("of"),
            _OWNED.c.seat.in_(seats),
            or_(*these),
            _OWNED.c.ended.is_(None),
        )
        .values(ended=bindparam("how"), ended_ms=bindparam("now"))
    )
