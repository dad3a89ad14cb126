"""Sell at the window: seats are held at once, then prices, patron, payment, order.

The page works by plain forms: Update counts it again, Sell makes the order, Let go frees
the seats. Source: ORD2, lobby.md §7.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask import session as member_of_staff
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from boxoffice.pricing import Buyer, Seller
from boxoffice.refusals import Code
from ledger import catalogue, evenings, reports, seating, surveys, takings, window
from ledger.documents.order import plain
from ledger.patrons import Patron
from ledger.refused import Refused
from ledger.seating import Held, Wish
from ledger.tables.orders import OrderRow, PatronRow
from ledger.web import amounts, charts, desk
from ledger.window import Open, Payment, Said

bp = Blueprint("desk_sales", __name__, url_prefix="/staff")

DELIVERIES = {
    "print": "Print here",
    "will_call": "Will call",
    "email": "E-mail",
    "mail": "By mail",
}
TENDERS = {
    "": "–",
    "cash": "Cash",
    "card": "Card, terminal outside",
    "cheque": "Cheque",
    "voucher": "Voucher",
    "bank_transfer": "Bank transfer",
}
assert set(TENDERS) - {""} == set(takings.TENDERS)
PAYMENTS = 2


@dataclass
class Form:
    """What was typed, and what is wrong with it, by field."""

    typed: Mapping[str, str]
    faults: dict[str, str] = field(default_factory=dict)

    def get(self, name: str, usual: str = "") -> str:
        return self.typed.get(name, usual)[:500].strip()


@bp.post("/performances/<performance>/sales")
@desk.needs(*desk.SELLERS)
def begin(performance: str) -> ResponseReturnValue:
    """Hold the chosen seats, or so many of the best, and open the sale."""
    with desk.ledger().store.read() as session:
        if reports.performance(session, performance) is None:
            abort(404)
        seats = charts.ticked(session, performance)
    count = request.form.get("quantity", type=int) or 0
    if not seats and not 0 < count <= seating.MOST_SEATS_A_HOLD:
        desk.refuse(
            f"Please choose seats, or say how many: 1 to {seating.MOST_SEATS_A_HOLD}."
        )
        return redirect(url_for("charts.show", performance=performance), 303)
    held = desk.write(
        window.hold,
        performance=performance,
        wanted=seats or Wish(count),
        by=desk.me().id,
    )
    if isinstance(held, Held):
        return redirect(url_for("desk_sales.show", hold=held.hold), 303)
    if isinstance(held, Refused):
        desk.refuse(_gone(performance, held))
    return redirect(url_for("charts.show", performance=performance), 303)


def _gone(performance: str, refused: Refused) -> str:
    """Say which seat somebody else was quicker to take."""
    seats = refused.facts.get("seats")
    if refused.code is not Code.SEAT_UNAVAILABLE or not seats:
        return desk.words_of(refused)
    with desk.ledger().store.read() as session:
        names = reports.seat_names(session, performance)
    return f"{desk.words_of(refused)} Taken: {desk.some(names.get(s, s) for s in seats)}."


@bp.get("/sales/<hold>")
@desk.needs(*desk.SELLERS)
def show(hold: str) -> ResponseReturnValue:
    with desk.ledger().store.read() as session:
        open_ = window.read(session, hold)
        if open_ is None or not open_.seats:
            return _ended(session, hold)
        return _page(session, open_, Form(_cloned(session)))


@bp.post("/sales/<hold>")
@desk.needs(*desk.SELLERS)
def act(hold: str) -> ResponseReturnValue:
    """Count again, let go, keep longer, or sell."""
    act = desk.field("act") or "update"
    with desk.ledger().store.read() as session:
        open_ = window.read(session, hold)
        if open_ is None or not open_.seats:
            return _ended(session, hold)
    chart = url_for("charts.show", performance=open_.performance)
    if act == "let_go":
        desk.write(seating.release, hold, seller=window.STAFF)
        desk.say("The seats are free again.")
        return redirect(chart, 303)
    if act == "extend":
        longer = desk.write(seating.extend, hold, seller=window.STAFF)
        if isinstance(longer, Refused):
            desk.refuse("These seats were kept longer once already.")
    form = Form(request.form.to_dict())
    with desk.ledger().store.read() as session:
        said = _read(session, open_, form, paying=act == "sell")
        if said is None or act != "sell":
            return _page(session, window.read(session, hold) or open_, form)
    done = desk.write(window.sell, hold=hold, said=said, by=desk.me().id)
    if isinstance(done, Refused):
        desk.refuse(done)
        return redirect(chart, 303)
    desk.say("Sold." if not done.again else "This order was already sold.")
    given, charged = form.get("given"), sum(p.amount for p in said.payments)
    if given:
        desk.say(f"Change: {given}")
    elif not charged:
        desk.say("Nothing was paid yet.")
    return redirect(url_for("orders.show", order=done.order), 303)


def _cloned(session: Session) -> dict[str, str]:
    """Fill in the patron of the order that is being cloned, if one is. Source: ORD5."""
    order = session.get(OrderRow, member_of_staff.pop("clone", ""))
    patron = session.get(PatronRow, order.patron) if order and order.patron else None
    if patron is None:
        return {}
    return {"name": patron.name, "email": patron.email, "phone": patron.phone}


def _ended(session: Session, hold: str) -> ResponseReturnValue:
    """The seats are no longer held: sold by an earlier press, or run out."""
    order = window.made(session, hold)
    if order:
        return redirect(url_for("orders.show", order=order), 303)
    words = "These seats are no longer held. Please choose them again on the chart."
    page = render_template("staff/trouble.html", title="No longer held", words=words)
    return page, 410


def _read(session: Session, open_: Open, form: Form, *, paying: bool) -> Said | None:
    """Read the form; None when something in it cannot be, and the form says what."""
    evening = evenings.read(session, open_.performance)
    currency = evening.prices.currency
    usual = next((t.id for t in evening.prices.types if t.default), None)
    usual = usual or evening.prices.types[0].id
    seats = [(seat, form.get(f"type-{seat}", usual)) for seat in open_.seats]
    for seat, kind in seats:
        if evening.prices.price(evening.plan.level_of(seat), kind) is None:
            form.faults[f"type-{seat}"] = "This price is not sold on this seat."
    seller = Seller(form.get("seller") or "window")
    if seller not in window.SELLERS:
        abort(400)
    donation = _amount(form, "donation", currency, "donation")
    patron = _patron(form)
    buyers = {evening.prices.type_of(kind) for _, kind in seats}
    asks = any(kind and kind.buyer is not Buyer.GUEST for kind in buyers)
    if paying and asks and not form.get("subscriber"):
        form.faults["subscriber"] = "Please say who the subscriber is."
    delivery = form.get("delivery", "print")
    if delivery not in DELIVERIES:
        abort(400)
    if paying and delivery == "email" and not (patron and patron.email):
        form.faults["email"] = "To mail tickets, an e-mail address is needed."
    production = reports.performance(session, open_.performance)
    questions = surveys.asked(session, production.production) if production else []
    answers = [
        {"question": question.id, "answer": form.get(f"q-{question.id}")}
        for question in questions
        if form.get(f"q-{question.id}") in question.options
    ]
    said = Said(
        seats=seats,
        answers=answers,
        seller=seller,
        patron=patron,
        delivery=delivery,
        note=form.get("note"),
        subscriber=form.get("subscriber"),
        donation=donation,
    )
    if form.faults:
        return None
    payments = _payments(form, window.quote(session, open_.performance, said).charge,
                         currency) if paying else []  # fmt: skip
    if form.faults:
        return None
    return Said(**{**said.__dict__, "payments": payments})


def _payments(form: Form, due: int, currency: str) -> list[Payment]:
    """Read how it is paid: nothing (pay on collection), or all of it in one or two ways.

    Cash above what is due is change. `given` becomes the sentence about it.
    """
    found: list[Payment] = []
    for number in range(1, PAYMENTS + 1):
        kind = form.get(f"kind-{number}")
        amount = _amount(form, f"paid-{number}", currency, "amount")
        if kind not in TENDERS:
            abort(400)
        if not kind:
            if amount:
                form.faults[f"kind-{number}"] = "Please say how it is paid."
            continue
        left = due - sum(payment.amount for payment in found)
        if not form.get(f"paid-{number}"):
            amount = left
        if amount > left and kind != "cash":
            words = plain(left, currency)
            form.faults[f"paid-{number}"] = f"No more than {words} is due."
            continue
        if amount > left:
            change = plain(amount - left, currency)
            given = plain(amount, currency)
            form.typed = {**form.typed, "given": f"{change} from {given}."}
            amount = left
        if amount:
            found.append(Payment(kind, amount, form.get(f"ref-{number}")))
    paid = sum(payment.amount for payment in found)
    if found and paid < due:
        words = plain(due - paid, currency)
        form.faults["paid-2"] = f"{words} is missing; leave all blank to pay later."
    return found


def _amount(form: Form, name: str, currency: str, what: str) -> int:
    try:
        return amounts.read(form.get(name), currency, what=what)
    except amounts.NotAnAmount as why:
        form.faults[name] = str(why)
        return 0


def _patron(form: Form) -> Patron | None:
    name, email = form.get("name"), form.get("email")
    if email and not plausible(email):
        form.faults["email"] = "This is no e-mail address."
    if not name and (email or form.get("phone")):
        form.faults["name"] = "Please give a name with it."
    return Patron(name=name, email=email, phone=form.get("phone")) if name else None


def plausible(email: str) -> bool:
    """Whether a letter could go to this address."""
    plain = parseaddr(email)[1]
    user, at, domain = plain.rpartition("@")
    return bool(at and user and "." in domain and plain == email and " " not in email)


def _page(session: Session, open_: Open, form: Form) -> ResponseReturnValue:
    evening = evenings.read(session, open_.performance)
    lines: list[dict[str, Any]] = []
    usual = next((t.id for t in evening.prices.types if t.default), None)
    usual = usual or evening.prices.types[0].id
    for seat in open_.seats:
        level = evening.plan.level_of(seat)
        prices = [
            (kind.id, kind.name, price)
            for kind in evening.prices.types
            if (price := evening.prices.price(level, kind.id)) is not None
        ]
        lines.append(
            {
                "seat": seat,
                "name": str(evening.plan.name(seat)),
                "prices": prices,
                "chosen": form.get(f"type-{seat}", usual),
            }
        )
    faults = dict(form.faults)
    counted = Form(form.typed)
    said = _read(session, open_, counted, paying=False)
    shown = reports.performance(session, open_.performance)
    assert shown, "a held seat is of a performance"
    return render_template(
        "staff/sale.html",
        evening=shown,
        questions=surveys.asked(session, shown.production),
        open=open_,
        lines=lines,
        form=form,
        faults=faults | counted.faults,
        quote=window.quote(session, open_.performance, said) if said else None,
        currency=evening.prices.currency,
        zone=catalogue.house(session).zone,
        sellers=window.SELLERS,
        deliveries=DELIVERIES,
        tenders=TENDERS,
        payments=range(1, PAYMENTS + 1),
    )
