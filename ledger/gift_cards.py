"""Gift cards as a sale: money that the house owes their holders until they spend it.

A card is made when it is paid for; its code goes by mail or is read once at the window, and
is kept nowhere. One that paid for nothing yet ends with its order, and the money can go
back; one that was used stays. Source: docs/decisions/0017.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from boxoffice import journal
from boxoffice.money import Money
from boxoffice.pricing import Seller
from ledger import (
    audit,
    desk_money,
    orders,
    outbox,
    patrons,
    pickups,
    requests,
    voucher_balances,
    webhooks,
)
from ledger import journal as book
from ledger.clock import Means
from ledger.desk_money import Payment
from ledger.patrons import Patron
from ledger.refused import Refused
from ledger.tables.gift_cards import GiftCardRow
from ledger.tables.members import PromisedRow, VoucherRow
from ledger.tables.orders import OrderLineRow, OrderRow, PatronRow

LINE = "gift_card"
# Nothing is bought to pay for itself: no card is paid with another one.
TENDERS = ("cash", "card", "cheque", "bank_transfer")
LETTER, BOUGHT = "gift_card", "gift_card_bought"


@dataclass(frozen=True)
class Said:
    """All that was entered. amount: minor units. payments: of the whole amount.

    recipient, email: for whom it is and where the code goes; blank: to who buys. words:
    what the buyer says to them.
    """

    amount: int
    currency: str
    payments: Sequence[Payment]
    patron: Patron | None = None
    recipient: str = ""
    email: str = ""
    words: str = ""
    note: str = ""
    seller: Seller = Seller.WINDOW


@dataclass(frozen=True)
class Sold:
    """The order of a card. code: what pays with it; blank when an earlier press has it."""

    order: str
    code: str


@dataclass(frozen=True)
class Card:
    """A card of an order as it stands. left: minor units; untouched: it paid nothing."""

    line: str
    card: str
    recipient: str
    email: str
    amount: int
    left: int
    void: bool
    untouched: bool


def sell(
    session: Session, means: Means, *, key: str, said: Said, by: str, asker: str
) -> Sold | Refused:
    """Make a gift card and the order that sold it. key: names this sale, once.

    by: who sells; the shop has its own name. Its payments cover the amount: the caller has
    seen to that.
    """
    if made := requests.made(session, key, asker):
        return Sold(made, "")
    paid = sum(payment.amount for payment in said.payments)
    assert paid == said.amount, "a gift card is paid when it is made"
    assert {payment.kind for payment in said.payments} <= set(TENDERS), "paid by a card"
    row = orders.write(
        session,
        means,
        currency=said.currency,
        seller=said.seller.value,
        patron=patrons.add(session, means, said.patron) if said.patron else None,
        delivery="email" if _address(said) else "print",
        photo_id=False,
        note=said.note,
        charge=0,
        paid=0,
    )
    order = session.get_one(OrderRow, row.id, with_for_update=True)
    line = OrderLineRow(
        id=f"{order.id}/g01",
        order=order.id,
        kind=LINE,
        amount=said.amount,
        fee_outside=0,
        fee_inside=0,
    )
    session.add(line)
    session.flush()
    code = voucher_balances.issue(
        session, means, kind="gift_card", currency=said.currency, amount=said.amount
    )
    session.add(
        GiftCardRow(
            line=line.id,
            order=order.id,
            card=pickups.hash_of(code),
            recipient=said.recipient,
            email=_address(said),
            words=said.words,
            language=said.patron.language if said.patron else "en",
            ended_ms=None,
        )
    )
    _owe(session, means, order, said.amount, "gift card sold")
    for payment in said.payments:
        refused = desk_money.pay(session, means, order, payment, by=by)
        assert refused is None, "only codes are refused"
    _mail(session, means, order, code)
    requests.keep(session, key, order.id, now_ms=means.now_ms, asker=asker)
    audit.note(
        session,
        means,
        staff=by,
        action="sell_gift_card",
        subject=order.id,
        facts={"amount": said.amount, "seller": said.seller.value},
    )
    webhooks.note(session, means, "order.sold", order.id)
    return Sold(order.id, code)


def of_order(session: Session, order: str) -> list[Card]:
    """Give the cards that an order sold."""
    found = session.execute(
        select(GiftCardRow, OrderLineRow.amount, VoucherRow)
        .join(OrderLineRow, OrderLineRow.id == GiftCardRow.line)
        .join(VoucherRow, VoucherRow.hash == GiftCardRow.card)
        .where(GiftCardRow.order == order)
        .order_by(GiftCardRow.line)
    )
    return [
        Card(
            row.line,
            row.card,
            row.recipient,
            row.email,
            amount,
            card.balance,
            card.void_ms is not None,
            card.balance == amount and not _used(session, row.card),
        )
        for row, amount, card in found
    ]


def end(session: Session, means: Means, order: OrderRow) -> None:
    """The order was cancelled: cards that paid for nothing are void, and cost nothing."""
    for row, amount, card in _rows(session, order.id, ended=False):
        if card.void_ms is None and card.balance == amount and not _used(session, row.card):
            card.void_ms = row.ended_ms = means.now_ms
            _owe(session, means, order, -amount, "gift card taken back")


def renew(session: Session, means: Means, order: OrderRow) -> None:
    """The order was restored: its cards pay again."""
    for row, amount, card in _rows(session, order.id, ended=True):
        card.void_ms = row.ended_ms = None
        _owe(session, means, order, amount, "gift card restored")


def new_code(
    session: Session, means: Means, order: OrderRow, line: str, *, reason: str, by: str
) -> str | None:
    """Give a card a new code, where the old one got lost; the old one pays no more.

    None: there is no such card, it is void, or empty.
    """
    row = session.get(GiftCardRow, line, with_for_update=True)
    if row is None or row.order != order.id:
        return None
    old = session.get_one(VoucherRow, row.card, with_for_update=True)
    if old.void_ms is not None or old.balance < 1:
        return None
    code = voucher_balances.issue(
        session,
        means,
        kind=old.kind,
        currency=old.currency,
        amount=old.balance,
        until_ms=old.until_ms,
    )
    old.void_ms = means.now_ms
    row.card = pickups.hash_of(code)
    session.flush()
    _mail(session, means, order, code, bought=False)
    audit.note(
        session,
        means,
        staff=by,
        action="renew_gift_card",
        subject=order.id,
        reason=reason,
        facts={"amount": old.balance},
    )
    return code


@dataclass(frozen=True)
class Owed:
    """How many cards that were sold can still be spent, and what they are worth."""

    cards: int
    amount: int


def owed(session: Session) -> Owed:
    """Count what the house owes the holders of cards that it sold."""
    count, amount = session.execute(
        select(func.count(), func.coalesce(func.sum(VoucherRow.balance), 0))
        .join(GiftCardRow, GiftCardRow.card == VoucherRow.hash)
        .where(VoucherRow.void_ms.is_(None), VoucherRow.balance > 0)
    ).one()
    return Owed(count, int(amount))


def _address(said: Said) -> str:
    return said.email or (said.patron.email if said.patron else "")


def _owe(session: Session, means: Means, order: OrderRow, amount: int, why: str) -> None:
    lines = journal.stored_value(Money(amount, order.currency))
    book.post(session, means.new_id(), lines, why=why, order=order.id, now_ms=means.now_ms)
    order.charge += amount
    session.flush()


def _mail(
    session: Session, means: Means, order: OrderRow, code: str, *, bought: bool = True
) -> None:
    """Leave the letter with the code, and word to the buyer where it went elsewhere.

    The letter's facts hold the code until it is sent.
    """
    patron = session.get(PatronRow, order.patron) if order.patron else None
    [card] = of_order(session, order.id)
    row = session.get_one(GiftCardRow, card.line)
    buyer = patron.email if patron else ""
    facts = {
        "language": row.language,
        "buyer": patron.name if patron else "",
        "recipient": row.recipient,
        "words": row.words,
    }
    if row.email:
        name = row.recipient or (facts["buyer"] if row.email == buyer else "")
        told = facts | {"code": shown(code), "name": name}
        outbox.add(session, means, to=row.email, kind=LETTER, order=order.id, facts=told)
    if bought and buyer and buyer != row.email:
        told = facts | {"name": facts["buyer"], "to": row.email}
        outbox.add(session, means, to=buyer, kind=BOUGHT, order=order.id, facts=told)


def shown(code: str) -> str:
    """Group a code for eyes: blanks and strokes mean nothing when it is typed."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def _used(session: Session, card: str) -> bool:
    """Whether a card paid for something, or is promised to."""
    found = select(PromisedRow.id).where(
        PromisedRow.source == card, PromisedRow.state != "released"
    )
    return session.scalar(found.limit(1)) is not None


def _rows(
    session: Session, order: str, *, ended: bool
) -> list[tuple[GiftCardRow, int, VoucherRow]]:
    found = session.execute(
        select(GiftCardRow, OrderLineRow.amount, VoucherRow)
        .join(OrderLineRow, OrderLineRow.id == GiftCardRow.line)
        .join(VoucherRow, VoucherRow.hash == GiftCardRow.card)
        .where(
            GiftCardRow.order == order,
            GiftCardRow.ended_ms.is_not(None) if ended else GiftCardRow.ended_ms.is_(None),
        )
        .order_by(GiftCardRow.line)
        .with_for_update()
    )
    return [(row, amount, card) for row, amount, card in found]
