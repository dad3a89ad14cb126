"""Charges to cards on file: written down, asked for once, settled whatever happens.

A charge is in the book before the gateway hears of it; one in doubt is asked for, never
made again. Source: MEM9, PAY1, PAY2, design.md §6.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import attempts, audit, cards_on_file, discrepancies, takings
from ledger.cards_on_file import ON_FILE, OPEN, Bar
from ledger.clock import Means
from ledger.gateways.port import Charge, Charged, Down, Gateway, NoCard, Step
from ledger.store import Store
from ledger.tables.money import PaymentRow
from ledger.tables.orders import OrderRow

WAITING = ("started", "unknown")
# So long an answer may take before a charge is stopped, or staff hear that it is in doubt.
PATIENT_MS, LOOK_EVERY_MS = 60_000, 20_000


@dataclass(frozen=True)
class Attempt:
    """One charge as the book has it. why: how it ended."""

    key: str
    order: str
    amount: int
    currency: str
    state: str
    why: str
    ref: str
    token: str
    changed_ms: int


def start(
    session: Session, means: Means, order: OrderRow, *, key: str, by: str
) -> Attempt | Bar:
    """Write a charge of all that was agreed down, before anybody is asked.

    order: locked. A key that is known gives that charge. Without a card: NOTHING_DUE.
    """
    before = find(session, key)
    if before is not None:
        return before if before.order == order.id else Bar.PENDING
    card = cards_on_file.kept(session, order.id, means.now_ms)
    found = cards_on_file.read(session, order, means.now_ms)
    if card is None or found is None:
        return Bar.NOTHING_DUE
    if found.bar is not None:
        return found.bar
    session.add(
        PaymentRow(
            intent=key,
            order=order.id,
            device=ON_FILE,
            terminal=card.gateway,
            kind="card",
            amount=found.amount,
            currency=order.currency,
            state="started",
            ref=None,
            why=None,
            captured=False,
            booked=0,
            brand=card.brand,
            last4=card.last4,
            changed_ms=means.now_ms,
        )
    )
    facts = {"amount": found.amount, "attempt": key}
    action = "charge_card_on_file"
    audit.note(session, means, staff=by, action=action, subject=order.id, facts=facts)
    session.flush()
    made = find(session, key)
    assert made, "it was written down just now"
    return made


def charge(
    store: Store, means: Means, gateway: Gateway, attempt: Attempt, *, words: str
) -> Attempt:
    """Ask the bank for what was written down, once, and do what follows."""
    if attempt.state != "started" or attempt.ref:
        return settle(store, means, gateway, attempt)
    try:
        ref = gateway.prepare(
            attempt.key,
            attempt.token,
            amount=attempt.amount,
            currency=attempt.currency,
            words=words,
        )
        # Whoever has given it up meanwhile is right: it takes nothing.
        if store.write(_named, attempt.key, ref):
            gateway.charge(ref)
    except NoCard:
        store.write(_over, means, attempt.key, Charged(Step.ENDED, "no_card"))
    except Down:
        # What has no name of the gateway's was never asked for: no bank has heard of it.
        store.write(_over, means, attempt.key, None)
    return settle(store, means, gateway, _again(store, attempt.key))


def settle(store: Store, means: Means, gateway: Gateway, attempt: Attempt) -> Attempt:
    """Ask what became of a charge and do what follows; give it as it is then."""
    late = means.now_ms - attempt.changed_ms >= PATIENT_MS
    try:
        if attempt.state == "voiding":
            taken = Charge(attempt.key, attempt.ref)
            no = gateway.refund(taken, key=f"{attempt.key}-void", amount=attempt.amount)
            store.write(_voided, means, attempt.key, no)
        elif attempt.state in WAITING and attempt.ref:
            said = gateway.outcome(attempt.ref)
            if said.step is Step.OPEN and late:
                said = gateway.stop(attempt.ref)  # Nothing may come of it later.
            store.write(_settled, means, attempt.key, said)
        elif attempt.state in WAITING and late:
            store.write(_over, means, attempt.key, None)
    except Down:
        if late:
            store.write(_silent, means, attempt.key)
    return _again(store, attempt.key)


def sweep(store: Store, means: Means, gateway: Gateway) -> bool:
    """Settle what nobody looks at any more; say whether anything was over."""
    with store.read() as session:
        open_ = session.scalars(
            select(PaymentRow.intent).where(
                PaymentRow.device == ON_FILE,
                PaymentRow.terminal == gateway.name,
                PaymentRow.state.in_(OPEN),
                PaymentRow.changed_ms <= means.now_ms - LOOK_EVERY_MS,
            )
        ).all()
    states = [settle(store, means, gateway, _again(store, key)).state for key in open_]
    return any(state not in OPEN for state in states)


def find(session: Session, key: str) -> Attempt | None:
    """Give a charge to a card on file."""
    row = attempts.find(session, key, ON_FILE)
    return _attempt(session, row) if row is not None else None


def latest(session: Session, order: str) -> Attempt | None:
    """Give the last charge to an order's card on file."""
    row = attempts.latest(session, order, ON_FILE)
    return _attempt(session, row) if row is not None else None


