"""What a clerk typed into the form of a sale, and what is wrong with it, by field."""

from collections.abc import Sequence
from email.utils import parseaddr

from flask import abort
from sqlalchemy.orm import Session

from boxoffice.pricing import Buyer, Seller
from ledger import evenings, order_types, pickups, reports, surveys, window
from ledger.evenings import Evening
from ledger.patrons import Patron
from ledger.prices import MEMBERSHIP
from ledger.tables.orders import OrderRow
from ledger.web import sale_members, sale_tenders
from ledger.web.order_fields import lines
from ledger.web.typed import Form
from ledger.window import Open, Said

LONGEST_ADDRESS = 400
DELIVERIES = {
    "print": "Print here",
    "will_call": "Will call",
    "email": "E-mail",
    "mail": "By mail",
}


def read(
    session: Session, open_: Open, form: Form, *, paying: bool, now_ms: int
) -> Said | None:
    """Read the form; None when something in it cannot be, and the form says what."""
    evening = evenings.read(session, open_.performance)
    currency = evening.prices.currency
    usual = next((t.id for t in evening.prices.types if t.default), None)
    usual = usual or evening.prices.types[0].id
    seats = [(seat, form.get(f"type-{seat}", usual)) for seat in open_.seats]
    for seat, kind in seats:
        if kind not in {id for id, _, _ in offered(evening, seat, form)}:
            form.faults[f"type-{seat}"] = "This price is not sold on this seat."
    promo = form.get("promo")
    if promo and pickups.hash_of(promo) not in {t.code for t in evening.prices.types}:
        form.faults["promo"] = "No price of this performance has that code."
    seller = Seller(form.get("seller") or "window")
    if seller not in window.SELLERS:
        abort(400)
    donation = sale_tenders.amount_of(form, "donation", currency, "donation")
    patron = patron_of(form)
    buyers = {evening.prices.type_of(kind) for _, kind in seats}
    asks = any(kind and kind.buyer is Buyer.SUBSCRIBER for kind in buyers)
    if paying and asks and not form.get("subscriber"):
        form.faults["subscriber"] = "Please say who the subscriber is."
    delivery = form.get("delivery", "print")
    if delivery not in DELIVERIES:
        abort(400)
    if paying and delivery == "mail" and not (patron and len(patron.address.split()) > 2):
        form.faults["address"] = "To mail tickets, we need street, postcode and town."
    if paying and delivery == "email" and not (patron and patron.email):
        form.faults["email"] = "To mail tickets, an e-mail address is needed."
    production = reports.performance(session, open_.performance)
    questions = surveys.asked(session, production.production) if production else []
    production_of = production.production if production else ""
    payers, named = sale_members.read(session, form, seats, production_of)
    kind = form.get("order_type")
    if kind and kind not in {one.id for one in order_types.all_(session)}:
        form.faults["order_type"] = "This order type is not sold any more."
    party = form.get("party")
    if party and session.get(OrderRow, party) is None:
        form.faults["party"] = "There is no such order."
    said = Said(
        seats=seats,
        party=party,
        order_type=kind,
        answers=answers_of(form, questions),
        seller=seller,
        patron=patron,
        delivery=delivery,
        note=form.get("note"),
        subscriber=form.get("subscriber") or named,
        members=payers,
        donation=donation,
    )
    if form.faults:
        return None
    due = window.quote(session, open_.performance, said).charge
    payments = sale_tenders.read(session, form, due, currency, now_ms) if paying else []
    if form.faults:
        return None
    return Said(**{**said.__dict__, "payments": payments})


def offered(evening: Evening, seat: str, form: Form) -> list[tuple[str, str, int]]:
    """Give id, words and price of what a seat may be sold as, with the promo code typed."""
    promo = pickups.hash_of(form.get("promo")) if form.get("promo") else ""
    level = evening.plan.level_of(seat)
    found = [
        (kind.id, kind.name, price) for kind, price in evening.prices.offered(level, promo)
    ]
    return [*found, (MEMBERSHIP.id, MEMBERSHIP.name, 0)]


def answers_of(form: Form, questions: Sequence[surveys.Question]) -> list[dict[str, str]]:
    """Read the answers that the buyer gave; a question that was skipped has none."""
    return [
        {"question": question.id, "answer": form.get(f"q-{question.id}")}
        for question in questions
        if form.get(f"q-{question.id}") in question.options
    ]


def patron_of(form: Form) -> Patron | None:
    """Read who it is for; None for nobody in particular."""
    name, email = form.get("name"), form.get("email")
    if email and not plausible(email):
        form.faults["email"] = "This is no e-mail address."
    address = lines(form.get("address"))[:LONGEST_ADDRESS]
    if not name and (email or form.get("phone") or address):
        form.faults["name"] = "Please give a name with it."
    if not name:
        return None
    return Patron(name=name, email=email, phone=form.get("phone"), address=address)


def plausible(email: str) -> bool:
    """Whether a letter could go to this address."""
    plain = parseaddr(email)[1]
    user, at, domain = plain.rpartition("@")
    return bool(at and user and "." in domain and plain == email and " " not in email)
