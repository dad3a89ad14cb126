"""Hold seats, let go of them, and see that each has one owner.

Everything is compare-and-set: seats change only where they still are what was asked for,
and if one of them is not, nothing changes. Source: spec.md 4.1, INV2-INV6.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    bindparam,
    delete,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Session

from boxoffice import best
from boxoffice.refusals import Code
from ledger import (
    distances,
    feed,
    halls,
    inserts,
    notices,
    offers,
    promised_tenders,
    rows,
    waiting_sales,
)
from ledger.clock import Means
from ledger.inserts import Rows
from ledger.prepared import Prepared
from ledger.refused import Refused
from ledger.tables.catalogue import PerformanceRow
from ledger.tables.distances import DistanceRow
from ledger.tables.house import BookRow, HouseRow
from ledger.tables.seats import HoldRow, SeatStateRow

# Somebody was quicker than our offer: look for another one this often.
OFFERS_TRIED = 4
MOST_SEATS_A_HOLD = 20
# The box office has no limit of the house's (INV8); a page has this much room.
MOST_AT_THE_WINDOW = 200
PUBLIC = ("available",)
BOX_OFFICE = ("available", "reserved")


@dataclass(frozen=True)
class Held:
    """Seats held for one order until a moment of the ledger's clock."""

    hold: str
    order: str
    seats: tuple[str, ...]
    expires_ms: int


@dataclass(frozen=True)
class Wish:
    """So many seats, wherever they are best. levels: None, any."""

    quantity: int
    levels: frozenset[str] | None = None
    accessible: int = 0
    aisle: bool = False


@dataclass(frozen=True)
class _Sale:
    kind: str
    hold_ms: int
    most: int
    selling: bool
    recovering: bool
    apart: bool


def hold(
    session: Session,
    means: Means,
    *,
    performance: str,
    order: str,
    seller: str,
    wanted: Sequence[str] | Wish,
    box_office: bool = False,
    near: bool = False,
) -> Held | Refused | None:
    """Promise seats to one order for a while: these, or the best. None: no such evening.

    seller: the device that asks, or staff, shop. box_office: may have reserved seats, too,
    and is exempt from the house's limit (INV8). near: also seats beside other orders where
    orders sit apart (DIS4). Refuses SEAT_UNAVAILABLE (`seats`),
    INSUFFICIENT_SEATS and NOT_TOGETHER (`available`), NOT_ENOUGH_TICKETS (`left`),
    TOO_MANY_SEATS (`limit`), NO_TICKETS_REQUESTED, SELLING_CLOSED.
    """
    sale = _sale(session, means, performance)
    if sale is None:
        return None
    count = wanted.quantity if isinstance(wanted, Wish) else len(wanted)
    if count < 1:
        return Refused(Code.NO_TICKETS_REQUESTED)
    if sale.recovering or not (sale.selling or box_office):
        return Refused(Code.SELLING_CLOSED)
    limit = MOST_AT_THE_WINDOW if box_office else sale.most
    if count > limit:
        return Refused(Code.TOO_MANY_SEATS, {"limit": limit})
    states = BOX_OFFICE if box_office else PUBLIC
    if sale.apart and not near and not isinstance(wanted, Wish):
        # Offers keep their distance by themselves; two of them never at once.
        close = distances.refused(session, performance, wanted)
        if close:
            return Refused(Code.SEAT_UNAVAILABLE, {"seats": close})
    elif sale.apart:
        distances.spacing(session, performance, lock=True)
    hold_id = means.new_id()
    taken = (
        _take_best(session, performance, hold_id, wanted, sale.kind, states)
        if isinstance(wanted, Wish)
        else _take(session, performance, hold_id, wanted, states)
    )
    if isinstance(taken, Refused):
        return taken
    expires_ms = means.now_ms + sale.hold_ms
    made = {
        "id": hold_id,
        "performance": performance,
        "order": order,
        "seller": seller,
        "made_ms": means.now_ms,
        "expires_ms": expires_ms,
        "extended": False,
    }
    inserts.later(session, Rows(HoldRow, [made]))
    if sale.apart:
        notices.seats(session, performance, list(taken), means.now_ms)
    else:
        _tell(session, performance, "held", taken, means.now_ms)
    seats = tuple(wanted) if not isinstance(wanted, Wish) else tuple(taken)
    return Held(hold_id, order, seats, expires_ms)


