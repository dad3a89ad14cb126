"""What the public may buy online just now: evenings, prices with fees, free seats, choices.

Nothing here is kept or promised; `baskets` does that. The public learns whether a seat can
be had, and nothing else (INV1). Source: ORD2, INV12, spec.md 4.2, 4.3.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from boxoffice import best, catalogue, picking, pricing
from boxoffice.catalogue import Performance
from boxoffice.pricing import Seller
from boxoffice.refusals import Code
from ledger import distances, evenings, halls, offers
from ledger.evenings import Evening
from ledger.prices import Type
from ledger.tables.catalogue import HallRow, PerformanceRow, ProductionRow
from ledger.tables.seats import SeatStateRow

FEW = 20
# After the start an evening is shown this long, so that nobody wonders where it went.
SHOWN_MS = 30 * 60_000


@dataclass(frozen=True)
class Show:
    """One evening as the public reads of it.

    refusal: why it cannot be bought here now; from_ms: when it can, if that is to come.
    seats_left is counted now and then, for the words "few left". lowest: minor units with
    fees, of the usual ticket.
    """

    id: str
    production: str
    title: str
    hall: str
    kind: str
    starts_ms: int
    ends_ms: int | None
    doors_open_ms: int | None
    access: tuple[str, ...]
    seats_left: int
    refusal: Code | None
    from_ms: int | None
    lowest: int | None
    currency: str

    @property
    def sold_out(self) -> bool:
        """Whether nothing is left."""
        return self.refusal is None and self.seats_left < 1

    @property
    def few(self) -> bool:
        """Whether it is nearly sold out."""
        return self.refusal is None and 0 < self.seats_left < FEW


@dataclass(frozen=True)
class Choice:
    """A choice that may be taken, or why not and what may be taken instead."""

    refusal: Code | None = None
    instead: tuple[str, ...] = ()


def shows(session: Session, now_ms: int) -> list[Show]:
    """Give the evenings that are on public sale, were, or will be; soonest first."""
    rows = session.execute(
        _wanted()
        .where(
            PerformanceRow.public.is_(True), PerformanceRow.starts_ms > now_ms - SHOWN_MS
        )
        .order_by(PerformanceRow.starts_ms, PerformanceRow.number)
    ).all()
    return [_show(session, *row, now_ms=now_ms) for row in rows]


def show(session: Session, performance: str, now_ms: int) -> Show | None:
    """Give one evening; None for one that the public does not know of."""
    row = session.execute(_wanted().where(PerformanceRow.id == performance)).one_or_none()
    if row is None or not row[0].public:
        return None
    return _show(session, *row, now_ms=now_ms)


def in_basket(session: Session, performance: str, now_ms: int) -> Show:
    """Give the evening of a basket, which may have left public sale meanwhile."""
    row = session.execute(_wanted().where(PerformanceRow.id == performance)).one()
    return _show(session, *row, now_ms=now_ms)


def types(evening: Evening) -> list[Type]:
    """Give the price types that everybody may choose: those that need no code."""
    return evening.prices.open_to_all()


def usual(evening: Evening) -> Type:
    """Give the price type of a ticket of which nothing else was said."""
    offered = types(evening) or list(evening.prices.types)
    return next((kind for kind in offered if kind.default), offered[0])


def whole(evening: Evening, level: str | None, price_type: str) -> int | None:
    """Give what the patron pays for one ticket, fees and all; None: not sold there."""
    try:
        line = evening.prices.line(level, price_type)
    except KeyError:
        return None
    rules = evening.prices.fees
    return pricing.quote(seller=Seller.ONLINE, rules=rules, seats=[line]).charge


def free(session: Session, performance: str) -> list[str]:
    """Give the seats that the public may have now, in chart order."""
    return _free(session, performance, offers.PUBLIC)


def _free(session: Session, performance: str, states: Sequence[str]) -> list[str]:
    buffers = distances.whose(session, performance)
    found = session.scalars(
        select(SeatStateRow.seat)
        .where(SeatStateRow.performance == performance, SeatStateRow.state.in_(states))
        .order_by(SeatStateRow.number)
    )
    return [seat for seat in found if seat not in buffers]


def judge(session: Session, performance: str, seats: Sequence[str]) -> Choice:
    """Say whether a patron may have these seats, and what comes nearest if not.

    Refuses SEAT_UNAVAILABLE and ORPHAN_SEATS (4.3); general admission has no seats.
    """
    plan = evenings.plan_of(session, performance)
    if plan.chart is None:
        return Choice(Code.SEAT_UNAVAILABLE)
    available = frozenset(free(session, performance))
    if len(set(seats)) < len(seats) or not available.issuperset(seats):
        return Choice(Code.SEAT_UNAVAILABLE, nearest(session, performance, seats))
    taken = frozenset(plan.chart.seats) - available
    apart = distances.spacing(session, performance)
    checked = picking.check(
        plan.chart,
        taken,
        seats,
        mode=picking.Mode.LENIENT,
        policy=apart.policy if apart else None,
        other_orders=distances.orders(session, performance).values() if apart else (),
    )
    return Choice(checked.error, checked.instead)


def best_seats(
    session: Session,
    performance: str,
    count: int,
    levels: Collection[str | None],
    *,
    free: Sequence[str] = offers.PUBLIC,
) -> tuple[str, ...]:
    """Give the best seats for so many, of these levels if there are any left; none: ().

    free: the states that this buyer may have. General admission gives the first ones.
    """
    plan = evenings.plan_of(session, performance)
    if plan.chart is None:
        found = _free(session, performance, free)[:count]
        return tuple(found) if len(found) == count else ()
    wanted = frozenset(level for level in levels if level) or None
    for among in dict.fromkeys((wanted, None)):
        wish = best.Request(count, levels=among)
        offer = offers.find(session, performance, wish, free=free)
        if isinstance(offer, best.Offer):
            return offer.seats
    return ()


def nearest(session: Session, performance: str, seats: Sequence[str]) -> tuple[str, ...]:
    """Give the best seats for as many people, of the same levels if there are any left."""
    plan = evenings.plan_of(session, performance)
    if plan.chart is None or not seats:
        return ()
    levels = {plan.level_of(seat) for seat in seats if seat in plan.places}
    return best_seats(session, performance, len(seats), levels)


def _wanted() -> Select[PerformanceRow, str, str]:
    return (
        select(PerformanceRow, ProductionRow.title, HallRow.name)
        .join(ProductionRow, ProductionRow.id == PerformanceRow.production)
        .join(HallRow, HallRow.id == PerformanceRow.hall)
    )


def _show(
    session: Session, row: PerformanceRow, title: str, hall: str, *, now_ms: int
) -> Show:
    evening = evenings.read(session, row.id)
    kind = usual(evening).id
    amounts = [whole(evening, level.id, kind) for level in evening.prices.levels]
    refusal = catalogue.refuse_sale(_fact(row), Seller.ONLINE, now=_at(now_ms))
    coming = refusal is Code.NOT_ON_SALE and row.on_sale_from_ms > now_ms
    return Show(
        id=row.id,
        production=row.production,
        title=title,
        hall=hall,
        kind=row.kind,
        starts_ms=row.starts_ms,
        ends_ms=row.ends_ms,
        doors_open_ms=row.doors_open_ms,
        access=tuple(json.loads(row.access)),
        seats_left=row.seats_left,
        refusal=Code.SELLING_CLOSED if refusal is None and evening.recovering else refusal,
        from_ms=row.on_sale_from_ms if coming else None,
        lowest=min((amount for amount in amounts if amount is not None), default=None),
        currency=evening.prices.currency,
    )


def _fact(row: PerformanceRow) -> Performance:
    """Give the evening as the rule knows it; staff may have left times out."""
    starts, until = row.starts_ms, row.on_sale_until_ms
    return Performance(
        id=row.id,
        production=row.production,
        venue=row.hall,
        kind=(
            catalogue.Kind.GENERAL_ADMISSION
            if row.kind == halls.GENERAL
            else catalogue.Kind.RESERVED
        ),
        starts=_at(starts),
        ends=_at(max(row.ends_ms or starts, until, starts + 1)),
        doors_open=_at(min(row.doors_open_ms or starts, starts)),
        public=row.public,
        public_from=_at(min(row.on_sale_from_ms, until)),
        public_until=_at(until),
        cancelled=row.cancelled_ms is not None,
    )


def _at(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
