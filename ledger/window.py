"""Sell at the window, by phone or by mail: seats are held first, and sold when all is said.

A sale is asked for once: pressing twice finds the order that the first press made.
Source: ORD1, ORD2, ORD9, FEE5.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import pricing
from boxoffice.pricing import OtherLine, Quote, Seller
from boxoffice.refusals import Code
from ledger import (
    audit,
    distances,
    evenings,
    members,
    order_types,
    orders,
    parties,
    promo_codes,
    requests,
    seat_credits,
    seating,
)
from ledger.clock import Means
from ledger.desk_money import DONATION_BP, Payment, donate, pay
from ledger.patrons import Patron
from ledger.refused import Refused
from ledger.requests import STAFF, Made
from ledger.seating import Held, Wish
from ledger.tables.catalogue import PerformanceRow
from ledger.tables.orders import OrderRow, TicketRow
from ledger.tables.seats import HoldRow, SeatStateRow

SELLERS = (Seller.WINDOW, Seller.PHONE, Seller.MAIL)


@dataclass(frozen=True)
class Said:
    """All that the clerk entered. seats: (seat code, price type id), in order.

    subscriber: who the subscriber is, where a price asks for one. members: seat to the id
    of the member whose credit pays for it. order_type: of ledger.order_types; blank: none.
    party: an order to which this one belongs; blank: none.
    """

    seats: Sequence[tuple[str, str]]
    seller: Seller = Seller.WINDOW
    patron: Patron | None = None
    delivery: str = "will_call"
    note: str = ""
    subscriber: str = ""
    members: Mapping[str, str] = field(default_factory=dict)
    donation: int = 0
    answers: Sequence[dict[str, str]] = ()
    order_type: str = ""
    party: str = ""
    payments: Sequence[Payment] = field(default=())


@dataclass(frozen=True)
class Open:
    """A sale in progress: the seats that a hold keeps, until a moment of the clock."""

    hold: str
    performance: str
    seats: tuple[str, ...]
    expires_ms: int
    extended: bool


def hold(
    session: Session,
    means: Means,
    *,
    performance: str,
    wanted: Sequence[str] | Wish,
    by: str,
    reason: str = "",
    party: str = "",
) -> Held | Refused | None:
    """Hold seats for a customer at the desk; available and reserved ones. None: no such
    evening. reason: why seats that keep orders apart may be sold (DIS4). party: an order to
    which the new one will belong: its distance need not be kept (DIS3).

    Refuses PERFORMANCE_CANCELLED besides what a hold refuses.
    """
    if evenings.called_off(session, performance):
        return Refused(Code.PERFORMANCE_CANCELLED)
    if party and not isinstance(wanted, Wish):
        stands_for = parties.stands_for(session, party)
        close = distances.refused(session, performance, wanted, besides=stands_for)
        if close:
            return Refused(Code.SEAT_UNAVAILABLE, {"seats": close})
    held = seating.hold(
        session,
        means,
        performance=performance,
        order=means.new_id(),
        seller=STAFF,
        wanted=wanted,
        box_office=True,
        near=bool(reason or party),
    )
    if isinstance(held, Held):
        audit.note(
            session,
            means,
            staff=by,
            action="hold_seats",
            subject=held.hold,
            reason=reason,
            facts={"performance": performance, "seats": list(held.seats)},
        )
    return held


def read(session: Session, hold: str, asker: str = STAFF) -> Open | None:
    """Give a sale in progress; None once it ran out, was dropped, or sold."""
    row = session.get(HoldRow, hold)
    if row is None or row.seller != asker:
        return None
    seats = session.scalars(
        select(SeatStateRow.seat)
        .where(SeatStateRow.hold == hold)
        .order_by(SeatStateRow.number)
    ).all()
    return Open(hold, row.performance, tuple(seats), row.expires_ms, row.extended)


def quote(session: Session, performance: str, said: Said) -> Quote:
    """Price what was said, donation and fees included. Raises KeyError for a price type
    that is not sold on a seat.
    """
    evening = evenings.read(session, performance)
    lines = [
        evening.prices.line(evening.plan.level_of(seat), price_type)
        for seat, price_type in said.seats
    ]
    return pricing.quote(
        seller=said.seller,
        rules=evening.prices.fees,
        seats=lines,
        others=[OtherLine(said.donation, DONATION_BP, outside=False)]
        if said.donation
        else [],
    )


def sell(
    session: Session,
    means: Means,
    *,
    hold: str,
    said: Said,
    by: str,
    asker: str = STAFF,
) -> Made | Refused:
    """Make the held seats an order, with its donation, seat credits and what was paid.

    by: who sells; blank: nobody of the staff. asker: whose hold it is. Refuses what
    `orders.sell`, `order_types.take` and `promo_codes.use` refuse, NOT_ENOUGH_SEAT_CREDITS
    (MEM4), NOT_FOUND or LOCKED for a voucher, and PERFORMANCE_CANCELLED; nothing is done
    then. Raises KeyError like quote.
    """
    if order := requests.made(session, hold, asker):
        return Made(order, again=True)
    open_ = read(session, hold, asker)
    if open_ is None:
        return Refused(Code.NOT_HELD)
    if evenings.called_off(session, open_.performance):
        return Refused(Code.PERFORMANCE_CANCELLED)
    with session.begin_nested() as point:
        done = _sell(session, means, open_, said, by, asker)
        if isinstance(done, Refused):
            point.rollback()
    if isinstance(done, Refused):
        # Perhaps the first press of this very button took them.
        again = requests.made(session, hold, asker)
        return Made(again, again=True) if again else done
    return done


def _sell(
    session: Session, means: Means, open_: Open, said: Said, by: str, asker: str
) -> Made | Refused:
    sold = orders.sell(
        session,
        means,
        performance=open_.performance,
        seats=list(said.seats),
        seller=said.seller,
        patron=said.patron,
        delivery=said.delivery,
        note=said.note,
        hold=open_.hold,
    )
    if isinstance(sold, Refused):
        return sold
    session.flush()
    row = session.get_one(OrderRow, sold.id, with_for_update=True)
    known = members.by_number(session, said.subscriber) if said.subscriber else None
    named = known.id if known else said.subscriber
    row.member = next(iter(said.members.values()), named) or None
    short = _use_credits(session, means, open_, row.id, said.members)
    if short is not None:
        return short
    if said.order_type:
        unfit = order_types.take(session, row, said.order_type, open_.performance)
        if unfit is not None:
            return unfit
    over = promo_codes.use(
        session,
        means,
        order=row.id,
        hold=open_.hold,
        performance=open_.performance,
        kinds=[kind for _, kind in said.seats],
        by=by or asker,
    )
    if over is not None:
        return over
    row.answers = json.dumps(list(said.answers))
    if said.donation:
        donate(session, means, row, said.donation)
    for payment in said.payments:
        refused = pay(session, means, row, payment, by=by)
        if refused is not None:
            return refused
    if said.party:
        parties.link(session, means, said.party, row.id, by=by)
    requests.keep(session, open_.hold, sold.id, now_ms=means.now_ms, asker=asker)
    if by:
        audit.note(
            session,
            means,
            staff=by,
            action="sell",
            subject=sold.id,
            facts={"seller": said.seller.value, "seats": [seat for seat, _ in said.seats]},
        )
    return Made(sold.id)


def _use_credits(
    session: Session, means: Means, open_: Open, order: str, payers: Mapping[str, str]
) -> Refused | None:
    """Use the credits of members, seat by seat."""
    if not payers:
        return None
    tickets = session.execute(
        select(TicketRow.seat, TicketRow.id).where(
            TicketRow.order == order, TicketRow.seat.in_(payers)
        )
    )
    production = session.scalars(
        select(PerformanceRow.production).where(PerformanceRow.id == open_.performance)
    ).one()
    payer_of = {ticket: payers[seat] for seat, ticket in tickets}
    return seat_credits.spend(session, means, payer_of, production)
