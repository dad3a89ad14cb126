"""How a sale of a device was paid, and what becomes of the attempt that paid it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from boxoffice import journal
from boxoffice.money import Money
from ledger import discrepancies, inserts, payments, promised_tenders, rows, tenders
from ledger import journal as book
from ledger.clock import Means
from ledger.happened import Happened, maybe, text, whole
from ledger.inserts import Rows
from ledger.prepared import Prepared
from ledger.tables.money import PaymentRow, TenderRow
from ledger.tables.orders import OrderRow


@dataclass(frozen=True)
class Tender:
    """How it was paid. brand: of a card, where its device tells it."""

    kind: str
    ref: str
    amount: int
    intent: str | None
    brand: str = ""


def tenders_of(event: Happened) -> list[Tender]:
    """Read how something was paid."""
    return [
        Tender(
            text(body, "kind"),
            text(body, "ref", ""),
            whole(body, "amount"),
            maybe(body, "intent"),
            payments.brand(body),
        )
        for body in event.parts("tenders")
    ]


def pay(
    session: Session,
    means: Means,
    event: Happened,
    order: OrderRow,
    given: Sequence[Tender],
    entries: Sequence[journal.Entry] = (),
) -> None:
    """Write down how an order was paid, and book that after these entries.

    Its attempts at a terminal are over; money that is in the journal already is not booked
    again.
    """
    booked, written = list(entries), []
    for tender in given:
        if tender.kind in tenders.KINDS:
            inserts.settle(session)  # What was promised looks at the tickets.
            promised_tenders.spend(
                session,
                means,
                tender=tender.ref,
                amount=tender.amount,
                order=order.id,
                event=event.id,
            )
        if tender.kind in tenders.NO_MONEY:
            continue  # Seats, not money.
        written.append(
            {
                "id": means.new_id(),
                "order": order.id,
                "kind": tender.kind,
                "ref": tender.ref,
                "intent": tender.intent,
                "amount": tender.amount,
                "at_ms": means.now_ms,
                "office": False,
            }
        )
        if not (tender.intent and _paid_before(session, means, event, order, tender)):
            lines = journal.payment(tender.kind, Money(tender.amount, order.currency))
            booked.append(journal.Entry(means.new_id(), lines, "payment"))
    for promise in event.texts("let_go"):
        promised_tenders.taken_off(session, promise, device=event.device)
    book.post_all(
        session,
        booked,
        order=order.id,
        source=event.id,
        now_ms=means.now_ms,
        along=[Rows(TenderRow, written)],
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
            "told_brand": tender.brand or payment.brand,
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


_ATTEMPT = rows.table(PaymentRow)
_PAYMENT = Prepared(
    select(_ATTEMPT.c.state, _ATTEMPT.c.ref, _ATTEMPT.c.booked, _ATTEMPT.c.brand)
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
            "brand": bindparam("told_brand"),
            "changed_ms": bindparam("now"),
            "booked": _ATTEMPT.c.booked + bindparam("more"),
        }
    )
)