def extend(
    session: Session, means: Means, hold: str, *, seller: str
) -> Held | Refused | None:
    """Give an order one more length of time, once. Refuses NOT_HELD; None: not theirs."""
    row = _own(session, hold, seller)
    if row is None:
        return None
    if row.extended or row.expires_ms <= means.now_ms:
        return Refused(Code.NOT_HELD)
    row.extended, row.expires_ms = True, row.expires_ms + (row.expires_ms - row.made_ms)
    seats = session.scalars(
        select(SeatStateRow.seat)
        .where(SeatStateRow.hold == hold)
        .order_by(SeatStateRow.number)
    ).all()
    return Held(row.id, row.order, tuple(seats), row.expires_ms)


def release(session: Session, means: Means, hold: str, *, seller: str) -> None:
    """Let go of held seats; they go back to what they were. Gone already: nothing."""
    row = _own(session, hold, seller)
    if row is not None:
        _let_go(session, means, row.id, row.performance)


def sweep(session: Session, means: Means, *, most: int = 200) -> int:
    """Let go of what has expired by the ledger's clock; give how many holds it was."""
    expired = session.execute(
        select(HoldRow.id, HoldRow.performance)
        .where(HoldRow.expires_ms <= means.now_ms)
        .order_by(HoldRow.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    for hold_id, performance in expired:
        _let_go(session, means, hold_id, performance)
    return len(expired)


def left(session: Session, performance: str) -> int:
    """Count what everybody may still buy."""
    return (
        session.scalar(
            select(func.count())
            .select_from(SeatStateRow)
            .where(
                SeatStateRow.performance == performance, SeatStateRow.state == "available"
            )
        )
        or 0
    )


def states(session: Session, performance: str, seats: Sequence[str]) -> dict[str, str]:
    """Give what each of these seats is now."""
    found = session.execute(
        select(SeatStateRow.seat, SeatStateRow.state).where(
            SeatStateRow.performance == performance, SeatStateRow.seat.in_(seats)
        )
    )
    return {row.seat: row.state for row in found}


def these(session: Session, performance: str, seats: Sequence[str]) -> ColumnElement[bool]:
    """Name seats in an UPDATE so that two of them never wait for each other."""
    named = SeatStateRow.seat.in_(seats)
    if session.get_bind().dialect.name == "sqlite" or len(seats) == 1:
        return (SeatStateRow.performance == performance) & named
    locked = (
        select(SeatStateRow.seat)
        .where(SeatStateRow.performance == performance, named)
        .order_by(SeatStateRow.seat)
        .with_for_update()
    )
    return (SeatStateRow.performance == performance) & SeatStateRow.seat.in_(locked)


def _sale(session: Session, means: Means, performance: str) -> _Sale | None:
    found = _SALE.first(session, {"of": performance})
    if found is None:
        return None
    selling = (
        found.public
        and found.cancelled_ms is None
        and found.on_sale_from_ms <= means.now_ms < found.on_sale_until_ms
    )
    return _Sale(
        found.kind,
        found.hold_minutes * 60_000,
        found.max_seats,
        selling,
        found.recovering_ms is not None,
        bool(found.kept),
    )


Taken = dict[str, int]


def _take(
    session: Session,
    performance: str,
    hold_id: str,
    seats: Sequence[str],
    states: Sequence[str],
) -> Taken | Refused:
    """Hold all of these seats, or none. Gives each seat's epoch."""
    wanted = list(dict.fromkeys(seats))
    if len(wanted) < len(seats):
        return Refused(Code.SEAT_UNAVAILABLE, {"seats": _twice(seats)})
    # Sorted, so that two orders never wait for each other: see `these`.
    taking = _taking(rows.width(wanted), tuple(states))
    asked = {"of": performance, "by": hold_id} | rows.spread("seat", wanted)
    won = taking.all(session, asked)
    taken: Taken = dict(won)
    if len(taken) == len(wanted):
        return {seat: taken[seat] for seat in wanted}
    _give_back(session, hold_id)
    return Refused(
        Code.SEAT_UNAVAILABLE, {"seats": [seat for seat in wanted if seat not in taken]}
    )


def _take_best(
    session: Session,
    performance: str,
    hold_id: str,
    wish: Wish,
    kind: str,
    states: Sequence[str],
) -> Taken | Refused:
    if kind == halls.GENERAL:
        return _take_units(session, performance, hold_id, wish.quantity, states)
    request = best.Request(
        count=wish.quantity,
        levels=wish.levels,
        accessible=wish.accessible,
        aisle=wish.aisle,
    )
    for _ in range(OFFERS_TRIED):
        offer = offers.find(session, performance, request, free=states)
        if isinstance(offer, best.NoOffer):
            return Refused(
                offer.reason, {"available": offer.available, "count": wish.quantity}
            )
        taken = _take(session, performance, hold_id, offer.seats, states)
        if not isinstance(taken, Refused):
            return taken
    return taken


def _take_units(
    session: Session,
    performance: str,
    hold_id: str,
    quantity: int,
    states: Sequence[str],
) -> Taken | Refused:
    """Hold any units, in order; at the box office available before reserved. Source: INV6.

    Units that others are taking this moment are passed over, and asked for again only when
    there are not enough of the others.
    """
    for skip in (True, False):
        found = session.scalars(
            select(SeatStateRow.seat)
            .where(SeatStateRow.performance == performance, SeatStateRow.state.in_(states))
            .order_by(SeatStateRow.state, SeatStateRow.number)
            .limit(quantity)
            .with_for_update(skip_locked=skip)
        ).all()
        if len(found) == quantity:
            return _take(session, performance, hold_id, found, states)
    return Refused(Code.NOT_ENOUGH_TICKETS, {"left": left(session, performance)})


def _twice(seats: Sequence[str]) -> list[str]:
    return sorted({seat for seat in seats if list(seats).count(seat) > 1})


def _give_back(session: Session, hold_id: str) -> Any:
    return session.execute(
        update(SeatStateRow)
        .where(SeatStateRow.hold == hold_id)
        .values(state=SeatStateRow.prior, prior=None, hold=None)
        .returning(SeatStateRow.seat, SeatStateRow.epoch, SeatStateRow.state)
    ).all()


def _own(session: Session, hold: str, seller: str) -> HoldRow | None:
    return session.scalars(
        select(HoldRow)
        .where(HoldRow.id == hold, HoldRow.seller == seller)
        .with_for_update()
    ).one_or_none()


def _let_go(session: Session, means: Means, hold_id: str, performance: str) -> None:
    back = _give_back(session, hold_id)
    session.execute(delete(HoldRow).where(HoldRow.id == hold_id))
    promised_tenders.hold_ended(session, hold_id)
    free = [seat for seat, _, state in back if state == "available"]
    given = waiting_sales.freed(session, means, performance, free) if free else {}
    if distances.spacing(session, performance) is not None:
        notices.seats(session, performance, [seat for seat, _, _ in back], means.now_ms)
        return
    for seat, epoch, state in back:
        if seat not in given:
            _tell(session, performance, state, {seat: epoch}, means.now_ms)
    notices.seats(session, performance, list(given), means.now_ms)


def _tell(
    session: Session, performance: str, state: str, seats: Taken, now_ms: int
) -> None:
    stream = feed.performance(performance)
    for seat, epoch in seats.items():
        body = notices.seat(state=state, epoch=epoch)
        feed.publish(session, stream, "seat", seat, body, now_ms=now_ms)


_SEAT = rows.table(SeatStateRow)
_EVENING, _HOUSE, _BOOK = (rows.table(r) for r in (PerformanceRow, HouseRow, BookRow))
_APART = rows.table(DistanceRow)
_OF: BindParameter[str] = bindparam("of")
_SALE = Prepared(
    select(
        _EVENING.c.kind,
        _EVENING.c.on_sale_from_ms,
        _EVENING.c.on_sale_until_ms,
        _EVENING.c.cancelled_ms,
        _EVENING.c.public,
        _HOUSE.c.hold_minutes,
        _HOUSE.c.max_seats,
        _BOOK.c.recovering_ms,
        _APART.c.kept,
    )
    .join(_HOUSE, _EVENING.c.id == _OF)
    .join(_BOOK, _EVENING.c.id == _OF)
    .outerjoin(_APART, _APART.c.performance == _EVENING.c.id)
    .where(_EVENING.c.id == _OF)
)


@cache
def _taking(width: int, states: tuple[str, ...]) -> Prepared:
    """Hold these seats where they are in one of these states, locked as in `these`."""
    named = select(_SEAT.c.seat).where(
        _SEAT.c.performance == _OF, _SEAT.c.seat.in_(rows.slots("seat", width))
    )
    return Prepared(
        update(_SEAT)
        .where(
            _SEAT.c.performance == _OF,
            _SEAT.c.seat.in_(named.order_by(_SEAT.c.seat).with_for_update()),
            rows.unindexed(_SEAT.c.state).in_([literal(state) for state in states]),
        )
        .values(state="held", prior=_SEAT.c.state, hold=bindparam("by"))
        .returning(_SEAT.c.seat, _SEAT.c.epoch)
    )
