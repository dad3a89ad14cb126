"""What became of each card payment of an online order, in plain words. Source: PAY6."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice.refusals import Code
from ledger.baskets import SHOP
from ledger.tables.money import PaymentRow

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
}
_MISMATCH = {Code.AVS_MISMATCH: "the address", Code.CVV_MISMATCH: "the security code"}


@dataclass(frozen=True)
class Attempt:
    """One attempt. amount: minor units."""

    at_ms: int
    amount: int
    ref: str
    words: str


def read(session: Session, order: str) -> list[Attempt]:
    """Give the attempts that patrons made online to pay an order, oldest first."""
    rows = session.scalars(
        select(PaymentRow)
        .where(PaymentRow.order == order, PaymentRow.device == SHOP)
        .order_by(PaymentRow.changed_ms, PaymentRow.intent)
    )
    return [Attempt(row.changed_ms, row.amount, row.ref or "", _said(row)) for row in rows]


def _said(row: PaymentRow) -> str:
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
        case state:
            return _WORDS.get(state, state)
