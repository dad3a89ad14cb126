"""Pay for a basket: an attempt is written down, the gateway is asked, an order follows.

Silence is never a decline; what the bank approved becomes an order or goes back at once; an
order is captured after it is written, and asked for again until that is certain. While a
payment is in flight the seats stay held (INV4). Source: PAY1-PAY5, ORD9, design.md §6.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import cards
from boxoffice.cards import Authorisation, Reply
from boxoffice.refusals import Code
from ledger import (
    audit,
    basket_tenders,
    baskets,
    cards_on_file,
    catalogue,
    evenings,
    member_checks,
)
from ledger.baskets import SHOP
from ledger.checkout_attempts import (
    Attempt,
    attempt_of,
    captured,
    ended,
    keep_seats,
    named,
    reopen,
    voided,
)
from ledger.checkout_orders import sell
from ledger.clock import Means
from ledger.desk_money import Payment
from ledger.gateways.port import Asked, Down, Gateway, Seen, Step
from ledger.refused import Refused
from ledger.requests import Made
from ledger.store import Store
from ledger.tables.baskets import BasketRow
from ledger.tables.money import PaymentRow
from ledger.tables.orders import OrderRow

# A hold under a payment ends when the payment does; this only bounds what nobody settles.
IN_FLIGHT_MS = 7 * 86_400_000
# So long a gateway may take to answer that it waits for the patron.
BEGINNING_MS = 60_000


@dataclass(frozen=True)
class Trouble:
    """The gateway did not answer. certain: nothing can have been charged."""

    certain: bool


def start(
    session: Session, means: Means, id: str, *, key: str, terminal: str
) -> Attempt | Made | Refused:
    """Write an attempt down before the gateway hears of it, or find the one that is there.

    An order that costs nothing is made at once. Refuses NOT_HELD,
    USE_ANOTHER_WAY, PERFORMANCE_CANCELLED.
    """
    row = session.get(BasketRow, id, with_for_update=True)
    if row is None or row.state == "ended":
        return Refused(Code.NOT_HELD)
    if row.order:
        return Made(row.order, again=True)
    if row.state == "paying" and row.intent:
        return attempt_of(session.get_one(PaymentRow, row.intent), row)
    basket = baskets.read(session, row, means.now_ms)
    if not basket.held or not basket.details.complete:
        return Refused(Code.NOT_HELD)
    if evenings.called_off(session, basket.performance):
        return Refused(Code.PERFORMANCE_CANCELLED)
    if another := cards.another_way(row.failures):
        return Refused(another)
    if (before := session.get(PaymentRow, key)) is not None:
        return attempt_of(before, row)  # Pressed on an old page: that attempt is over.
    amount = basket_tenders.due(session, basket)
    if amount == 0:
        return sell(session, means, row, basket, ())
    payment = PaymentRow(
        intent=key,
        order=row.id,
        device=SHOP,
        terminal=terminal,
        kind="card",
        amount=amount,
        currency=catalogue.house(session).currency,
        state="started",
        ref=None,
        why=None,
        captured=False,
        booked=0,
        changed_ms=means.now_ms,
    )
    session.add(payment)
    row.state, row.intent = "paying", key
    keep_seats(session, row, row.until_ms + IN_FLIGHT_MS)
    session.flush()
    return attempt_of(payment, row)


def address(
    store: Store,
    means: Means,
    gateway: Gateway,
    attempt: Attempt,
    *,
    words: str,
    email: str,
    back: str,
    language: str,
    keep: bool = False,
) -> str | Trouble:
    """Have the gateway wait for the patron, and give the address where to pay.

    keep: the patron lets us keep the card on file.

    Nobody has been sent there when this fails, so nothing can have been charged.
    """
    asked = Asked(
        attempt.key, attempt.amount, attempt.currency, words, email, back, language, keep
    )
    try:
        begun = gateway.begin(asked)
    except Down:
        if attempt.ref:
            return Trouble(certain=False)
        state = store.write(ended, means, attempt.key, why="unreachable")
        return Trouble(certain=state == "cancelled")
    if not store.write(named, attempt.key, begun.ref):
        with suppress(Down):
            gateway.close(begun.ref)
        return Trouble(certain=True)  # It was given up meanwhile, and nobody was sent.
    return begun.address


def settle(
    store: Store,
    means: Means,
    gateway: Gateway,
    attempt: Attempt,
    *,
    close: bool = False,
    accept_mismatch: bool = False,
) -> str:
    """Ask the gateway and do what follows; give the attempt's state afterwards.

    close: the patron gave up, or the time is over: end it, if it is not paid. Raises Down.
    """
    if attempt.state in {"started", "unknown"}:
        if not attempt.ref and means.now_ms - attempt.changed_ms < BEGINNING_MS:
            return attempt.state
        if not attempt.ref:
            # The gateway never heard of it, or its answer got lost before anybody paid.
            return store.write(ended, means, attempt.key, why="cancelled")
        seen = gateway.close(attempt.ref) if close else gateway.look(attempt.ref)
        if not close and cards.another_way(seen.failures) and seen.step is Step.OPEN:
            seen = gateway.close(attempt.ref)  # Reserves must not pile up: PAY2.
        state = store.write(
            settled, means, attempt.key, seen, accept_mismatch=accept_mismatch
        )
    else:
        state = attempt.state
    if state == "voiding":
        accepted = gateway.void(attempt.ref)
        return store.write(voided, means, attempt.key, accepted=accepted)
    if state == "sold" and not attempt.captured:
        gateway.capture(attempt.ref)
        store.write(captured, means, attempt.key)
    return state


def sweep(
    store: Store,
    means: Means,
    gateway: Gateway,
    attempts: Iterable[Attempt],
    *,
    accept_mismatch: bool = False,
) -> int:
    """Settle what patrons left behind; give how many are over now. Trouble passes."""
    over = 0
    for attempt in attempts:
        try:
            state = settle(
                store,
                means,
                gateway,
                attempt,
                close=attempt.until_ms <= means.now_ms,
                accept_mismatch=accept_mismatch,
            )
        except Down:
            continue
        over += state not in {"started", "unknown", "voiding"}
    return over


def settled(
    session: Session, means: Means, key: str, seen: Seen, *, accept_mismatch: bool
) -> str:
    """Write down what the gateway showed; give the state of the attempt."""
    payment = session.get_one(PaymentRow, key, with_for_update=True)
    row = session.scalars(
        select(BasketRow).where(BasketRow.intent == key).with_for_update()
    ).one()
    if payment.state not in {"started", "unknown"}:
        return payment.state  # Somebody else settled it this moment.
    payment.changed_ms = means.now_ms
    if seen.step is Step.OPEN:
        return payment.state
    if seen.step is Step.ENDED:
        row.failures += seen.failures
        payment.state = "declined" if seen.failures else "cancelled"
        payment.why = Code.DECLINED.value if seen.failures else "cancelled"
        reopen(session, means, row, failed=seen.failures > 0)
        return payment.state
    reply = Reply(Authorisation.APPROVED, address=seen.address, code=seen.code)
    outcome = cards.charge(payment.amount, reply, accept_mismatch=accept_mismatch)
    if outcome.refusal or seen.amount != payment.amount:
        row.failures += 1
        refusal = outcome.refusal or Code.DECLINED
        payment.state, payment.why = "voiding", refusal.value
        _keep(session, means, payment, seen, None)
        reopen(session, means, row, failed=True)
        return payment.state
    basket = baskets.read(session, row, means.now_ms)
    made = sell(
        session,
        means,
        row,
        basket,
        (Payment("card", payment.amount, payment.ref or "", intent=key),),
    )
    if isinstance(made, Refused):
        payment.state, payment.why = "voiding", made.code.value
        _keep(session, means, payment, seen, None)
        reopen(session, means, row)
        return payment.state
    payment.state, payment.booked = "sold", payment.amount
    payment.brand, payment.last4 = seen.brand, seen.last4
    _keep(session, means, payment, seen, made.order)
    if outcome.overruled:
        facts = {"mismatch": outcome.overruled.value}
        audit.note(
            session,
            means,
            staff=SHOP,
            action="accept_mismatch",
            subject=made.order,
            facts=facts,
        )
    return payment.state


def _keep(
    session: Session, means: Means, payment: PaymentRow, seen: Seen, order: str | None
) -> None:
    """Keep the card while the order's subscriber is to be verified, else let it go."""
    if seen.kept is None:
        return
    row = session.get(OrderRow, order) if order else None
    needed = row is not None and member_checks.waits(session, row)
    cards_on_file.keep(session, means, payment, seen.kept, order if needed else None)
