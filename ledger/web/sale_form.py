"""What a clerk typed into the form of a sale, and what is wrong with it, by field."""

from collections.abc import Sequence
from email.utils import parseaddr

from flask import abort
from sqlalchemy.orm import Session

from boxoffice.pricing import Buyer, Seller
from ledger import desk_money, evenings, pickups, reports, surveys, takings, tenders, window
from ledger.desk_money import Payment
from ledger.documents.order import plain
from ledger.evenings import Evening
from ledger.patrons import Patron
from ledger.prices import MEMBERSHIP
from ledger.web import amounts, sale_members
from ledger.web.typed import Form
from ledger.window import Open, Said

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
    "voucher": "Paper voucher",
    "code": "Gift card or voucher",
    "bank_transfer": "Bank transfer",
}
assert set(TENDERS) - {"", desk_money.CODE} == set(takings.TENDERS)
PAYMENTS = 2
NO_VOUCHER = "No voucher or gift card has this code, or it is empty."


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
    donation = amount_of(form, "donation", currency, "donation")
    patron = patron_of(form)
    buyers = {evening.prices.type_of(kind) for _, kind in seats}
    asks = any(kind and kind.buyer is Buyer.SUBSCRIBER for kind in buyers)
    if paying and asks and not form.get("subscriber"):
        form.faults["subscriber"] = "Please say who the subscriber is."
    delivery = form.get("delivery", "print")
    if delivery not in DELIVERIES:
        abort(400)
    if paying and delivery == "email" and not (patron and patron.email):
        form.faults["email"] = "To mail tickets, an e-mail address is needed."
    production = reports.performance(session, open_.performance)
    questions = surveys.asked(session, production.production) if production else []
    production_of = production.production if production else ""
    payers, named = sale_members.read(session, form, seats, production_of)
    said = Said(
        seats=seats,
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
    payments = payments_of(session, form, due, currency, now_ms) if paying else []
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


def payments_of(
    session: Session, form: Form, due: int, currency: str, now_ms: int
) -> list[Payment]:
    """Read how it is paid: nothing (pay on collection), or all of it in one or two ways.

    Cash above what is due is change. `given` becomes the sentence about it.
    """
    found: list[Payment] = []
    for number in range(1, PAYMENTS + 1):
        kind = form.get(f"kind-{number}")
        amount = amount_of(form, f"paid-{number}", currency, "amount")
        if kind not in TENDERS:
            abort(400)
        if not kind:
            if amount:
                form.faults[f"kind-{number}"] = "Please say how it is paid."
            continue
        left = due - sum(payment.amount for payment in found)
        if kind == desk_money.CODE and not (
            amount := _covered(session, form, number, amount or left, now_ms)
        ):
            continue
        if not form.get(f"paid-{number}") and kind != desk_money.CODE:
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


def _covered(session: Session, form: Form, number: int, wanted: int, now_ms: int) -> int:
    """Say how much of an amount the voucher with the typed code covers."""
    voucher = tenders.look(session, form.get(f"ref-{number}"), now_ms)
    if voucher is None:
        form.faults[f"ref-{number}"] = NO_VOUCHER
        return 0
    return min(wanted, voucher.balance)


def amount_of(form: Form, name: str, currency: str, what: str) -> int:
    """Read an amount in minor units; 0 if it is blank, or none: then the form says why."""
    try:
        return amounts.read(form.get(name), currency, what=what)
    except amounts.NotAnAmount as why:
        form.faults[name] = str(why)
        return 0


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
    if not name and (email or form.get("phone")):
        form.faults["name"] = "Please give a name with it."
    return Patron(name=name, email=email, phone=form.get("phone")) if name else None


def plausible(email: str) -> bool:
    """Whether a letter could go to this address."""
    plain = parseaddr(email)[1]
    user, at, domain = plain.rpartition("@")
    return bool(at and user and "." in domain and plain == email and " " not in email)
