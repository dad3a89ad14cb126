"""How an attempt by card stands in the book, whoever asked for the card. Source: PAY2."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ledger import discrepancies
from ledger.clock import Means
from ledger.tables.money import PaymentRow, PaymentShareRow

_UNKNOWN = "payment_unknown"


def find(session: Session, key: str, device: str) -> PaymentRow | None:
    """Give an attempt of a device: the window's terminal, or cards on file."""
    row = session.get(PaymentRow, key)
    return row if row is not None and row.device == device else None


def latest(session: Session, order: str, device: str) -> PaymentRow | None:
    """Give the last attempt of a device for an order, or for its party."""
    shared = select(PaymentShareRow.intent).where(PaymentShareRow.order == order)
    return session.scalars(
        select(PaymentRow)
        .where(
            or_(PaymentRow.order == order, PaymentRow.intent.in_(shared)),
            PaymentRow.device == device,
        )
        .order_by(PaymentRow.intent.desc())
        .limit(1)
    ).first()


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
