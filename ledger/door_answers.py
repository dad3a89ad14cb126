"""What guests are asked at the door, and what they said there. Source: checkin.md §7.

The door asks, by the rule of `boxoffice.entry_questions`, and tells the answers with the
admission. They are facts: an answer to a question that nobody knows here is kept as well.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from ledger import rows
from ledger.happened import Happened
from ledger.prepared import Prepared
from ledger.tables.doors import DoorAnswerRow, DoorQuestionRow, MovementRow

_AT_ONCE: Final = 500
YES_NO: Final = {"yes": "Yes", "no": "No"}


@dataclass(frozen=True)
class Question:
    """One question. options: (id, words). price_types: who is asked; empty: everybody."""

    id: str
    words: str
    kind: str
    required: bool
    options: tuple[tuple[str, str], ...]
    price_types: frozenset[str]
    asked: bool

    def document(self, *, answered: bool) -> dict[str, Any]:
        """Give it as it travels with a ticket."""
        return {
            "id": self.id,
            "words": self.words,
            "kind": self.kind,
            "required": self.required,
            "answered": answered,
            "options": [{"id": id, "words": words} for id, words in self.options],
        }

    def said(self, answer: str | None) -> str:
        """Give a kept answer in words; blank for one that was left open."""
        if answer is None:
            return ""
        found = json.loads(answer)
        known = dict(self.options) or YES_NO
        parts = found if isinstance(found, list) else [found]
        return ", ".join(known.get(str(part), str(part)) for part in parts)


@dataclass(frozen=True)
class Answer:
    """What was answered about one ticket, in words."""

    ticket: str
    question: str
    words: str
    said: str


def questions(session: Session, performance: str) -> list[Question]:
    """Give all questions of a performance, also those that are asked no longer."""
    return [
        Question(
            row.id,
            row.words,
            row.kind,
            bool(row.required),
            tuple((one["id"], one["words"]) for one in json.loads(row.options)),
            frozenset(json.loads(row.price_types)),
            bool(row.asked),
        )
        for row in _OF.all(session, {"of": performance})
    ]


def documents(
    known: Sequence[Question], price_type: str | None, settled: Iterable[str] = ()
) -> list[dict[str, Any]]:
    """Give what a ticket of this type is asked, as it travels. settled: ids of those."""
    done = set(settled)
    return [
        question.document(answered=question.id in done)
        for question in known
        if question.asked
        and (not question.price_types or price_type in question.price_types)
    ]


def settled(session: Session, tickets: Sequence[str]) -> dict[str, set[str]]:
    """Give which questions need not be asked again, by ticket.

    Those that were left open on purpose count; what came with an undone scan does not.
    """
    found: dict[str, set[str]] = {}
    for row in _rows(session, tickets):
        found.setdefault(row.ticket, set()).add(row.question)
    return found


def told(session: Session, performance: str, tickets: Sequence[str]) -> list[Answer]:
    """Give what was answered about these tickets of one performance, in words."""
    known = {question.id: question for question in questions(session, performance)}
    return [
        Answer(
            row.ticket,
            row.question,
            known[row.question].words if row.question in known else row.question,
            known[row.question].said(row.answer) if row.question in known else row.answer,
        )
        for row in _rows(session, tickets)
        if row.answer is not None
    ]


def record(session: Session, event: Happened) -> None:
    """Keep the answers that came with an admission. Raises TypeError when they are none."""
    given = event.body.get("answers") or {}
    if not isinstance(given, Mapping):
        raise TypeError("answers is no object")
    kept = {str(question): json.dumps(answer) for question, answer in given.items()}
    left: dict[str, str | None] = dict.fromkeys(event.texts("settled"))
    entries = [
        {
            "movement": event.id,
            "question": question,
            "ticket": event.text("ticket"),
            "answer": answer,
        }
        for question, answer in (left | kept).items()
    ]
    if entries:
        rows.add(session, DoorAnswerRow, entries)


def _rows(session: Session, tickets: Sequence[str]) -> Iterable[Any]:
    for start in range(0, len(tickets), _AT_ONCE):
        yield from session.execute(
            select(DoorAnswerRow.ticket, DoorAnswerRow.question, DoorAnswerRow.answer)
            .join(MovementRow, MovementRow.id == DoorAnswerRow.movement)
            .where(
                DoorAnswerRow.ticket.in_(tickets[start : start + _AT_ONCE]),
                MovementRow.undone.is_(None),
            )
            .order_by(MovementRow.recorded_ms, DoorAnswerRow.question)
        )


_ASKED = rows.table(DoorQuestionRow)
_OF = Prepared(
    select(_ASKED)
    .where(_ASKED.c.performance == bindparam("of"))
    .order_by(_ASKED.c.added_ms, _ASKED.c.id)
)
