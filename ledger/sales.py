"""Sales that devices made: recorded with their money, whatever became of the seat.

A device that owned the seat under this epoch has the right to it. Anything else is recorded
all the same and becomes a discrepancy with a named rule. Source: spec.md 4.7, sync.md §2.6.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from boxoffice import journal
from boxoffice.money import Money
from ledger import discrepancies, evenings, notices, ownership, pickups
from ledger import journal as book
from ledger.clock import Means
from ledger.happened import Happened, maybe, text, whole
from ledger.ownership import Line
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
    tenders = tenders_of(event)
    order = _order(session, means, event, lines, others, tenders)
    _write_tickets(session, means, event, order, lines)
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
    for tender in tenders:
        pay(session, means, event, order, tender)
    if order.paid != order.charge:
        discrepancies.note(
            session,
            means,
            "money_mismatch",
            order.id,
            facts={"charge": order.charge, "paid": order.paid},
            evidence=[event.id],
        )
    _look_at_prices(session, means, event, order.id, lines)
    for line in lines:
        ownership.take_seat(session, means, event, order.id, line)
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


def _order(
    session: Session,
    means: Means,
    event: Happened,
    lines: Sequence[Line],
    others: Sequence[Mapping[str, Any]],
    tenders: Sequence[Tender],
) -> OrderRow:
    number = event.text("order")
    taken = session.get(OrderRow, number) is not None
    charge = sum(line.price + line.fee_outside for line in lines) + sum(
        whole(body, "amount") + whole(body, "fee_outside", 0) for body in others
    )
    row = OrderRow(
        # Two sellers may draw one number; both orders stand.
        id=f"{number}/{event.id}" if taken else number,
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
        paid=sum(tender.amount for tender in tenders),
        made_ms=means.now_ms,
        collected_ms=None,
        collected_by=None,
        cancelled_ms=None,
    )
    session.add(row)
    session.flush()
    return row


def _write_tickets(
    session: Session,
    means: Means,
    event: Happened,
    order: OrderRow,
    lines: Sequence[Line],
) -> None:
    covered = order.paid >= order.charge
    known = {
        row.id: row
        for row in session.scalars(
            select(TicketRow).where(TicketRow.id.in_([line.ticket for line in lines]))
        )
    }
    for number, line in enumerate(lines, 1):
        seen = known.get(line.ticket)
        if seen is not None and not seen.unseen:
            raise ValueError(f"ticket {line.ticket} was sold before")
        values = {
            "order": order.id,
            "line": number,
            "performance": line.performance,
            "seat": line.seat,
            "epoch": line.epoch,
            "seated": False,
            "level": line.level,
            "price_type": line.price_type,
            "price": line.price,
            "fee_outside": line.fee_outside,
            "fee_inside": line.fee_inside,
            "paid": line.price if covered else 0,
            "signer": event.device,
            "incarnation": event.incarnation,
            "seq": event.seq,
            "payload": line.payload,
            "unseen": False,
        }
        if seen is None:
            session.execute(
                insert(TicketRow),
                [
                    values
                    | {
                        "id": line.ticket,
                        "pays_later": False,
                        "status": "active",
                        "blocked": False,
                        "issue": line.issue,
                        "print_state": "not_printed",
                        "admits": 1,
                        "made_ms": means.now_ms,
                    }
                ],
            )
            continue
        placeholder = seen.order
        session.execute(
            update(TicketRow).where(TicketRow.id == line.ticket).values(**values)
        )
        session.execute(delete(OrderRow).where(OrderRow.id == placeholder))
        how = "sale arrived"
        discrepancies.close(session, means, "sale_unseen", line.ticket, how=how)


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
    session.add(
        TenderRow(
            id=means.new_id(),
            order=order.id,
            kind=tender.kind,
            ref=tender.ref,
            intent=tender.intent,
            amount=tender.amount,
            at_ms=means.now_ms,
        )
    )
    payment = session.get(PaymentRow, tender.intent) if tender.intent else None
    if payment is not None:
        known = payment.state
        payment.state, payment.order = "sold", order.id
        payment.ref, payment.changed_ms = tender.ref or payment.ref, means.now_ms
        how = "sale arrived"
        discrepancies.close(session, means, "payment_unknown", payment.intent, how=how)
        discrepancies.close(session, means, "charge_without_sale", payment.intent, how=how)
        if known in {"declined", "voided"}:
            discrepancies.note(
                session,
                means,
                "sale_without_charge",
                payment.intent,
                facts={"order": order.id, "amount": tender.amount, "state": known},
                evidence=[event.id],
            )
        if payment.booked == tender.amount:
            return  # Its money was booked when the approval came.
        payment.booked += tender.amount
    book.post(
        session,
        means.new_id(),
        journal.payment(tender.kind, Money(tender.amount, order.currency)),
        why="payment",
        order=order.id,
        source=event.id,
        now_ms=means.now_ms,
    )


def _look_at_prices(
    session: Session, means: Means, event: Happened, order: str, lines: Sequence[Line]
) -> None:
    """Compare with today's list: a device may have sold by an older one."""
    differing = []
    for line in lines:
        listed = evenings.prices_of(session, line.performance)
        wanted = listed.price(line.level, line.price_type or "")
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
