"""Memberships: what is on offer, and a membership order at the desk. Source: MEM1."""

from uuid import UUID, uuid4

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice.members import Sale
from boxoffice.pricing import Quote, Seller
from ledger import catalogue, membership_kinds, memberships, requests, surveys, window
from ledger.membership_kinds import MOST_MEMBERSHIPS, Kind
from ledger.memberships import Said
from ledger.patrons import Patron
from ledger.refused import Refused
from ledger.rivals import Overtaken
from ledger.tables.catalogue import ProductionRow
from ledger.web import amounts, desk, order_acts, sale_form, sale_tenders
from ledger.web.typed import Form

bp = Blueprint("memberships", __name__, url_prefix="/staff/memberships")
SALES = {
    Sale.ACTIVE: "Online and at the window",
    Sale.BOX_OFFICE_ONLY: "At the window only",
    Sale.INACTIVE: "Not on sale",
}


@bp.get("")
@desk.needs(*desk.SELLERS, desk.READER)
def index() -> ResponseReturnValue:
    return _index({})


def _index(chosen: dict[str, str]) -> str:
    """Show all kinds. chosen: who may buy a kind, as it was chosen and not kept."""
    with desk.ledger().store.read() as session:
        return render_template(
            "staff/memberships.html",
            kinds=membership_kinds.all_(session),
            takings=memberships.takings_of(session),
            sales=SALES,
            chosen=chosen,
            productions=session.scalars(
                select(ProductionRow).order_by(ProductionRow.title)
            ).all(),
        )


@bp.post("")
@desk.needs(desk.SUPERVISOR)
def add() -> ResponseReturnValue:
    """Offer a new kind of membership."""
    with desk.ledger().store.read() as session:
        currency = catalogue.house(session).currency
    try:
        desk.write(
            membership_kinds.add,
            name=desk.field("name", most=100),
            productions=request.form.getlist("production"),
            currency=currency,
            amount=amounts.read(desk.field("amount"), currency, what="price"),
            fee=amounts.read(desk.field("fee"), currency, what="fee"),
            outside=amounts.read(desk.field("outside"), currency, what="fee"),
            fields=desk.field("fields", most=2_000).splitlines(),
            sale=_sale(),
            by=desk.me().id,
        )
    except (membership_kinds.Unclear, amounts.NotAnAmount) as why:
        desk.refuse(f"{why} Nothing was added.")
    else:
        desk.say("The membership is on offer.")
    return redirect(url_for("memberships.index"), 303)


@bp.post("/<kind>")
@desk.needs(desk.SUPERVISOR)
def offer(kind: str) -> ResponseReturnValue:
    """Say who may buy it from now on."""
    sale = _sale()
    done = desk.write(
        membership_kinds.offer, kind, sale=sale, by=desk.me().id, seen=desk.field("seen")
    )
    if not done:
        abort(404)
    if isinstance(done, Overtaken):
        thing = "this membership"
        order_acts.overtaken(done, done="Nothing was changed", thing=thing)
        return _index({kind: sale.value})
    desk.say("Changed.")
    return redirect(url_for("memberships.index"), 303)


@bp.get("/<kind>/sale")
@desk.needs(*desk.SELLERS)
def show(kind: str) -> ResponseReturnValue:
    with desk.ledger().store.read() as session:
        return _page(
            session, _kind(session, kind), Form({"key": str(uuid4()), "memberships": "1"})
        )


@bp.post("/<kind>/sale")
@desk.needs(*desk.SELLERS)
def sell(kind: str) -> ResponseReturnValue:
    """Count again, or make the order."""
    form = Form(request.form.to_dict())
    try:
        key = f"membership {UUID(form.get('key'))}"
    except ValueError:
        abort(400)
    selling = desk.field("act") == "sell"
    with desk.ledger().store.read() as session:
        found = _kind(session, kind)
        said = _read(session, found, form, paying=selling)
        if said is None or not selling:
            return _page(session, found, form)
    done = desk.write(memberships.sell, key=key, said=said, by=desk.me().id)
    if isinstance(done, Refused):
        desk.refuse(done)
        with desk.ledger().store.read() as session:
            return _page(session, found, form)
    _tell(done, form)
    return redirect(url_for("orders.show", order=done.order), 303)


def _tell(done: requests.Made, form: Form) -> None:
    words = "This order was already made." if done.again else "Sold."
    change = f" Change: {form.get('given')}" if form.get("given") else ""
    desk.say(f"{words}{change}")


def _read(session: Session, kind: Kind, form: Form, *, paying: bool) -> Said | None:
    """Read the form; None when something in it cannot be, and the form says what."""
    typed = form.get("memberships")
    count = int(typed) if typed.isdecimal() and len(typed) < 4 else 0
    if not 1 <= count <= MOST_MEMBERSHIPS:
        form.faults["memberships"] = f"Please give 1 to {MOST_MEMBERSHIPS}."
    if form.get("seller", "window") not in {seller.value for seller in window.SELLERS}:
        abort(400)
    patron = sale_form.patron_of(form)
    if patron is None and paying:
        form.faults.setdefault("name", "Please say who the member is.")
    donation = sale_tenders.amount_of(form, "donation", kind.currency, "donation")
    if form.faults:
        return None
    said = Said(
        kind=kind.id,
        memberships=count,
        patron=patron or Patron(""),
        seller=Seller(form.get("seller", "window")),
        number=form.get("number"),
        donation=donation,
        note=form.get("note"),
        fields={
            label: form.get(f"field-{place}")
            for place, label in enumerate(kind.fields)
            if form.get(f"field-{place}")
        },
        answers=sale_form.answers_of(form, surveys.asked(session, "")),
    )
    if not paying:
        return said
    now_ms = desk.ledger().means().now_ms
    due = _quote(kind, said).charge
    paid = sale_tenders.read(session, form, due, kind.currency, now_ms)
    return None if form.faults else Said(**{**said.__dict__, "payments": paid})


def _quote(kind: Kind, said: Said) -> Quote:
    return membership_kinds.quote(
        kind, memberships=said.memberships, donation=said.donation, seller=said.seller
    )


def _page(session: Session, kind: Kind, form: Form) -> ResponseReturnValue:
    counted = Form(form.typed)
    said = _read(session, kind, counted, paying=False)
    return render_template(
        "staff/membership_sale.html",
        kind=kind,
        form=form,
        faults=form.faults | counted.faults,
        quote=_quote(kind, said) if said else None,
        questions=surveys.asked(session, ""),
        sellers=window.SELLERS,
        tenders=sale_tenders.TENDERS,
        payments=range(1, sale_tenders.PAYMENTS + 1),
    )


def _kind(session: Session, id: str) -> Kind:
    found = membership_kinds.find(session, id)
    if found is None or found.sale is Sale.INACTIVE:
        abort(404)
    return found


def _sale() -> Sale:
    try:
        return Sale(desk.field("sale"))
    except ValueError:
        abort(400)
