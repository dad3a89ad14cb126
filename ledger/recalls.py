"""Seats that a device owns and staff want: asked back, or taken away by two people.

Asking ends the device's selling of a seat (`sell_by` is now); its own log returns it. What
a silent device owns only a break can free, which is loud. Source: INV11, sync.md §4.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from boxoffice.refusals import Code
from ledger import allotments, audit, feed, notices, staff
from ledger.clock import Means
from ledger.refused import Refused
from ledger.tables.catalogue import PerformanceRow, ProductionRow
from ledger.tables.seats import SeatStateRow


@dataclass(frozen=True)
class Owned:
    """The seats of one performance that a device owns. asked: those asked back."""

    performance: str
    title: str
    starts_ms: int
    seats: tuple[str, ...]
    asked: frozenset[str]


def owned(session: Session, device: str, now_ms: int) -> list[Owned]:
    """Give what a device owns, soonest performance first."""
    rows = session.execute(
        select(
            PerformanceRow.id,
            ProductionRow.title,
            PerformanceRow.starts_ms,
            SeatStateRow.seat,
            SeatStateRow.sell_by_ms,
        )
        .join(PerformanceRow, PerformanceRow.id == SeatStateRow.performance)
        .join(ProductionRow, ProductionRow.id == PerformanceRow.production)
        .where(SeatStateRow.device == device, SeatStateRow.state == "allotted")
        .order_by(PerformanceRow.starts_ms, PerformanceRow.id, SeatStateRow.number)
    ).all()
    found: dict[str, list[tuple[str, bool]]] = {}
    evenings = {}
    for performance, title, starts_ms, seat, sell_by_ms in rows:
        evenings[performance] = (title, starts_ms)
        late = sell_by_ms is not None and sell_by_ms <= now_ms
        found.setdefault(performance, []).append((seat, late))
    return [
        Owned(
            performance,
            *evenings[performance],
            tuple(seat for seat, _ in seats),
            frozenset(seat for seat, late in seats if late),
        )
        for performance, seats in found.items()
    ]


def ask_back(
    session: Session, means: Means, *, performance: str, seats: Sequence[str], by: str
) -> list[str]:
    """Ask devices for seats: they may not sell them from now on, and return them.

    Gives those that were asked for; seats that no device owns are passed over.
    """
    asked = session.execute(
        update(SeatStateRow)
        .where(
            SeatStateRow.performance == performance,
            SeatStateRow.seat.in_(seats),
            SeatStateRow.state == "allotted",
        )
        .values(sell_by_ms=means.now_ms)
        .returning(
            SeatStateRow.seat,
            SeatStateRow.device,
            SeatStateRow.incarnation,
            SeatStateRow.epoch,
        )
    ).all()
    for seat, device, incarnation, epoch in asked:
        feed.publish(
            session,
            feed.device(device or ""),
            "allotment",
            f"{performance}/{seat}",
            notices.allotment(
                performance=performance,
                seat=seat,
                incarnation=incarnation or 0,
                epoch=epoch,
                sell_by_ms=means.now_ms,
            ),
            now_ms=means.now_ms,
        )
    codes = sorted(seat for seat, *_ in asked)
    if codes:
        audit.note(
            session,
            means,
            staff=by,
            action="ask_seats_back",
            subject=performance,
            facts={"seats": codes},
        )
    return codes


def take_away(
    session: Session,
    means: Means,
    *,
    performance: str,
    seats: Sequence[str],
    by: str,
    login: str,
    password: str,
    reason: str,
) -> list[str] | Refused:
    """Break the allotments of seats: two people and a reason. Gives the broken ones.

    login, password: the second person's. Refuses TWO_PEOPLE_NEEDED, REASON_NEEDED and
    NOT_ALLOTTED when none of the seats is a device's. Source: INV11.
    """
    if not reason.strip():
        return Refused(Code.REASON_NEEDED)
    second = staff.vouch(session, means, login=login, password=password)
    if (
        second is None
        or second.id == by
        or not {"supervisor", "manager"} & set(second.roles)
    ):
        return Refused(Code.TWO_PEOPLE_NEEDED)
    broken = [
        seat
        for seat in dict.fromkeys(seats)
        if allotments.break_off(
            session,
            means,
            performance=performance,
            seat=seat,
            people=[by, second.id],
            reason=reason,
        )
        is None
    ]
    return broken or Refused(Code.NOT_ALLOTTED)
