"""Orders: what is sold, for how much, and what is owed for it.

A sale takes its seats by compare-and-set, writes tickets that the ledger signs, books every
penny, tells devices, and leaves a letter in the outbox if somebody can be written to.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case, delete, insert, select, update
from sqlalchemy.orm import Session

from boxoffice import ids, journal, pricing
from boxoffice.money import Money
from boxoffice.pricing import Seller
from boxoffice.refusals import Code
from ledger import halls, notices, outbox, patrons, pickups, prices, rows, seating
from ledger import journal as book
from ledger.clock import Means
from ledger.patrons import Patron
from ledger.refused import Refused
from ledger.tables.catalogue import PerformanceRow
from ledger.tables.money import TenderRow
from ledger.tables.orders import OrderRow, TicketRow
from ledger.tables.seats import HoldRow, SeatStateRow

__all__ = ["Patron", "Sold", "SoldTicket", "sell"]

# The public's sellers have only what everybody may have. Source: INV1.
_PUBLIC = frozenset({Seller.ONLINE, Seller.KIOSK})


@dataclass(frozen=True)
class SoldTicket:
    """One ticket of a sale; payload: the text of its QR."""

    id: str
    seat: str
    payload: str


@dataclass(frozen=True)
class Sold:
    """An order that was sold. pickup_code: the text of the QR that finds it; kept nowhere.

    charge, paid: minor units.
    """

    id: str
    number: str
    tickets: tuple[SoldTicket, ...]
    pickup_code: str
    charge: int
    paid: int


def sell(
    session: Session,
    means: Means,
    *,
    performance: str,
    seats: Sequence[tuple[str | None, str]],
    seller: Seller,
    patron: Patron | None = None,
    tender: str | None = None,
    delivery: str = "will_call",
    photo_id: bool = False,
    note: str = "",
    hold: str | None = None,
    ref: str = "",
) -> Sold | Refused:
    """Sell seats of one performance, all of them or none.

    seats: (seat code, price type id) in line order; a seat of None, in general admission,
    is any unit. hold: the hold they are taken from; without one they are taken as they
    stand: available, or at the box office reserved. tender: how it is paid, such as card
    or cash; None: not paid yet. ref: the payment's reference.
    Refuses NO_TICKETS_REQUESTED, SEAT_UNAVAILABLE (`seats`), NOT_ENOUGH_TICKETS (`left`),
    NOT_HELD. Raises KeyError for a price type that is not sold there. Source: ORD2, ORD12.
    """
    if not seats:
        return Refused(Code.NO_TICKETS_REQUESTED)
    evening = session.get_one(PerformanceRow, performance)
    plan = notices.plan_of(session, performance)
    listed = notices.prices_of(session, performance)
    states = seating.PUBLIC if seller in _PUBLIC else seating.BOX_OFFICE
    chosen = _chosen(session, performance, seats, states, hold)
    if isinstance(chosen, Refused):
        return chosen
    types = [price_type for _, price_type in seats]
    quote = _quote(plan, listed, seller, chosen, types)
    sold = tuple(
        _ticket(means, evening.number, plan, listed, seat, price_type)
        for seat, price_type in zip(chosen, types, strict=True)
    )
    refused = _take(session, means, performance, sold, states, hold)
    if refused:
        return refused
    number = _number(session, means)
    paid = quote.charge if tender else 0
    order = OrderRow(
        id=number,
        number=number,
        state="confirmed",
        currency=listed.currency,
        seller=seller.value,
        device=None,
        incarnation=None,
        source=None,
        patron=patrons.add(session, means, patron) if patron else None,
        delivery=delivery,
        photo_id=photo_id,
        note=note,
        member=None,
        answers="[]",
        price_pos=None,
        charge=quote.charge,
        paid=paid,
        made_ms=means.now_ms,
        collected_ms=None,
        collected_by=None,
        cancelled_ms=None,
    )
    session.add(order)
    session.flush()
    session.execute(
        insert(TicketRow),
        [
            _row(means, order.id, line, performance, plan, ticket, price_type, priced, paid)
            for line, (ticket, price_type, priced) in enumerate(
                zip(sold, types, quote.seats, strict=True), 1
            )
        ],
    )
    _charge(session, means, order, quote)
    if tender:
        _pay(session, means, order, tender, paid, ref)
    code = pickups.draw(means.chance)
    pickups.keep(session, order.id, [pickups.hash_of(code)], now_ms=means.now_ms)
    seats_sold = [ticket.seat for ticket in sold]
    notices.seats(session, performance, seats_sold, means.now_ms)
    for ticket in sold:
        notices.ticket(session, performance, ticket.id, means.now_ms)
    if patron and patron.email and paid >= quote.charge:
        outbox.add(session, means, to=patron.email, kind="tickets", order=order.id)
    return Sold(order.id, number, sold, code, quote.charge, paid)


def _chosen(
    session: Session,
    performance: str,
    seats: Sequence[tuple[str | None, str]],
    states: Sequence[str],
    hold: str | None,
) -> list[str] | Refused:
    """Give each line its seat: the one named, or any that is free."""
    named = [seat for seat, _ in seats if seat is not None]
    missing = len(seats) - len(named)
    if missing == 0:
        return named
    free = select(SeatStateRow.seat).where(
        SeatStateRow.performance == performance, SeatStateRow.seat.not_in(named)
    )
    free = (
        free.where(SeatStateRow.hold == hold)
        if hold
        else free.where(SeatStateRow.state.in_(states))
    )
    found = session.scalars(
        free.order_by(SeatStateRow.state, SeatStateRow.number)
        .limit(missing)
        .with_for_update(skip_locked=True)
    ).all()
    if len(found) < missing:
        return Refused(
            Code.NOT_ENOUGH_TICKETS, {"left": seating.left(session, performance)}
        )
    others = iter(found)
    return [next(others) if seat is None else seat for seat, _ in seats]


def _quote(
    plan: halls.Plan,
    listed: prices.PriceList,
    seller: Seller,
    seats: Sequence[str],
    types: Sequence[str],
) -> pricing.Quote:
    lines = []
    for seat, price_type in zip(seats, types, strict=True):
        level = plan.chart.levels.get(seat) if plan.chart else None
        price, kind = listed.price(level, price_type), listed.type_of(price_type)
        if price is None or kind is None:
            raise KeyError(f"{price_type} is not sold on seat {seat}")
        lines.append(pricing.SeatLine(price, kind.buyer))
    return pricing.quote(seller=seller, rules=listed.fees, seats=lines)


def _ticket(
    means: Means,
    number: int,
    plan: halls.Plan,
    listed: prices.PriceList,
    seat: str,
    price_type: str,
) -> SoldTicket:
    kind = listed.type_of(price_type)
    ticket = means.new_id()
    payload = means.signing.code(
        performance=number,
        ticket=ticket,
        seat=plan.places.get(seat),
        check=bool(kind and kind.check),
    )
    return SoldTicket(ticket, seat, payload)


def _take(
    session: Session,
    means: Means,
    performance: str,
    tickets: Sequence[SoldTicket],
    states: Sequence[str],
    hold: str | None,
) -> Refused | None:
    """Make seats sold to these tickets: all of them, or say which had gone."""
    seats = [ticket.seat for ticket in tickets]
    live = select(HoldRow.id).where(HoldRow.id == hold, HoldRow.expires_ms > means.now_ms)
    may = SeatStateRow.hold.in_(live) if hold else SeatStateRow.state.in_(states)
    found = session.scalars(
        select(SeatStateRow.seat)
        .where(SeatStateRow.performance == performance, SeatStateRow.seat.in_(seats), may)
        .order_by(SeatStateRow.seat)
        .with_for_update()
    ).all()
    gone = [seat for seat in seats if seat not in found or seats.count(seat) > 1]
    if gone:
        return Refused(Code.NOT_HELD if hold else Code.SEAT_UNAVAILABLE, {"seats": gone})
    changed = rows.changed(
        session,
        update(SeatStateRow)
        .where(SeatStateRow.performance == performance, SeatStateRow.seat.in_(seats), may)
        .values(
            state="sold",
            ticket=case(
                {ticket.seat: ticket.id for ticket in tickets}, value=SeatStateRow.seat
            ),
            prior=None,
            hold=None,
        ),
    )
    assert changed == len(seats), "seats changed although they were locked"
    if hold:
        session.execute(delete(HoldRow).where(HoldRow.id == hold))
    return None


def _number(session: Session, means: Means) -> str:
    """Draw an order number that is not taken. Source: ORD12."""
    while True:
        number = ids.order_number(means.chance)
        if session.get(OrderRow, number) is None:
            return number


def _row(
    means: Means,
    order: str,
    line: int,
    performance: str,
    plan: halls.Plan,
    ticket: SoldTicket,
    price_type: str,
    priced: pricing.Priced,
    paid: int,
) -> dict[str, object]:
    return {
        "id": ticket.id,
        "order": order,
        "line": line,
        "performance": performance,
        "seat": ticket.seat,
        "epoch": 0,
        "seated": True,
        "level": plan.chart.levels.get(ticket.seat) if plan.chart else None,
        "price_type": price_type,
        "price": priced.price,
        "fee_outside": priced.fee_outside,
        "fee_inside": priced.fee_inside,
        "paid": priced.price if paid else 0,
        "pays_later": False,
        "status": "active",
        "blocked": False,
        "issue": 1,
        "print_state": "not_printed",
        "delivered": None,
        "admits": 1,
        "signer": None,
        "incarnation": None,
        "seq": 0,
        "payload": ticket.payload,
        "unseen": False,
        "made_ms": means.now_ms,
    }


def _charge(session: Session, means: Means, order: OrderRow, quote: pricing.Quote) -> None:
    lines = journal.charge(
        charged=Money(quote.charge, order.currency), net=Money(quote.net, order.currency)
    )
    book.post(
        session,
        means.new_id(),
        lines,
        why="sale",
        order=order.id,
        now_ms=means.now_ms,
    )


def _pay(
    session: Session, means: Means, order: OrderRow, kind: str, amount: int, ref: str
) -> None:
    session.add(
        TenderRow(
            id=means.new_id(),
            order=order.id,
            kind=kind,
            ref=ref,
            intent=None,
            amount=amount,
            at_ms=means.now_ms,
        )
    )
    book.post(
        session,
        means.new_id(),
        journal.payment(kind, Money(amount, order.currency)),
        why="payment",
        order=order.id,
        now_ms=means.now_ms,
    )
