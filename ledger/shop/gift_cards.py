"""Gift cards online: how much, for whom, and then the same payment as anything else."""

from typing import Any

from babel.numbers import get_currency_precision
from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import ids
from ledger import catalogue, gift_cards, new_baskets
from ledger.baskets import Basket, Details
from ledger.shop import formats, frame
from ledger.shop.blueprint import bp
from ledger.shop.speech import gettext as _
from ledger.shop.speech import language
from ledger.tables.money import TenderRow
from ledger.tables.orders import OrderRow, PatronRow
from ledger.web import amounts
from ledger.web.sale_form import plausible
from ledger.web.typed import Form

# In whole units of the house's currency.
LEAST, MOST = 5, 1_000
LONGEST = {
    "name": 200,
    "email": 200,
    "phone": 60,
    "recipient": 200,
    "recipient_email": 200,
    "words": 300,
}


@bp.get("/gift-card")
def gift_card() -> ResponseReturnValue:
    """Ask what the card is worth, and for whom it is."""
    with frame.ledger().store.read() as session:
        return _page(session, Form({}))


@bp.post("/gift-card")
def order_gift_card() -> ResponseReturnValue:
    """Read what was typed; go on to the summary when all of it can be read."""
    form = Form(request.form.to_dict())
    with frame.ledger().store.read() as session:
        said = _read(form, catalogue.house(session).currency)
        if form.faults:
            return _page(session, form), 422
    begun = frame.write(new_baskets.begin_seatless, kind=None, details=said)
    return redirect(url_for("shop.summary", secret=begun.secret), 303)


def _read(form: Form, currency: str) -> Details:
    texts: dict[str, Any] = {n: form.get(n)[:most] for n, most in LONGEST.items()}
    unit = 10 ** get_currency_precision(currency)
    gift = 0
    try:
        gift = amounts.read(form.get("gift"), currency)
    except amounts.NotAnAmount:
        form.faults["gift"] = _("Please write an amount such as 12.50.")
    else:
        if not LEAST * unit <= gift <= MOST * unit:
            form.faults["gift"] = _(
                "Please choose between %(least)s and %(most)s.",
                least=formats.money(LEAST * unit, currency),
                most=formats.money(MOST * unit, currency),
            )
    if not texts["name"]:
        form.faults["name"] = _("Please give your name.")
    if not plausible(texts["email"]):
        form.faults["email"] = _("This is no e-mail address.")
    if texts["recipient_email"] and not plausible(texts["recipient_email"]):
        form.faults["recipient_email"] = _("This is no e-mail address.")
    return Details(**texts, gift=gift, language=language(), complete=True)


def _page(session: Session, form: Form) -> str:
    currency = catalogue.house(session).currency
    return frame.page(
        "gift_card.html", session, form=form, faults=form.faults, currency=currency
    )


def summary(session: Session, secret: str, basket: Basket, **facts: Any) -> str:
    """Show the card once more, with the button that pays."""
    return frame.page(
        "gift_card_summary.html", session, secret=secret, basket=basket, **facts
    )


def confirmed(session: Session, row: OrderRow) -> str:
    """Show the order of a card. Its code is in a letter, and nowhere else."""
    [card] = gift_cards.of_order(session, row.id)
    return frame.page(
        "gift_card_confirmed.html",
        session,
        row=row,
        card=card,
        number=ids.shown(row.number),
        patron=session.get(PatronRow, row.patron) if row.patron else None,
        tenders=session.scalars(
            select(TenderRow).where(TenderRow.order == row.id, TenderRow.amount > 0)
        ).all(),
        currency=row.currency,
    )