def _attempt(session: Session, row: PaymentRow) -> Attempt:
    card = cards_on_file.of_order(session, row.order or "")
    return Attempt(
        row.intent,
        row.order or "",
        row.amount,
        row.currency,
        row.state,
        row.why or "",
        row.ref or "",
        card.token if card is not None else "",
        row.changed_ms,
    )


def _again(store: Store, key: str) -> Attempt:
    with store.read() as session:
        found = find(session, key)
    assert found, "attempts are never taken off the book"
    return found


def _named(session: Session, key: str, ref: str) -> bool:
    row = session.get_one(PaymentRow, key, with_for_update=True)
    if row.state not in WAITING:
        return False
    row.ref = row.ref or ref
    return True


def _over(session: Session, means: Means, key: str, said: Charged | None) -> None:
    """End what the gateway never had. said: what it answered instead; None: nothing."""
    row = session.get_one(PaymentRow, key, with_for_update=True)
    if row.state in WAITING and not row.ref:
        why = said.why if said is not None else "unreachable"
        attempts.over(session, means, row, "declined" if said else "cancelled", why)


def _settled(session: Session, means: Means, key: str, said: Charged) -> None:
    """Write down what the bank said; what it took is booked once."""
    row = session.get_one(PaymentRow, key, with_for_update=True)
    if row.state not in WAITING or said.step is Step.OPEN:
        return
    if said.step is not Step.TAKEN:
        state = "declined" if said.why else "cancelled"
        attempts.over(session, means, row, state, said.why or "cancelled")
        return
    order = session.get_one(OrderRow, row.order, with_for_update=True)
    row.captured, row.changed_ms = True, means.now_ms
    if order.state == "cancelled":
        row.state, row.why = "voiding", "order_cancelled"
        return
    takings.take(
        session, means, order, kind="card", amount=row.amount, ref=row.ref or "", intent=key
    )
    row.booked = row.amount
    attempts.over(session, means, row, "sold", "")
    cards_on_file.let_go(session, means, order.id)


def _voided(session: Session, means: Means, key: str, no: str) -> None:
    row = session.get_one(PaymentRow, key, with_for_update=True)
    if row.state != "voiding":
        return
    attempts.over(session, means, row, "voided", row.why or "order_cancelled")
    if no:
        facts = {"order": row.order, "amount": row.amount, "why": no}
        discrepancies.note(session, means, "refund_refused", key, facts=facts)


def _silent(session: Session, means: Means, key: str) -> None:
    """Nobody answers: staff hear that it cannot be seen yet."""
    row = session.get_one(PaymentRow, key, with_for_update=True)
    if row.state == "started":
        attempts.doubt(session, means, row)
