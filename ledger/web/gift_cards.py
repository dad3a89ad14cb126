"""Sell a gift card at the window; its code is shown once, on the page that follows."""

from uuid import UUID, uuid4

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from boxoffice import ids
from boxoffice.pricing import Seller
from ledger import catalogue, gift_cards, window
from ledger.clock import Means
from ledger.gift_cards import Said, Sold
from ledger.refused import Refused
from ledger.requests import STAFF
from ledger.rivals import Overtaken
from ledger.tables.orders import OrderRow
from ledger.web import desk, order_acts, sale_form, sale_tenders
from ledger.web.typed import Form

bp = Blueprint("gift_cards", __name__, url_prefix="/staff")
TENDERS = {"": sale_tenders.TENDERS[""]} | {
    kind: sale_tenders.TENDERS[kind] for kind in gift_cards.TENDERS
}
LONGEST = 300


@bp.get("/gift-cards/sale")
@desk.needs(*desk.SELLERS)
def show() -> ResponseReturnValue:
    with desk.ledger().store.read() as session:
        return _page(session, Form({"key": str(uuid4())}))


@bp.post("/gift-cards/sale")
@desk.needs(*desk.SELLERS)
def sell() -> ResponseReturnValue:
    """Make the card once it is paid; an answer that got lost leads to its order."""
    form = Form(request.form.to_dict())
    try:
        key = f"gift card {UUID(form.get('key'))}"
    except ValueError:
        abort(400)
    with desk.ledger().store.read() as session:
        said = _read(session, form)
        if said is None:
            return _page(session, form)
    done = desk.write(gift_cards.sell, key=key, said=said, by=desk.me().id, asker=STAFF)
    if isinstance(done, Refused):
        desk.refuse(done)
        with desk.ledger().store.read() as session:
            return _page(session, form)
    if form.get("given"):
        desk.say(f"Change: {form.get('given')}")
    return _made(done)


@bp.post("/orders/<order>/gift-cards/<path:line>")
@desk.needs(desk.SUPERVISOR)
def new_code(order: str, line: str) -> ResponseReturnValue:
    """Give a card a new code: the old one was lost."""
    reason = desk.field("reason")
    if not reason:
        desk.refuse("Please say why.")
        return order_acts.back(order)
    me = desk.me().id

    def act(session: Session, means: Means, row: OrderRow) -> str | None:
        return gift_cards.new_code(session, means, row, line, reason=reason, by=me)

    code = order_acts.change(order, act)
    if isinstance(code, Overtaken):
        order_acts.overtaken(code)
        return order_acts.again(order)
    if code is None:
        desk.refuse("This card has nothing left, or is void.")
        return order_acts.back(order)
    return _made(Sold(order, code))


def _made(sold: Sold) -> ResponseReturnValue:
    """Show the code, this once; the page prints as a card."""
    if not sold.code:
        desk.refuse("This card was made already, by an earlier press.")
        return redirect(url_for("orders.show", order=sold.order), 303)
    with desk.ledger().store.read() as session:
        row = session.get_one(OrderRow, sold.order)
        [card] = gift_cards.of_order(session, sold.order)
        return render_template(
            "staff/gift_card_made.html",
            order=row,
            number=ids.shown(row.number),
            card=card,
            code=gift_cards.shown(sold.code),
            house=catalogue.house(session),
        )


def _read(session: Session, form: Form) -> Said | None:
    """Read the form; None when something in it cannot be, and the form says what."""
    currency = catalogue.house(session).currency
    amount = sale_tenders.amount_of(form, "amount", currency, "amount")
    if not amount and "amount" not in form.faults:
        form.faults["amount"] = "Please say what the card is worth."
    seller = form.get("seller", "window")
    if seller not in {one.value for one in window.SELLERS}:
        abort(400)
    patron = sale_form.patron_of(form)
    email = form.get("recipient_email")
    if email and not sale_form.plausible(email):
        form.faults["recipient_email"] = "This is no e-mail address."
    for number in range(1, sale_tenders.PAYMENTS + 1):
        if form.get(f"kind-{number}") not in TENDERS:
            form.faults[f"kind-{number}"] = "A gift card is paid when it is made."
    if form.faults:
        return None
    now_ms = desk.ledger().means().now_ms
    payments = sale_tenders.read(session, form, amount, currency, now_ms)
    if form.faults:
        return None
    return Said(
        amount,
        currency,
        payments,
        patron=patron,
        recipient=form.get("recipient")[:LONGEST],
        email=email,
        words=form.get("words")[:LONGEST],
        note=form.get("note"),
        seller=Seller(seller),
    )


def _page(session: Session, form: Form) -> ResponseReturnValue:
    return render_template(
        "staff/gift_card_sale.html",
        form=form,
        faults=form.faults,
        sellers=window.SELLERS,
        tenders=TENDERS,
        payments=range(1, sale_tenders.PAYMENTS + 1),
        currency=catalogue.house(session).currency,
    )
