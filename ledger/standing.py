"""The spare tank: a few seats that a kiosk keeps, to sell while it is cut off.

Sized by how fast it sells and by what is left. Source: sync.md §4.
"""

from collections.abc import Sequence
from functools import cache

from sqlalchemy import bindparam, false, func, select
from sqlalchemy.orm import Session

from boxoffice import allotments as rule
from boxoffice.refusals import Code
from ledger import halls, offers, rows
from ledger.allotments import Given, Owner, give, read_at, to_owner
from ledger.clock import Means
from ledger.prepared import Prepared
from ledger.refused import Refused
from ledger.tables.catalogue import PerformanceRow
from ledger.tables.seats import AllotmentRow, SeatStateRow

HOUR_MS = 3_600_000


def stand_by(
    session: Session, means: Means, owner: Owner, *, performance: str, quantity: int
) -> Given | Refused | None:
    """Give a device a few seats to sell while it is cut off: good ones, side by side.

    Fewer than asked when there are not enough for all. Refuses NOT_ENOUGH_TICKETS (`left`);
    None: no such evening. Source: sync.md §4.4, §4.5.
    """
    evening = session.get(PerformanceRow, performance)
    if evening is None or evening.cancelled_ms is not None:
        return None
    left, standing, mine, sold = _counts(session, means, performance, owner)
    spare = rule.grant(
        asked=quantity,
        owned=mine,
        target=rule.target(sold_last_hour=sold, left=left),
        standing=standing,
        left=left,
    )
    seats = _side_by_side(session, performance, evening.kind, spare) if spare else ()
    if not seats:
        return Refused(Code.NOT_ENOUGH_TICKETS, {"left": 0})
    asked = {"of": performance} | rows.spread("seat", seats)
    given = give(
        session,
        means,
        owner,
        _giving(rows.width(seats)),
        asked,
        sell_by_ms=evening.on_sale_until_ms,
    )
    if not given:
        return Refused(Code.NOT_ENOUGH_TICKETS, {"left": 0})
    return read_at(session, owner)


def _counts(
    session: Session, means: Means, performance: str, owner: Owner
) -> tuple[int, int, int, int]:
    """Count what is left, what all devices and this one own, what it sold in an hour."""
    mine = func.coalesce(
        (SeatStateRow.device == owner.device)
        & (SeatStateRow.incarnation == owner.incarnation),
        false(),
    )
    counts = session.execute(
        select(SeatStateRow.state, mine.label("mine"), func.count())
        .where(
            SeatStateRow.performance == performance,
            SeatStateRow.state.not_in(("sold", "killed")),
        )
        .group_by(SeatStateRow.state, mine)
    ).all()
    sold = session.scalar(
        select(func.count())
        .select_from(AllotmentRow)
        .where(
            AllotmentRow.performance == performance,
            AllotmentRow.device == owner.device,
            AllotmentRow.ended == "sold",
            AllotmentRow.ended_ms > means.now_ms - HOUR_MS,
        )
    )
    allotted = [(own, count) for state, own, count in counts if state == "allotted"]
    return (
        sum(count for _, _, count in counts),
        sum(count for _, count in allotted),
        sum(count for own, count in allotted if own),
        sold or 0,
    )


def _side_by_side(
    session: Session, performance: str, kind: str, quantity: int
) -> Sequence[str]:
    if kind == halls.GENERAL:
        return session.scalars(
            select(SeatStateRow.seat)
            .where(
                SeatStateRow.performance == performance, SeatStateRow.state == "available"
            )
            .order_by(SeatStateRow.number)
            .limit(quantity)
            .with_for_update(skip_locked=True)
        ).all()
    return offers.side_by_side(session, performance, quantity)


_SEAT = rows.table(SeatStateRow)


@cache
def _giving(width: int) -> Prepared:
    """Give these seats to a device, those that still are free."""
    wanted = select(_SEAT.c.seat).where(
        _SEAT.c.performance == bindparam("of"), _SEAT.c.seat.in_(rows.slots("seat", width))
    )
    return to_owner(
        (_SEAT.c.performance == bindparam("of"))
        & _SEAT.c.seat.in_(wanted.order_by(_SEAT.c.seat).with_for_update())
        & (rows.unindexed(_SEAT.c.state) == "available")
    )
