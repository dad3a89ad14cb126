"""Sales that devices made: recorded with their money, whatever became of the seat.

A device that owned the seat under this epoch has the right to it. Anything else is recorded
all the same and becomes a discrepancy with a named rule. Source: spec.md 4.7, sync.md §2.6.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from boxoffice import journal, log
from boxoffice.money import Money
from ledger import (
    discrepancies,
    door_answers,
    evenings,
    feed,
    notices,
    ownership,
    pickups,
    rows,
    tenders,
)
from ledger import journal as book
from ledger.clock import Means
from ledger.happened import Happened, maybe, text, whole
from ledger.ownership import Line
from ledger.prepared import Prepared
from ledger.tables.money import PaymentRow, TenderRow
from ledger.tables.orders import OrderLineRow, OrderRow, TicketRow


@dataclass(frozen=True)
class Tender:
    """How it was paid."""

    kind: str
    ref: str
    amount: int
    intent: str | None


def record(session: Session, means: Means, event: Happened) -> None:
    """Write down a sale: order, tickets, money; then see to the seats."""
    lines = [ownership.line(body) for body in event.parts("lines")]
    others = event.parts("other")
    given = tenders_of(event)
    order = _order(session, means, event, lines, others, given)
    own = ownership.take_own(session, means, event, lines)
    _write_tickets(session, means, event, order, lines, own)
    for number, body in enumerate(others, 1):
        session.add(
            OrderLineRow(
                id=f"{order.id}/{number}",
                order=order.id,
                kind=text(body, "kind"),
                amount=whole(body, "amount"),
                fee_outside=whole(body, "fee_outside", 0),
                fee_inside=whole(body, "fee_inside", 0),
            )
        )
    _book(session, means, event, order, lines, others)
    for tender in given:
        pay(session, means, event, order, tender)
    if order.paid != order.charge:
        mismatch(session, means, event, order)
    _look_at_prices(session, means, event, order.id, lines)
    _look_at_deadlines(session, means, event, order.id, own)
    for line in lines:
        if line.ticket not in own:
            ownership.take_other(session, means, event, line)
            notices.ticket(session, line.performance, line.ticket, means.now_ms)
    hashes = [event.maybe("pickup_hash"), event.maybe("code_hash")]
    pickups.keep(session, order.id, [h for h in hashes if h], now_ms=means.now_ms)


def tenders_of(event: Happened) -> list[Tender]:
    """Read how something was paid."""
    return [
        Tender(
            text(body, "kind"),
            text(body, "ref", ""),
            whole(body, "amount"),
            maybe(body, "intent"),
        )
        for body in event.parts("tenders")
    ]


def mismatch(session: Session, means: Means, event: Happened, order: OrderRow) -> None:
    """Note that an order was not paid as it was charged."""
    discrepancies.note(
        session,
        means,
        "money_mismatch",
        order.id,
        facts={"charge": order.charge, "paid": order.paid},
        evidence=[event.id],
    )


def _order(
    session: Session,
    means: Means,
    event: Happened,
    lines: Sequence[Line],
    others: Sequence[Mapping[str, Any]],
    given: Sequence[Tender],
) -> OrderRow:
    number = event.text("order")
    charge = sum(line.price + line.fee_outside for line in lines) + sum(
        whole(body, "amount") + whole(body, "fee_outside", 0) for body in others
    )
    row = OrderRow(
        id=number,
        number=number,
        state="confirmed",
        currency=event.text("currency"),
        seller=event.text("seller", "kiosk"),
        device=event.device,
        incarnation=event.incarnation,
        source=event.id,
        patron=None,
        delivery="kiosk",
        photo_id=False,
        note="",
        member=event.maybe("member"),
        answers=json.dumps(event.body.get("answers") or []),
        price_pos=event.whole("price_pos", 0),
        charge=charge,
        paid=sum(tender.amount for tender in given),
        made_ms=means.now_ms,
        collected_ms=None,
        collected_by=None,
        cancelled_ms=None,
    )
    while not rows.add_new(session, OrderRow, rows.values(row)):
        # Two sellers may draw one number; both orders stand.
        row.id = f"{number}/{event.id}"
    return row


def _write_tickets(
    session: Session,
    means: Means,
    event: Happened,
    order: OrderRow,
    lines: Sequence[Line],
    own: Mapping[str, int | None],
) -> None:
    """Write tickets, and tell of those that have their seats. own: see `take_own`."""
    known = _known(session, [line.ticket for line in lines])
    fresh = []
    for number, line in enumerate(lines, 1):
        row = _ticket(means, event, order, number, line, seated=line.ticket in own)
        if line.ticket in known:
            _replace(session, means, row, known[line.ticket])
        else:
            fresh.append(row)
    if not fresh:
        return
    rows.add(session, TicketRow, [rows.values(row) for row in fresh])
    evening = {row.performance: evenings.read(session, row.performance) for row in fresh}
    asked = {of: door_answers.questions(session, of) for of in evening}
    for row in fresh:
        if row.seated:
            body = notices.ticket_body(
                row,
                evening[row.performance],
                order=order.number,
                note=order.note,
                questions=asked[row.performance],
            )
            stream = feed.performance(row.performance)
            feed.publish(session, stream, "ticket", row.id, body, now_ms=means.now_ms)


def _ticket(
    means: Means, event: Happened, order: OrderRow, number: int, line: Line, *, seated: bool
) -> TicketRow:
    return TicketRow(
        id=line.ticket,
        order=order.id,
        line=number,
        performance=line.performance,
        seat=line.seat,
        epoch=line.epoch,
        seated=seated,
        level=line.level,
        price_type=line.price_type,
        price=line.price,
        fee_outside=line.fee_outside,
        fee_inside=line.fee_inside,
        paid=line.price if order.paid >= order.charge else 0,
        pays_later=False,
        status="active",
        blocked=False,
        issue=line.issue,
        print_state="not_printed",
        admits=1,
        signer=event.device,
        incarnation=event.incarnation,
        seq=event.seq,
        payload=line.payload,
        unseen=False,
        made_ms=means.now_ms,
    )


# What a scan could not tell of a ticket, and its sale does. Issue and paper, too: the scan
# told of those only what its code said, and the device's log goes on from the sale.
_TOLD_BY_SALE = (
    "order",
    "line",
    "performance",
    "seat",
    "epoch",
    "seated",
    "level",
    "price_type",
    "price",
    "fee_outside",
    "fee_inside",
    "paid",
    "signer",
    "incarnation",
    "seq",
    "payload",
    "unseen",
    "issue",
    "print_state",
)


def _known(session: Session, tickets: Sequence[str]) -> dict[str, str]:
    """Give the orders of tickets that only scans told of. Raises ValueError for others."""
    found = _tickets(rows.width(tickets)).all(session, rows.spread("ticket", tickets))
    for row in found:
        if not row.unseen:
            raise ValueError(f"ticket {row.id} was sold before")
    return {row.id: row.order for row in found}


def _replace(session: Session, means: Means, row: TicketRow, placeholder: str) -> None:
    """The sale takes the place of what was rebuilt from a scan."""
    told = {name: getattr(row, name) for name in _TOLD_BY_SALE}
    session.execute(update(TicketRow).where(TicketRow.id == row.id).values(told))
    session.execute(delete(OrderRow).where(OrderRow.id == placeholder))
    discrepancies.close(session, means, "sale_unseen", row.id, how="sale arrived")
    notices.ticket(session, row.performance, row.id, means.now_ms)


def _book(
    session: Session,
    means: Means,
    event: Happened,
    order: OrderRow,
    lines: Sequence[Line],
    others: Sequence[Mapping[str, Any]],
) -> None:
    net = sum(line.price - line.fee_inside for line in lines) + sum(
        whole(body, "amount") - whole(body, "fee_inside", 0) for body in others
    )
    book.post(
        session,
        means.new_id(),
        journal.charge(
            charged=Money(order.charge, order.currency), net=Money(net, order.currency)
        ),
        why="sale",
        order=order.id,
        source=event.id,
        now_ms=means.now_ms,
    )


def pay(
    session: Session, means: Means, event: Happened, order: OrderRow, tender: Tender
) -> None:
    """Book one tender of an order; its attempt at a terminal is over."""
    if tender.kind in tenders.KINDS:
        tenders.spend(
            session,
            means,
            tender=tender.ref,
            amount=tender.amount,
            order=order.id,
            event=event.id,
        )
    if tender.kind == tenders.CREDIT:
        return  # Seats, not money.
    made = {
        "id": means.new_id(),
        "order": order.id,
        "kind": tender.kind,
        "ref": tender.ref,
        "intent": tender.intent,
        "amount": tender.amount,
        "at_ms": means.now_ms,
    }
    rows.add(session, TenderRow, [made])
    if tender.intent and _paid_before(session, means, event, order, tender):
        return
    book.post(
        session,
        means.new_id(),
        journal.payment(tender.kind, Money(tender.amount, order.currency)),
        why="payment",
        order=order.id,
        source=event.id,
        now_ms=means.now_ms,
    )


def _paid_before(
    session: Session, means: Means, event: Happened, order: OrderRow, tender: Tender
) -> bool:
    """See to the attempt that paid; give whether its money is in the journal already."""
    intent = tender.intent or ""
    payment = _PAYMENT.first(session, {"of": intent})
    if payment is None:
        return False
    booked = bool(payment.booked == tender.amount)  # When the approval came.
    _SOLD.count(
        session,
        {
            "of": intent,
            "in_order": order.id,
            "told_ref": tender.ref or payment.ref,
            "now": means.now_ms,
            "more": 0 if booked else tender.amount,
        },
    )
    how = "sale arrived"
    discrepancies.close(session, means, "payment_unknown", intent, how=how)
    discrepancies.close(session, means, "charge_without_sale", intent, how=how)
    if payment.state in {"declined", "voided", "refunded"}:
        discrepancies.note(
            session,
            means,
            "sale_without_charge",
            intent,
            facts={"order": order.id, "amount": tender.amount, "state": payment.state},
            evidence=[event.id],
        )
    return booked


def _look_at_deadlines(
    session: Session,
    means: Means,
    event: Happened,
    order: str,
    own: Mapping[str, int | None],
) -> None:
    """Seats from a standing allotment are sold until a moment; a sure clock can tell."""
    past = [until for until in own.values() if until and event.wall_ms >= until]
    if past and event.trust == log.TRUSTED:
        discrepancies.note(
            session,
            means,
            "late_sale",
            order,
            facts={"sell_by_ms": min(past), "sold_ms": event.wall_ms},
            evidence=[event.id],
        )


def _look_at_prices(
    session: Session, means: Means, event: Happened, order: str, lines: Sequence[Line]
) -> None:
    """Compare with today's list: a device may have sold by an older one."""
    differing = []
    sold = {line.performance for line in lines}
    listed = {id: evenings.prices_of(session, id) for id in sold}
    for line in lines:
        wanted = listed[line.performance].price(line.level, line.price_type or "")
        if wanted != line.price:
            differing.append({"ticket": line.ticket, "price": line.price, "listed": wanted})
    if differing:
        discrepancies.note(
            session,
            means,
            "price_differs",
            order,
            facts={"lines": differing},
            evidence=[event.id],
        )


_TICKET, _ATTEMPT = rows.table(TicketRow), rows.table(PaymentRow)
_PAYMENT = Prepared(
    select(_ATTEMPT.c.state, _ATTEMPT.c.ref, _ATTEMPT.c.booked)
    .where(_ATTEMPT.c.intent == bindparam("of"))
    .with_for_update()
)
_SOLD = Prepared(
    update(_ATTEMPT)
    .where(_ATTEMPT.c.intent == bindparam("of"))
    .values(
        {
            "state": "sold",
            "order": bindparam("in_order"),
            "ref": bindparam("told_ref"),
            "changed_ms": bindparam("now"),
            "booked": _ATTEMPT.c.booked + bindparam("more"),
        }
    )
)


@cache
def _tickets(width: int) -> Prepared:
    wanted = select(_TICKET.c.id, _TICKET.c.order, _TICKET.c.unseen).where(
        _TICKET.c.id.in_(rows.slots("ticket", width))
    )
    return Prepared(wanted)
