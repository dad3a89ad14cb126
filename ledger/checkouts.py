"""Pay for a basket: an attempt is written down, the gateway is asked, an order follows.

Silence is never a decline; what the bank approved becomes an order or goes back at once; an
order is captured after it is written, and asked for again until that is certain. While a
payment is in flight the seats stay held (INV4). Source: PAY1-PAY5, ORD9, design.md §6.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from boxoffice import cards
from boxoffice.cards import Authorisation, Reply
from boxoffice.pricing import Seller
from boxoffice.refusals import Code
from ledger import (
    audit,
    baskets,
    catalogue,
    discrepancies,
    member_service,
    memberships,
    tenders,
    window,
)
from ledger.baskets import SHOP, Basket
from ledger.clock import Means
from ledger.desk_money import Payment
from ledger.gateways.port import Asked, Down, Gateway, Seen, Step
from ledger.patrons import Patron
from ledger.refused import Refused
from ledger.requests import Made
from ledger.store import Store
from ledger.tables.baskets import BasketRow
from ledger.tables.members import MemberRow, PromisedRow
from ledger.tables.money import PaymentRow
from ledger.tables.orders import OrderRow
from ledger.tables.seats import HoldRow

# A hold under a payment ends when the payment does; this only bounds what nobody settles.
IN_FLIGHT_MS = 7 * 86_400_000
# After a payment that failed there is time for another one.
RETRY_MS = 5 * 60_000
# So long a gateway may take to answer that it waits for the patron.
BEGINNING_MS = 60_000
# Patrons who come back settle their own payment; the others' is looked at now and then.
LOOK_EVERY_MS = 20_000


@dataclass(frozen=True)
class Attempt:
    """One attempt to pay, as the book has it. amount: minor units. ref: the gateway's."""

    key: str
    basket: str
    amount: int
    currency: str
    state: str
    ref: str
    until_ms: int
    captured: bool
    changed_ms: int


@dataclass(frozen=True)
class Trouble:
    """The gateway did not answer. certain: nothing can have been charged."""

    certain: bool


def start(
    session: Session, means: Means, id: str, *, key: str, terminal: str
) -> Attempt | Made | Refused:
    """Write an attempt down before the gateway hears of it, or find the one that is there.

    An order that costs nothing is made at once. Refuses NOT_HELD, USE_ANOTHER_WAY.
    """
    row = session.get(BasketRow, id, with_for_update=True)
    if row is None or row.state == "ended":
        return Refused(Code.NOT_HELD)
    if row.order:
        return Made(row.order, again=True)
    if row.state == "paying" and row.intent:
        return _attempt(session.get_one(PaymentRow, row.intent), row)
    basket = baskets.read(session, row, means.now_ms)
    if not basket.held or not basket.details.complete:
        return Refused(Code.NOT_HELD)
    if another := cards.another_way(row.failures):
        return Refused(another)
    if (before := session.get(PaymentRow, key)) is not None:
        return _attempt(before, row)  # Pressed on an old page: that attempt is over.
    amount = baskets.quote(session, basket).charge
    if amount == 0:
        return _sell(session, means, row, basket, ())
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
    _keep(session, row, row.until_ms + IN_FLIGHT_MS)
    session.flush()
    return _attempt(payment, row)


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
) -> str | Trouble:
    """Have the gateway wait for the patron, and give the address where to pay.

    Nobody has been sent there when this fails, so nothing can have been charged.
    """
    asked = Asked(
        attempt.key, attempt.amount, attempt.currency, words, email, back, language
    )
    try:
        begun = gateway.begin(asked)
    except Down:
        if attempt.ref:
            return Trouble(certain=False)
        state = store.write(_ended, means, attempt.key, why="unreachable")
        return Trouble(certain=state == "cancelled")
    if not store.write(_named, attempt.key, begun.ref):
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
            return store.write(_ended, means, attempt.key, why="cancelled")
        seen = gateway.close(attempt.ref) if close else gateway.look(attempt.ref)
        if not close and cards.another_way(seen.failures) and seen.step is Step.OPEN:
            seen = gateway.close(attempt.ref)  # Reserves must not pile up: PAY2.
        state = store.write(
            _settled, means, attempt.key, seen, accept_mismatch=accept_mismatch
        )
    else:
        state = attempt.state
    if state == "voiding":
        accepted = gateway.void(attempt.ref)
        return store.write(_voided, means, attempt.key, accepted=accepted)
    if state == "sold" and not attempt.captured:
        gateway.capture(attempt.ref)
        store.write(_captured, means, attempt.key)
    return state


