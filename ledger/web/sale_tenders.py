"""How a sale at the desk is paid, as a clerk typed it, and what is wrong with it."""

from flask import abort
from sqlalchemy.orm import Session

from ledger import desk_money, takings, voucher_balances
from ledger.desk_money import Payment
from ledger.web import amounts
from ledger.web.typed import Form
from ledger.written import plain

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
# The window's own terminal: the order is made, then a card is asked for.
TERMINAL = "terminal"
# Nobody pays by chance later: a clerk chooses it. Source: COD in spec.md §2.
LATER = "later"
PAYMENTS = 2
NO_VOUCHER = "No voucher or gift card has this code, or it is empty."


def read(
    session: Session, form: Form, due: int, currency: str, now_ms: int
) -> list[Payment]:
    """Read how it is paid: all of it in one or two ways, or later, said knowingly.

    Cash above what is due is change. `given` becomes the sentence about it.
    """
    found: list[Payment] = []
    if form.get("kind-1") in {LATER, TERMINAL}:
        if any(form.get(name) for name in ("paid-1", "kind-2", "paid-2")):
            form.faults["kind-1"] = "This stands alone: it is for all that is due."
        return found
    if due and not any(form.get(f"kind-{number}") for number in range(1, PAYMENTS + 1)):
        form.faults["kind-1"] = "Please say how it is paid."
        return found
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
        form.faults["paid-2"] = f"{words} is missing."
    return found


def _covered(session: Session, form: Form, number: int, wanted: int, now_ms: int) -> int:
    """Say how much of an amount the voucher with the typed code covers."""
    voucher = voucher_balances.look(session, form.get(f"ref-{number}"), now_ms)
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
