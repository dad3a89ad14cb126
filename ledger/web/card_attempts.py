"""What became of each card payment of an order, wherever it was, in plain words: PAY6."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from boxoffice.refusals import Code
from ledger.baskets import SHOP
from ledger.cards_on_file import ON_FILE
from ledger.tables.contacts import ContactRow
from ledger.tables.devices import DeviceRow
from ledger.tables.money import PaymentRow, PaymentShareRow, TenderRow
from ledger.web.on_file_words import ENDED
from ledger.window_cards import WINDOW

_RESERVE = (
    "given back at once. A pending amount may show for 3–5 banking days; the bank releases"
    " it, asked by the cardholder or by us with the number on the card's back."
)
_WORDS = {
    "started": "Not finished yet: the patron may still pay.",
    "unknown": "Not known yet: we are still asking the bank.",
    "declined": "The bank did not approve it. Nothing was taken.",
    "cancelled": "Ended before it was paid. Nothing was taken.",
    "voiding": "Approved, but not taken; it is being given back.",
    "approved": "Approved; the order is still to be written.",
    "refunded": "Taken, and given back.",
}
# What terminals do says less: nobody knows of a patron who may still pay.
_AT_TERMINALS = {
    "started": "Not finished yet: the terminal waits for a card.",
    "unknown": "Not known yet: the terminal or its bank does not answer.",
    "approved": "Approved, and no sale has come of it: see discrepancies.",
}
_WHERE = {SHOP: "online", WINDOW: "at the window", ON_FILE: "on file"}
_MISMATCH = {Code.AVS_MISMATCH: "the address", Code.CVV_MISMATCH: "the security code"}


@dataclass(frozen=True)
class Attempt:
    """One attempt. amount: minor units. where: online, at the window, at a kiosk.

    brand, last4: of the card, where they were told.
    """

    at_ms: int
    amount: int
    ref: str
    where: str
    brand: str
    last4: str
    words: str


def read(session: Session, order: str) -> list[Attempt]:
    """Give the attempts to pay an order by card, oldest first."""
    shared = select(PaymentShareRow.intent).where(PaymentShareRow.order == order)
    found = session.execute(
        select(PaymentRow, DeviceRow.name, ContactRow.last_four)
        .outerjoin(DeviceRow, DeviceRow.id == PaymentRow.device)
        .outerjoin(ContactRow, _told_of())
        .where(
            or_(PaymentRow.order == order, PaymentRow.intent.in_(shared)),
            PaymentRow.kind == "card",
        )
        .order_by(PaymentRow.changed_ms, PaymentRow.intent)
    )
    return [attempt(row, name, last_four) for row, name, last_four in found]


def attempt(row: PaymentRow, device: str | None, last_four: str | None) -> Attempt:
    """Tell of one attempt. device: its name. last_four: of its card, as a kiosk knows."""
    return Attempt(
        row.changed_ms,
        row.amount,
        row.ref or "",
        _WHERE.get(row.device) or f"at {device or row.device}",
        row.brand.capitalize(),
        _digits(row, last_four),
        _said(row),
    )


def cards(session: Session, order: str) -> dict[str, str]:
    """Say which card paid, by tender, as far as that was told: "Visa ending in 4242"."""
    found = session.execute(
        select(TenderRow.id, PaymentRow, ContactRow.last_four)
        .join(PaymentRow, PaymentRow.intent == TenderRow.intent)
        .outerjoin(ContactRow, _told_of())
        .where(TenderRow.order == order, TenderRow.kind == "card")
    )
    words = {}
    for tender, row, last_four in found:
        digits = _digits(row, last_four)
        parts = [row.brand.capitalize(), f"ending in {digits}" if digits else ""]
        words[tender] = " ".join(part for part in parts if part)
    return {tender: said for tender, said in words.items() if said}


def _told_of() -> ColumnElement[bool]:
    # A kiosk seals the last digits into what it knows of its order.
    return (ContactRow.order == PaymentRow.order) & (ContactRow.device == PaymentRow.device)


def _digits(row: PaymentRow, last_four: str | None) -> str:
    """Give the last four digits of the card that paid; of one that did not, none."""
    return row.last4 or (last_four or "" if row.state in {"sold", "refunded"} else "")


def _said(row: PaymentRow) -> str:
    if row.device == ON_FILE and row.state != "sold":
        asked = "Not known yet: we are asking the bank."
        return ENDED.get(row.why or "", asked)
    match row.state:
        case "sold" if row.captured:
            return "Authorised and captured: the money was taken."
        case "sold":
            return "Authorised; the capture is still to come."
        case "voided":
            wrong = {code.value: words for code, words in _MISMATCH.items()}
            what = wrong.get(row.why or "")
            why = f"{what} did not match" if what else "no order came of it"
            return f"The bank approved it, but {why}: {_RESERVE}"
        case state if row.device != SHOP and state in _AT_TERMINALS:
            return _AT_TERMINALS[state]
        case state:
            return _WORDS.get(state, state)