def find(session: Session, key: str) -> Attempt | None:
    """Give an attempt of the shop."""
    payment = session.get(PaymentRow, key)
    if payment is None or payment.device != SHOP:
        return None
    row = session.scalars(select(BasketRow).where(BasketRow.intent == key)).one_or_none()
    return _attempt(payment, row)


def waiting(session: Session, now_ms: int) -> list[Attempt]:
    """Give the attempts to see to: to be given back, to be captured, or not looked at for
    a while.
    """
    rows = session.execute(
        select(PaymentRow, BasketRow)
        .outerjoin(BasketRow, BasketRow.id == PaymentRow.order)
        .where(
            PaymentRow.device == SHOP,
            (
                PaymentRow.state.in_(("started", "unknown"))
                & (PaymentRow.changed_ms <= now_ms - LOOK_EVERY_MS)
            )
            | (PaymentRow.state == "voiding")
            | ((PaymentRow.state == "sold") & PaymentRow.captured.is_(False)),
        )
        .order_by(PaymentRow.changed_ms)
        .limit(100)
    ).all()
    return [_attempt(payment, row) for payment, row in rows]


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


def why(session: Session, basket: Basket) -> Code | None:
    """Give why the last attempt of a basket did not become an order."""
    payment = session.get(PaymentRow, basket.intent) if basket.intent else None
    known = {code.value: code for code in Code}
    return known.get(payment.why or "") if payment else None


def _settled(
    session: Session, means: Means, key: str, seen: Seen, *, accept_mismatch: bool
) -> str:
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
        _reopen(session, means, row, failed=seen.failures > 0)
        return payment.state
    reply = Reply(Authorisation.APPROVED, address=seen.address, code=seen.code)
    outcome = cards.charge(payment.amount, reply, accept_mismatch=accept_mismatch)
    if outcome.refusal or seen.amount != payment.amount:
        row.failures += 1
        refusal = outcome.refusal or Code.DECLINED
        payment.state, payment.why = "voiding", refusal.value
        _reopen(session, means, row, failed=True)
        return payment.state
    basket = baskets.read(session, row, means.now_ms)
    made = _sell(
        session,
        means,
        row,
        basket,
        (Payment("card", payment.amount, payment.ref or "", intent=key),),
    )
    if isinstance(made, Refused):
        payment.state, payment.why = "voiding", made.code.value
        _reopen(session, means, row)
        return payment.state
    payment.state, payment.booked = "sold", payment.amount
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


def _sell(
    session: Session,
    means: Means,
    row: BasketRow,
    basket: Basket,
    payments: tuple[Payment, ...],
) -> Made | Refused:
    """Make the basket an order, with the credits that were promised to it."""
    if row.membership:
        return _sell_memberships(session, means, row, basket, payments)
    if row.hold is None:
        return Refused(Code.NOT_HELD)
    made = window.sell(
        session, means, hold=row.hold, said=basket.said(payments), by="", asker=SHOP
    )
    if isinstance(made, Refused):
        return made
    row.state, row.order, row.said = "sold", made.order, "{}"
    promised = session.scalars(
        select(PromisedRow).where(PromisedRow.hold == row.hold, PromisedRow.state == "held")
    ).all()
    for promise in promised:
        promise.order = made.order
        tenders.spend(
            session, means, tender=promise.id, amount=0, order=made.order, event=row.id
        )
    _named_order(session, row.id, made.order)
    return made


