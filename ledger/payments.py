"""What terminals did, as devices tell it: every penny an entry, once.

An approval becomes a sale or goes back. `booked` is what the journal holds of an attempt,
so that money is never booked twice, in whatever order events come. Source: sync.md §6, §8.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import journal
from boxoffice.money import Money
from ledger import attempts, discrepancies
from ledger import journal as book
from ledger.clock import Means
from ledger.happened import Happened
from ledger.tables.house import HouseRow
from ledger.tables.money import PaymentRow

_LONGEST_BRAND = 20
_FINAL = frozenset({"sold", "declined", "cancelled", "voided", "refunded"})


def brand(body: Mapping[str, Any]) -> str:
    """Read a card's brand from an event: VISA. What is none is none, and stops nothing."""
    said = body.get("brand")
    found = "".join(one for one in str(said)[:40].upper() if one.isalnum() or one in " _-")
    return found.strip()[:_LONGEST_BRAND] if isinstance(said, str) else ""


def started(session: Session, means: Means, event: Happened) -> None:
    """A device is about to ask its terminal."""
    row = _payment(session, means, event)
    row.order = event.maybe("order")
    row.terminal, row.kind = event.text("terminal", ""), event.text("kind", "card")
    row.amount, row.currency = event.whole("amount"), event.text("currency")


def declined(session: Session, means: Means, event: Happened) -> None:
    """No money moved; a cancelled attempt says so."""
    row = _payment(session, means, event)
    why = event.text("reason", "")
    if row.state not in _FINAL:
        row.state = "cancelled" if why == "cancelled" else "declined"
    row.why = why
    attempts.certain(session, means, row)


def unknown(session: Session, means: Means, event: Happened) -> None:
    """Nobody can see yet whether money moved. Staff hear of it."""
    row = _payment(session, means, event)
    if row.state in _FINAL:
        return
    row.state = "unknown"
    discrepancies.note(
        session,
        means,
        "payment_unknown",
        row.intent,
        facts={
            "order": row.order,
            "amount": row.amount,
            "device": event.device,
            "incarnation": event.incarnation,
            "reference": event.maybe("reference"),
            "pickup_hash": event.maybe("pickup_hash"),
        },
        evidence=[event.id],
    )


def approved(session: Session, means: Means, event: Happened) -> None:
    """Money moved, and no sale can follow at once."""
    row = _payment(session, means, event)
    row.ref = event.maybe("ref")
    row.brand = brand(event.body) or row.brand
    attempts.certain(session, means, row)
    if row.state == "sold":
        return
    row.state = "approved"
    amount = event.whole("amount", row.amount)
    _move(session, means, event, row, amount - row.booked, "approved without a sale")
    discrepancies.note(
        session,
        means,
        "charge_without_sale",
        row.intent,
        facts={"order": row.order, "amount": amount, "device": event.device},
        evidence=[event.id],
    )


def captured(session: Session, means: Means, event: Happened) -> None:
    """What was approved is taken for good. It may be less than was approved."""
    row = _payment(session, means, event)
    row.captured = True
    amount = event.whole("amount", row.amount)
    _move(session, means, event, row, amount - row.booked, "capture")


def voided(session: Session, means: Means, event: Happened) -> None:
    """An approval was taken back: nothing was charged."""
    row = _payment(session, means, event)
    if row.state == "sold":
        discrepancies.note(
            session,
            means,
            "sale_without_charge",
            row.intent,
            facts={"order": row.order, "amount": row.booked, "state": "voided"},
            evidence=[event.id],
        )
    row.state, row.why = "voided", event.text("why", "")
    _move(session, means, event, row, -row.booked, "void")
    _reversed(session, means, row)


def refunded(session: Session, means: Means, event: Happened) -> None:
    """Money went back."""
    row = _payment(session, means, event)
    amount = event.whole("amount", row.amount)
    if row.state != "sold":
        row.state = "refunded"
    row.why = event.text("why", "")
    # A refund of money that was never booked is booked both ways, so that it shows.
    if row.booked < amount:
        _move(session, means, event, row, amount - row.booked, "charge")
    _move(session, means, event, row, -amount, "refund")
    _reversed(session, means, row)


def _payment(session: Session, means: Means, event: Happened) -> PaymentRow:
    intent = event.text("intent")
    row = session.get(PaymentRow, intent, with_for_update=True)
    if row is None:
        house = session.scalars(select(HouseRow)).first()
        row = PaymentRow(
            intent=intent,
            order=event.maybe("order"),
            device=event.device,
            terminal="",
            kind=event.text("kind", "card"),
            amount=event.whole("amount", 0),
            currency=event.text("currency", house.currency if house else "EUR"),
            state="started",
            ref=None,
            why=None,
            captured=False,
            booked=0,
            changed_ms=means.now_ms,
        )
        session.add(row)
        session.flush()
    elif row.device != event.device:
        raise ValueError(f"intent {intent} is another device's")
    row.changed_ms = means.now_ms
    return row


def _move(
    session: Session,
    means: Means,
    event: Happened,
    row: PaymentRow,
    amount: int,
    why: str,
) -> None:
    """Book money in (above 0) or out (below 0) on this attempt."""
    if amount == 0:
        return
    moved = Money(abs(amount), row.currency)
    lines = (
        journal.payment(row.kind, moved) if amount > 0 else journal.payout(row.kind, moved)
    )
    row.booked += amount
    book.post(
        session,
        means.new_id(),
        lines,
        why=why,
        order=row.order,
        source=event.id,
        now_ms=means.now_ms,
    )


def _reversed(session: Session, means: Means, row: PaymentRow) -> None:
    attempts.certain(session, means, row)
    discrepancies.close(session, means, "charge_without_sale", row.intent, how="reversal")
