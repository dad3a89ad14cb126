"""Staff say what guests are asked at the door. Source: checkin.md §7."""

import json
from collections.abc import Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import audit, notices
from ledger.clock import Means
from ledger.tables.catalogue import PerformanceRow
from ledger.tables.doors import DoorQuestionRow
from ledger.tables.orders import TicketRow

KINDS: Final = {
    "text": "a few words",
    "number": "a number",
    "yes_no": "yes or no",
    "date": "a date",
    "choice": "one of these",
    "choices": "some of these",
}
_CHOSEN: Final = frozenset({"choice", "choices"})


class Unclear(ValueError):
    """A question that cannot be asked; the text says why."""


def add(
    session: Session,
    means: Means,
    performance: str,
    *,
    words: str,
    kind: str,
    required: bool,
    options: Sequence[str],
    price_types: Sequence[str],
    by: str,
) -> str:
    """Begin to ask something at the first entry. Raises Unclear."""
    wanted = [option.strip() for option in options if option.strip()]
    if not words.strip():
        raise Unclear("A question needs its words.")
    if kind not in KINDS:
        raise Unclear("Choose how the question is answered.")
    if kind in _CHOSEN and len(wanted) < 2:
        raise Unclear("Give at least two answers to choose from, one a line.")
    if len(set(wanted)) < len(wanted):
        raise Unclear("Two answers are the same.")
    # Two clerks who ask the same at one moment: guests are asked once.
    session.get_one(PerformanceRow, performance, with_for_update=True)
    same = select(DoorQuestionRow.id).where(
        DoorQuestionRow.performance == performance,
        DoorQuestionRow.words == words.strip(),
        DoorQuestionRow.asked,
    )
    if session.scalar(same.limit(1)) is not None:
        raise Unclear("This is asked already.")
    numbered = enumerate(wanted if kind in _CHOSEN else (), 1)
    row = DoorQuestionRow(
        id=means.new_id(),
        performance=performance,
        words=words.strip(),
        kind=kind,
        required=required,
        options=json.dumps([{"id": str(n), "words": one} for n, one in numbered]),
        price_types=json.dumps(list(price_types)),
        asked=True,
        added_ms=means.now_ms,
    )
    session.add(row)
    audit.note(session, means, staff=by, action="add_door_question", subject=row.id)
    session.flush()
    _tell(session, means, performance)
    return row.id


def ask(
    session: Session, means: Means, performance: str, id: str, *, asked: bool, by: str
) -> bool:
    """Ask it, or ask it no longer; its answers stay. False: no such question."""
    row = session.get(DoorQuestionRow, id, with_for_update=True)
    if row is None or row.performance != performance:
        return False
    row.asked = asked
    action = "ask_door_question" if asked else "end_door_question"
    audit.note(session, means, staff=by, action=action, subject=id)
    session.flush()
    _tell(session, means, performance)
    return True


def _tell(session: Session, means: Means, performance: str) -> None:
    """Every ticket carries what is asked about it."""
    live = select(TicketRow.id).where(
        TicketRow.performance == performance, TicketRow.status == "active"
    )
    for ticket in session.scalars(live):
        notices.ticket(session, performance, ticket, means.now_ms)
