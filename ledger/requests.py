"""What is asked for twice is done once: a sale's key leads to its order. Source: ORD9."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from ledger import rows
from ledger.tables.devices import RequestAnswerRow

STAFF = "staff"


@dataclass(frozen=True)
class Made:
    """The order that a sale became. again: an earlier press had made it."""

    order: str
    again: bool = False


def made(session: Session, key: str, asker: str = STAFF) -> str | None:
    """Give the order that a key led to. asker: staff, or the shop."""
    row = session.get(RequestAnswerRow, (asker, key))
    return row.answer if row else None


def keep(
    session: Session, key: str, order: str, *, now_ms: int, asker: str = STAFF
) -> None:
    """Remember which order a key led to."""
    answer = {
        "device": asker,
        "request": key,
        "body_hash": "",
        "status": 201,
        "answer": order,
        "at_ms": now_ms,
    }
    rows.add(session, RequestAnswerRow, [answer])
