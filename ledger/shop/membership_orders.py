"""Membership orders: no seats are picked in one. Source: MEM1, FEE5."""

from typing import Any

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import ids
from boxoffice.members import Sale
from boxoffice.pricing import Seller
from ledger import catalogue, members, membership_kinds, new_baskets, voucher_balances
from ledger.baskets import Basket, Details
from ledger.membership_kinds import Kind
from ledger.shop import frame
from ledger.shop.blueprint import bp
from ledger.shop.speech import gettext as _
from ledger.shop.speech import language
from ledger.tables.money import TenderRow
from ledger.tables.orders import OrderLineRow, OrderRow, PatronRow
from ledger.web import amounts
from ledger.web.sale_form import plausible
from ledger.web.typed import Form

MOST = 10
LONGEST = {"name": 200, "email": 200, "phone": 60, "address": 400, "number": 60}


def active(session: Session) -> list[Kind]:
    """Give the kinds that the public may buy."""
    return [kind for kind in membership_kinds.all_(session) if kind.sale is Sale.ACTIVE]


@bp.get("/memberships/<kind>")
def membership(kind: str) -> ResponseReturnValue:
    """Show a kind of membership, and ask who buys it."""
    with frame.ledger().store.read() as session:
        return _page(session, _active(session, kind), Form({"memberships": "1"}))


@bp.post("/memberships/<kind>")
def order_membership(kind: str) -> ResponseReturnValue:
    """Read what was typed; go on to the summary when all of it can be read."""
    form = Form(request.form.to_dict())
    with frame.ledger().store.read() as session:
        found = _active(session, kind)
        said = _read(session, found, form)
        if form.faults:
            return _page(session, found, form), 422
    begun = frame.write(new_baskets.begin_seatless, kind=kind, details=said)
    return redirect(url_for("shop.summary", secret=begun.secret), 303)


def _active(session: Session, id: str) -> Kind:
    found = next((kind for kind in active(session) if kind.id == id), None)
    return found or abort(404)


def _read(session: Session, kind: Kind, form: Form) -> Details:
    texts: dict[str, Any] = {n: form.get(n)[:most] for n, most in LONGEST.items()}
    count = form.get("memberships")
    if not (count.isascii() and count.isdecimal() and 1 <= int(count[:3]) <= MOST):
        words = _("Please say how many: 1 to %(most)s.", most=MOST)
        form.faults["memberships"] = words
        count = "1"
    if not texts["name"]:
        form.faults["name"] = _("Please give your name.")
    if not plausible(texts["email"]):
        form.faults["email"] = _("This is no e-mail address.")
    if len(texts["address"].split()) < 3:
        form.faults["address"] = _("Please give street, postcode and town.")
    if texts["number"] and members.by_number(session, texts["number"]) is None:
        form.faults["number"] = _("We can't find that membership.")
    donation = 0
    try:
        currency = catalogue.house(session).currency
        donation = amounts.read(form.get("donation"), currency, what="donation")
    except amounts.NotAnAmount:
        form.faults["donation"] = _("Please write an amount such as 12.50.")
    fields = [
        (label, said)
        for n, label in enumerate(kind.fields, 1)
        if (said := form.get(f"field-{n}")[:200])
    ]
    return Details(
        **texts,
        memberships=int(count),
        donation=donation,
        fields=tuple(fields),
        language=language(),
        complete=True,
    )


def _page(session: Session, kind: Kind, form: Form) -> str:
    one = membership_kinds.quote(kind, memberships=1, donation=0, seller=Seller.ONLINE)
    return frame.page(
        "membership.html",
        session,
        kind=kind,
        form=form,
        faults=form.faults,
        charge=one.charge,
        most=MOST,
    )


def summary(session: Session, secret: str, basket: Basket, **facts: Any) -> str:
    """Show a membership order once more, with the button that pays."""
    kind = membership_kinds.find(session, basket.membership)
    return frame.page(
        "membership_summary.html",
        session,
        secret=secret,
        basket=basket,
        kind=kind,
        **facts,
    )


def confirmed(session: Session, basket: Basket, row: OrderRow) -> str:
    """Show the membership order that a basket became."""
    paid = session.scalars(
        select(TenderRow).where(TenderRow.order == row.id, TenderRow.amount > 0)
    ).all()
    return frame.page(
        "membership_confirmed.html",
        session,
        kind=membership_kinds.find(session, basket.membership),
        row=row,
        number=ids.shown(row.number),
        patron=session.get(PatronRow, row.patron) if row.patron else None,
        lines=session.scalars(
            select(OrderLineRow)
            .where(OrderLineRow.order == row.id)
            .order_by(OrderLineRow.id)
        ).all(),
        tenders=paid,
        left=voucher_balances.left(session, [one.ref for one in paid]),
        currency=row.currency,
    )