def _sell_memberships(
    session: Session,
    means: Means,
    row: BasketRow,
    basket: Basket,
    payments: tuple[Payment, ...],
) -> Made | Refused:
    """Make the basket a membership order. A new member chooses a password by a link."""
    typed = basket.details
    made = memberships.sell(
        session,
        means,
        key=row.id,
        said=memberships.Said(
            kind=basket.membership,
            memberships=typed.memberships,
            patron=Patron(typed.name, typed.email, typed.phone, address=typed.address),
            seller=Seller.ONLINE,
            number=typed.number,
            donation=typed.donation,
            fields=dict(typed.fields),
            answers=[{"question": q, "answer": a} for q, a in typed.answers],
            payments=payments,
        ),
        by=SHOP,
    )
    if isinstance(made, Refused):
        return made
    row.state, row.order, row.said = "sold", made.order, "{}"
    _named_order(session, row.id, made.order)
    member = session.get_one(OrderRow, made.order).member
    if member and session.get_one(MemberRow, member).password is None:
        member_service.invite(session, means, member)
    return made


def _named_order(session: Session, basket: str, order: str) -> None:
    """Attempts of a basket are found under the number that staff know."""
    session.execute(
        update(PaymentRow).where(PaymentRow.order == basket).values(order=order)
    )


def _ended(session: Session, means: Means, key: str, *, why: str) -> str:
    payment = session.get_one(PaymentRow, key, with_for_update=True)
    if payment.state in {"started", "unknown"} and not payment.ref:
        payment.state, payment.why, payment.changed_ms = "cancelled", why, means.now_ms
        row = session.scalars(
            select(BasketRow).where(BasketRow.intent == key).with_for_update()
        ).one()
        _reopen(session, means, row)
    return payment.state


def _named(session: Session, key: str, ref: str) -> bool:
    """Write down what the gateway calls it; False: it was given up meanwhile."""
    payment = session.get_one(PaymentRow, key, with_for_update=True)
    payment.ref = payment.ref or ref
    return payment.state in {"started", "unknown"}


def _voided(session: Session, means: Means, key: str, *, accepted: bool) -> str:
    payment = session.get_one(PaymentRow, key, with_for_update=True)
    if payment.state == "voiding":
        payment.state, payment.changed_ms = "voided", means.now_ms
        if not accepted:
            discrepancies.note(
                session,
                means,
                "charge_without_sale",
                key,
                facts={"order": payment.order, "amount": payment.amount, "device": SHOP},
                evidence=[],
            )
    return payment.state


def _captured(session: Session, means: Means, key: str) -> None:
    payment = session.get_one(PaymentRow, key, with_for_update=True)
    payment.captured, payment.changed_ms = True, means.now_ms


def _reopen(
    session: Session, means: Means, row: BasketRow, *, failed: bool = False
) -> None:
    """The payment is over, the seats are still held: for what was left of their time.

    failed: the bank said no; then there is time for another card, at least.
    """
    row.state = "open"
    if failed:
        row.until_ms = max(row.until_ms, means.now_ms + RETRY_MS)
    _keep(session, row, row.until_ms)


def _keep(session: Session, row: BasketRow, until_ms: int) -> None:
    session.execute(
        update(HoldRow).where(HoldRow.id == row.hold).values(expires_ms=until_ms)
    )


def _attempt(payment: PaymentRow, row: BasketRow | None) -> Attempt:
    return Attempt(
        payment.intent,
        row.id if row else "",
        payment.amount,
        payment.currency,
        payment.state,
        payment.ref or "",
        row.until_ms if row else 0,
        payment.captured,
        payment.changed_ms,
    )
