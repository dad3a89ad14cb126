"""How an attempt by card stands in the book, whoever asked for the card. Source: PAY2."""

from sqlalchemy.orm import Session

from ledger import discrepancies
from ledger.clock import Means
from ledger.tables.money import PaymentRow

_UNKNOWN = "payment_unknown"


def doubt(session: Session, means: Means, row: PaymentRow) -> None:
    """Nobody answers: staff hear that it cannot be seen yet."""
    row.state = "unknown"
    facts = {"order": row.order, "amount": row.amount, "device": row.device}
    discrepancies.note(session, means, _UNKNOWN, row.intent, facts=facts)


def certain(session: Session, means: Means, row: PaymentRow) -> None:
    """An answer came: nothing is in doubt any more."""
    discrepancies.close(session, means, _UNKNOWN, row.intent, how="answer came")


def over(session: Session, means: Means, row: PaymentRow, state: str, why: str) -> None:
    """End an attempt. why: what staff read of it, blank where all went well."""
    row.state, row.why, row.changed_ms = state, why, means.now_ms
    certain(session, means, row)
