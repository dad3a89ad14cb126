"""Cards on file: kept while a subscriber is to be verified, charged after consent alone.

The patron lets us keep the card when they say that they subscribe. It pays for what a
*change closed order* request asks, for nothing else (`card_charges`), and is forgotten once
it is not needed. Source: MEM9, PAY2, PAY4, docs/decisions/0039.
"""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from boxoffice import cards
from ledger import audit, catalogue, written
from ledger.clock import Means
from ledger.gateways.port import Down, Gateway, Kept
from ledger.store import Store
from ledger.tables.catalogue import PerformanceRow
from ledger.tables.members import MemberCheckRow
from ledger.tables.money import CardOnFileRow, PaymentRow
from ledger.tables.orders import OrderRow, TicketRow

ON_FILE = "card on file"
# So long after the evening a subscriber may still turn out to be none.
KEPT_AFTER_MS = 30 * 86_400_000
FORGET_AGAIN_MS = 300_000
OPEN = ("started", "unknown", "voiding")


class Bar(StrEnum):
    """Why a card on file cannot be charged now."""

    CANCELLED = "cancelled"
    NO_CONSENT = "no_consent"
    PENDING = "pending"
    NOTHING_DUE = "nothing_due"
    EXPIRED = "expired"
    ANOTHER_WAY = "another_way"


@dataclass(frozen=True)
class OnFile:
    """An order's card. expires: such as 2031-12. why: how the last charge ended in vain.

    amount: minor units that it may be charged. bar: why it cannot be charged now.
    """

    brand: str
    last4: str
    expires: str
    kept_ms: int
    until_ms: int
    amount: int
    bar: Bar | None
    why: str


def keep(
    session: Session,
    means: Means,
    payment: PaymentRow,
    card: Kept,
    order: str | None,
    *,
    gateway: str = "",
) -> None:
    """Write a card down that a patron let us keep. order: None: it is not needed.

    gateway: who keeps it, if that is not who took the payment.
    """
    evening = (
        select(func.max(PerformanceRow.starts_ms))
        .join(TicketRow, TicketRow.performance == PerformanceRow.id)
        .where(TicketRow.order == order)
    )
    starts_ms = (session.scalar(evening) if order else None) or means.now_ms
    session.add(
        CardOnFileRow(
            id=payment.intent,
            order=order,
            gateway=gateway or payment.terminal,
            token=card.token,
            brand=card.brand,
            last4=card.last4,
            expires=card.expires,
            kept_ms=means.now_ms,
            until_ms=starts_ms + KEPT_AFTER_MS,
            removed_ms=None if order else means.now_ms,
            next_try_ms=means.now_ms,
        )
    )
    if order:
        audit.note(
            session,
            means,
            staff=audit.PATRON,
            action="keep_card_on_file",
            subject=order,
            facts={"brand": card.brand, "last4": card.last4},
        )
    session.flush()


def read(session: Session, order: OrderRow, now_ms: int) -> OnFile | None:
    """Give an order's card, and whether it can be charged; None: there is none."""
    row = kept(session, order.id, now_ms)
    if row is None:
        return None
    tried = session.scalars(
        select(PaymentRow)
        .where(PaymentRow.order == order.id, PaymentRow.device == ON_FILE)
        .order_by(PaymentRow.intent)
    ).all()
    check = session.get(MemberCheckRow, order.id)
    agreed = check.amount if check is not None and check.how == "charged" else 0
    amount = max(0, min(agreed, order.charge - order.paid))
    today = written.moment(now_ms, catalogue.house(session).zone).date()
    failed = sum(one.state == "declined" for one in tried)
    bar = None
    if any(one.state in OPEN for one in tried):
        bar = Bar.PENDING
    elif order.state == "cancelled":
        bar = Bar.CANCELLED
    elif check is None or check.how != "charged":
        bar = Bar.NO_CONSENT
    elif not amount:
        bar = Bar.NOTHING_DUE
    elif cards.expired(row.expires, today):
        bar = Bar.EXPIRED
    elif cards.another_way(failed):
        bar = Bar.ANOTHER_WAY
    why = (tried[-1].why or "") if tried and tried[-1].state != "sold" else ""
    told = (row.brand, row.last4, row.expires, row.kept_ms, row.until_ms)
    return OnFile(*told, amount, bar, why)


def remove(session: Session, means: Means, order: str, *, by: str) -> bool:
    """Use an order's card no more; the worker has the gateway forget it. False: none."""
    done = let_go(session, means, order)
    if done:
        action = "remove_card_on_file"
        audit.note(session, means, staff=by, action=action, subject=order)
    return done


def let_go(session: Session, means: Means, order: str) -> bool:
    """The card is not needed any more."""
    row = kept(session, order, means.now_ms)
    if row is None:
        return False
    row.removed_ms = row.next_try_ms = means.now_ms
    session.flush()
    return True


def kept(session: Session, order: str, now_ms: int) -> CardOnFileRow | None:
    """Give the row of an order's card, as long as it may be used."""
    return session.scalars(
        select(CardOnFileRow).where(
            CardOnFileRow.order == order,
            CardOnFileRow.removed_ms.is_(None),
            CardOnFileRow.until_ms > now_ms,
        )
    ).first()


def of_order(session: Session, order: str) -> CardOnFileRow | None:
    """Give the row of an order's card, used or not."""
    return session.scalars(
        select(CardOnFileRow).where(CardOnFileRow.order == order)
    ).first()


def sweep(store: Store, means: Means, gateway: Gateway) -> bool:
    """Have the gateway forget what is not needed any more; say whether it did."""
    charged = select(PaymentRow.order).where(
        PaymentRow.device == ON_FILE, PaymentRow.state.in_(OPEN)
    )
    with store.read() as session:
        unneeded = session.execute(
            select(CardOnFileRow.id, CardOnFileRow.token)
            .where(
                CardOnFileRow.gateway == gateway.name,
                or_(
                    CardOnFileRow.removed_ms.is_not(None),
                    CardOnFileRow.until_ms <= means.now_ms,
                ),
                CardOnFileRow.next_try_ms <= means.now_ms,
                or_(CardOnFileRow.order.is_(None), CardOnFileRow.order.not_in(charged)),
            )
            .limit(20)
        ).all()
    over = 0
    for id, token in unneeded:
        try:
            gateway.forget(token)
        except Down:
            store.write(_forget, means, id, gone=False)
            continue
        store.write(_forget, means, id, gone=True)
        over += 1
    return over > 0


def _forget(session: Session, means: Means, id: str, *, gone: bool) -> None:
    row = session.get(CardOnFileRow, id, with_for_update=True)
    if row is not None and gone:
        session.delete(row)
    elif row is not None:
        row.next_try_ms = means.now_ms + FORGET_AGAIN_MS
