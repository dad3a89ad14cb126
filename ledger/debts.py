"""What an order still owed, paid at a device: booked once, whatever else became of it."""

from sqlalchemy.orm import Session

from ledger import notices, pickups, sale_checks, sale_payments
from ledger.clock import Means
from ledger.happened import Happened, text, whole
from ledger.tables.orders import OrderRow, TicketRow


def paid(session: Session, means: Means, event: Happened) -> None:
    """A device took money for tickets of an order that was there before.

    Money beyond what was owed is recorded all the same: staff give it back. Raises KeyError
    for an order that nobody knows; the event is kept until it does. Source: COL3.
    """
    order = session.get(OrderRow, event.text("order"), with_for_update=True)
    if order is None:
        raise KeyError(event.text("order"))
    for body in event.parts("tickets"):
        row = session.get(TicketRow, text(body, "ticket"), with_for_update=True)
        if row is None or row.order != order.id:
            continue
        amount = whole(body, "amount")
        # Shares are without the outside fee: it is paid with the rest of the price.
        rest = row.price + row.fee_outside - row.paid
        row.paid = row.price if amount >= rest else min(row.price, row.paid + amount)
        notices.ticket(session, row.performance, row.id, means.now_ms)
    given = sale_payments.tenders_of(event)
    order.paid += sum(tender.amount for tender in given)
    sale_payments.pay(session, means, event, order, given)
    if order.paid > order.charge:
        sale_checks.mismatch(session, means, event, order)
    hashes = [event.maybe("pickup_hash"), event.maybe("code_hash")]
    pickups.keep(session, order.id, [h for h in hashes if h], now_ms=means.now_ms)
