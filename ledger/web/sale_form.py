"""What a clerk typed into the form of a sale, read whole: what is wrong with it, by field."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr

from flask import abort
from sqlalchemy.orm import Session

from boxoffice.pricing import Buyer, Seller
from ledger import evenings, reports, surveys, takings, window
from ledger.documents.order import plain
from ledger.patrons import Patron
from ledger.web import amounts
from ledger.window import Open, Payment, Said

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


def read(session: Session, open_: Open, form: Form, *, paying: bool) -> Said | None:
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
