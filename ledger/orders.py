"""Orders: what is sold, for how much, and what is owed for it.

A sale takes its seats by compare-and-set, writes tickets that the ledger signs, books every
penny, tells devices, and leaves a letter in the outbox if somebody can be written to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, delete, select, update
from sqlalchemy.orm import Session

from boxoffice import ids, journal, pricing
from boxoffice.money import Money
from boxoffice.pricing import Seller
from boxoffice.refusals import Code
from ledger import (
    door_answers,
    evenings,
    feed,
    notices,
    outbox,
    patrons,
    pickups,
    rows,
    seating,
    webhooks,
)
from ledger import journal as book
from ledger.clock import Means
from ledger.evenings import Evening
from ledger.patrons import Patron
from ledger.refused import Refused
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
    Refuses SELLING_CLOSED while devices refill a restored ledger, NO_TICKETS_REQUESTED,
    SEAT_UNAVAILABLE (`seats`), NOT_ENOUGH_TICKETS (`left`), NOT_HELD. Raises KeyError for
    a price type that is not sold there. Source: ORD2, ORD12.
    """
    if not seats:
        return Refused(Code.NO_TICKETS_REQUESTED)
    evening = evenings.read(session, performance)
    if evening.recovering:
        return Refused(Code.SELLING_CLOSED)
    states = seating.PUBLIC if seller in _PUBLIC else seating.BOX_OFFICE
    chosen = _chosen(session, performance, seats, states, hold)
    if isinstance(chosen, Refused):
        return chosen
    types = [price_type for _, price_type in seats]
    quote = _quote(evening, seller, chosen, types)
    sold = tuple(
        _ticket(means, evening, seat, price_type)
        for seat, price_type in zip(chosen, types, strict=True)
    )
    epochs = _take(session, means, performance, sold, states, hold)
    if isinstance(epochs, Refused):
        return epochs
    paid = quote.charge if tender else 0
    order = write(
        session,
        means,
        currency=evening.prices.currency,
        seller=seller.value,
        patron=patrons.add(session, means, patron) if patron else None,
        delivery=delivery,
        photo_id=photo_id,
        note=note,
        charge=quote.charge,
        paid=paid,
    )
    tickets = [
        _row(means, order, line, performance, evening, ticket, price_type, priced)
        for line, (ticket, price_type, priced) in enumerate(
            zip(sold, types, quote.seats, strict=True), 1
        )
    ]
    session.add_all(tickets)
    _book(session, means, order, quote, tender, ref)
    code = pickups.draw(means.chance)
    pickups.keep(session, order.id, [pickups.hash_of(code)], now_ms=means.now_ms)
    if patron and patron.email and paid >= quote.charge:
        outbox.bring_tickets(session, means, order.id, to=patron.email)
    session.flush()
    _tell(session, means, performance, evening, order, tickets, epochs)
    webhooks.note(session, means, "order.sold", order.id)
    return Sold(order.id, order.number, sold, code, quote.charge, paid)


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
    evening: Evening, seller: Seller, seats: Sequence[str], types: Sequence[str]
) -> pricing.Quote:
    lines = [
        evening.prices.line(evening.plan.level_of(seat), price_type)
        for seat, price_type in zip(seats, types, strict=True)
    ]
    return pricing.quote(seller=seller, rules=evening.prices.fees, seats=lines)


def _ticket(means: Means, evening: Evening, seat: str, price_type: str) -> SoldTicket:
    kind = evening.prices.type_of(price_type)
    ticket = means.new_id()
    payload = means.signing.code(
        performance=evening.number,
        ticket=ticket,
        seat=evening.plan.places.get(seat),
        people=kind.admits if kind else 1,
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
) -> dict[str, int] | Refused:
    """Make seats sold to these tickets, all of them, and give their epochs."""
    seats = [ticket.seat for ticket in tickets]
    live = select(HoldRow.id).where(HoldRow.id == hold, HoldRow.expires_ms > means.now_ms)
    may = SeatStateRow.hold.in_(live) if hold else SeatStateRow.state.in_(states)
    locked = session.execute(
        select(SeatStateRow.seat, SeatStateRow.epoch)
        .where(SeatStateRow.performance == performance, SeatStateRow.seat.in_(seats), may)
        .order_by(SeatStateRow.seat)
        .with_for_update()
    ).all()
    found: dict[str, int] = dict(locked)
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
    return found


