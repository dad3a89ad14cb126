"""A basket that was paid becomes an order, with all that was promised to it."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from boxoffice.pricing import Seller
from boxoffice.refusals import Code
from ledger import (
    basket_tenders,
    catalogue,
    gift_cards,
    member_service,
    memberships,
    promised_tenders,
    promo_codes,
    tenders,
    window,
)
from ledger.baskets import SHOP, Basket
from ledger.clock import Means
from ledger.desk_money import Payment
from ledger.refused import Refused
from ledger.requests import Made
from ledger.tables.baskets import BasketRow
from ledger.tables.members import MemberRow, PromisedRow
from ledger.tables.money import PaymentRow
from ledger.tables.orders import OrderRow


def sell(
    session: Session,
    means: Means,
    row: BasketRow,
    basket: Basket,
    payments: tuple[Payment, ...],
) -> Made | Refused:
    """Make the basket an order, with the credits that were promised to it."""
    if basket.gift:
        return _sell_gift_card(session, means, row, basket, payments)
    by_code = basket_tenders.payments(session, basket)
    if row.membership:
        paid = (*by_code, *payments)
        made = _sell_memberships(session, means, row, basket, paid)
        if isinstance(made, Made):
            _spend(session, means, basket, made.order, by_code)
        return made
    if row.hold is None:
        return Refused(Code.NOT_HELD)
    said = basket.said((*by_code, *payments))
    made = window.sell(session, means, hold=row.hold, said=said, by="", asker=SHOP)
    if isinstance(made, Refused):
        return made
    row.state, row.order, row.said = "sold", made.order, "{}"
    _spend(session, means, basket, made.order, by_code)
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
            patron=basket.patron,
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
        member_service.invite(session, means, member, typed.language)
    return made


def _spend(
    session: Session,
    means: Means,
    basket: Basket,
    order: str,
    by_code: Sequence[Payment],
) -> None:
    """What was promised to the basket is the order's now; the rest of it goes back."""
    promised = session.scalars(
        select(PromisedRow).where(
            PromisedRow.hold == basket.pledge, PromisedRow.state == "held"
        )
    ).all()
    paid = {payment.ref: payment.amount for payment in by_code}
    kinds = [kind for _, kind in basket.seats]
    codes = promo_codes.of(session, basket.performance, kinds) if kinds else {}
    for promise in promised:
        if promise.kind == tenders.PROMO and promise.source not in codes:
            promised_tenders.give_back(session, promise.id)
            continue
        promise.order = order
        promised_tenders.spend(
            session,
            means,
            tender=promise.id,
            amount=paid.get(promise.id, 0),
            order=order,
            event=basket.id,
        )


def _sell_gift_card(
    session: Session,
    means: Means,
    row: BasketRow,
    basket: Basket,
    payments: tuple[Payment, ...],
) -> Made | Refused:
    """Make the basket a gift card, whose code goes by mail."""
    typed = basket.details
    made = gift_cards.sell(
        session,
        means,
        key=row.id,
        said=gift_cards.Said(
            typed.gift,
            catalogue.house(session).currency,
            payments,
            patron=basket.patron,
            recipient=typed.recipient,
            email=typed.recipient_email,
            words=typed.words,
            seller=Seller.ONLINE,
        ),
        by=SHOP,
        asker=SHOP,
    )
    if isinstance(made, Refused):
        return made
    row.state, row.order, row.said = "sold", made.order, "{}"
    _named_order(session, row.id, made.order)
    return Made(made.order)


def _named_order(session: Session, basket: str, order: str) -> None:
    """Attempts of a basket are found under the number that staff know."""
    session.execute(
        update(PaymentRow).where(PaymentRow.order == basket).values(order=order)
    )
