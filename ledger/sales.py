"""Sales that devices made: recorded with their money, whatever became of the seat.

A device that owned the seat under this epoch has the right to it. Anything else is recorded
all the same and becomes a discrepancy with a named rule. Source: spec.md 4.7, sync.md §2.6.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from boxoffice import journal
from boxoffice.money import Money
from ledger import evenings, inserts, notices, ownership, pickups, rows, webhooks
from ledger.clock import Means
from ledger.happened import Happened, text, whole
from ledger.ownership import Line
from ledger.sale_checks import look_at_deadlines, look_at_prices, mismatch
from ledger.sale_payments import Tender, pay, tenders_of
from ledger.sale_tickets import write
from ledger.tables.orders import OrderLineRow, OrderRow


def record(session: Session, means: Means, event: Happened) -> None:
    """Write down a sale: order, tickets, money; then see to the seats."""
    lines = [ownership.line(body) for body in event.parts("lines")]
    others = event.parts("other")
    given = tenders_of(event)
    order = _order(session, means, event, lines, others, given)
    own = ownership.take_own(session, means, event, lines)
    sold = evenings.read_all(session, (line.performance for line in lines))
    write(session, means, event, order, lines, own, sold)
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
    pay(session, means, event, order, given, [_charge(means, order, lines, others)])
    if order.paid != order.charge:
        mismatch(session, means, event, order)
    look_at_prices(session, means, event, order.id, lines, sold)
    look_at_deadlines(session, means, event, order.id, own)
    for line in lines:
        if line.ticket not in own:
            inserts.settle(session)  # To judge it is to look at the tickets.
            ownership.take_other(session, means, event, line)
            notices.ticket(session, line.performance, line.ticket, means.now_ms)
    hashes = [event.maybe("pickup_hash"), event.maybe("code_hash")]
    pickups.keep(session, order.id, [h for h in hashes if h], now_ms=means.now_ms)
    webhooks.note(session, means, "order.sold", order.id)


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
    made = {
        "id": number,
        "number": number,
        "state": "confirmed",
        "currency": event.text("currency"),
        "seller": event.text("seller", "kiosk"),
        "device": event.device,
        "incarnation": event.incarnation,
        "source": event.id,
        "delivery": "kiosk",
        "photo_id": False,
        "note": "",
        "member": event.maybe("member"),
        "answers": json.dumps(event.body.get("answers") or []),
        "price_pos": event.whole("price_pos", 0),
        "charge": charge,
        "paid": sum(tender.amount for tender in given),
        "made_ms": means.now_ms,
    }
    while not rows.add_new(session, OrderRow, made):
        # Two sellers may draw one number; both orders stand.
        made["id"] = f"{number}/{event.id}"
    return rows.plain(OrderRow, made)


def _charge(
    means: Means,
    order: OrderRow,
    lines: Sequence[Line],
    others: Sequence[Mapping[str, Any]],
) -> journal.Entry:
    net = sum(line.price - line.fee_inside for line in lines) + sum(
        whole(body, "amount") - whole(body, "fee_inside", 0) for body in others
    )
    charged = Money(order.charge, order.currency)
    charge = journal.charge(charged=charged, net=Money(net, order.currency))
    return journal.Entry(means.new_id(), charge, "sale")