def write(session: Session, means: Means, **said: Any) -> OrderRow:
    """Write the order down under a number that nobody has. Source: ORD12."""
    while True:
        number = ids.order_number(means.chance)
        order = OrderRow(
            id=number,
            number=number,
            state="confirmed",
            device=None,
            incarnation=None,
            source=None,
            member=None,
            answers="[]",
            price_pos=None,
            made_ms=means.now_ms,
            collected_ms=None,
            collected_by=None,
            cancelled_ms=None,
            **said,
        )
        columns = [column.name for column in OrderRow.__table__.columns]
        values = {name: getattr(order, name) for name in columns}
        written = rows.insert(session, OrderRow).values(values).on_conflict_do_nothing()
        if rows.changed(session, written):
            return order


def _row(
    means: Means,
    order: OrderRow,
    line: int,
    performance: str,
    evening: Evening,
    ticket: SoldTicket,
    price_type: str,
    priced: pricing.Priced,
) -> TicketRow:
    kind = evening.prices.type_of(price_type)
    return TicketRow(
        id=ticket.id,
        order=order.id,
        line=line,
        performance=performance,
        seat=ticket.seat,
        epoch=0,
        seated=True,
        level=evening.plan.level_of(ticket.seat),
        price_type=price_type,
        price=priced.price,
        fee_outside=priced.fee_outside,
        fee_inside=priced.fee_inside,
        paid=priced.price if order.paid else 0,
        pays_later=False,
        status="active",
        blocked=False,
        issue=1,
        print_state="not_printed",
        delivered=None,
        valid_from_ms=None,
        valid_until_ms=None,
        admits=kind.admits if kind else 1,
        entries=None,
        parent=None,
        signer=None,
        incarnation=None,
        seq=0,
        payload=ticket.payload,
        unseen=False,
        made_ms=means.now_ms,
    )


def _book(
    session: Session,
    means: Means,
    order: OrderRow,
    quote: pricing.Quote,
    kind: str | None,
    ref: str,
) -> None:
    """Book what the order costs and what was paid."""
    charged, net = Money(quote.charge, order.currency), Money(quote.net, order.currency)
    entries = [
        journal.Entry(means.new_id(), journal.charge(charged=charged, net=net), "sale")
    ]
    if kind:
        paid = Money(order.paid, order.currency)
        entries.append(
            journal.Entry(means.new_id(), journal.payment(kind, paid), "payment")
        )
        session.add(
            TenderRow(
                id=means.new_id(),
                order=order.id,
                kind=kind,
                ref=ref,
                intent=None,
                amount=order.paid,
                at_ms=means.now_ms,
                office=order.seller not in _PUBLIC,
            )
        )
    book.post_all(session, entries, order=order.id, now_ms=means.now_ms)


def _tell(
    session: Session,
    means: Means,
    performance: str,
    evening: Evening,
    order: OrderRow,
    tickets: Sequence[TicketRow],
    epochs: Mapping[str, int],
) -> None:
    """Tell devices about the tickets and their seats."""
    stream = feed.performance(performance)
    asked = door_answers.questions(session, performance)
    for row in tickets:
        seat = notices.seat(state="sold", epoch=epochs[row.seat], ticket=row.id)
        body = notices.ticket_body(
            row, evening, order=order.number, note=order.note, questions=asked
        )
        feed.publish(session, stream, "seat", row.seat, seat, now_ms=means.now_ms)
        feed.publish(session, stream, "ticket", row.id, body, now_ms=means.now_ms)
