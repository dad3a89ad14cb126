"""Questions to buyers, and their live tally. Source: ORD8."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from boxoffice import questions as rule
from boxoffice.questions import Tally
from ledger import audit
from ledger.clock import Means
from ledger.tables.catalogue import ProductionRow
from ledger.tables.house import HouseRow
from ledger.tables.office import QuestionRow
from ledger.tables.orders import OrderRow


class Unclear(ValueError):
    """A question that cannot be asked; the text says why."""


@dataclass(frozen=True)
class Question:
    """One question. production: its title; blank, asked for all of them."""

    id: str
    words: str
    options: Sequence[str]
    production: str
    asked: bool


def add(
    session: Session,
    means: Means,
    *,
    production: str | None,
    words: str,
    options: Sequence[str],
    by: str,
) -> str:
    """Begin to ask something. Raises Unclear."""
    wanted = [option.strip() for option in options if option.strip()]
    if not words.strip() or len(wanted) < 2:
        raise Unclear("A question needs its words and at least two answers, one a line.")
    if len(set(wanted)) < len(wanted):
        raise Unclear("Two answers are the same.")
    # Two clerks who ask the same at one moment: buyers are asked once.
    session.scalars(select(HouseRow).with_for_update()).all()
    same = select(QuestionRow.id).where(
        QuestionRow.words == words.strip(),
        QuestionRow.production.is_(None)
        if production is None
        else QuestionRow.production == production,
        QuestionRow.asked,
    )
    if session.scalar(same.limit(1)) is not None:
        raise Unclear("This is asked already.")
    row = QuestionRow(
        id=means.new_id(),
        production=production,
        words=words.strip(),
        options=json.dumps(wanted),
        asked=True,
        added_ms=means.now_ms,
    )
    session.add(row)
    audit.note(session, means, staff=by, action="add_question", subject=row.id)
    session.flush()
    return row.id


def ask(session: Session, means: Means, id: str, *, asked: bool, by: str) -> bool:
    """Ask it, or ask it no longer; its answers stay. False: no such question."""
    row = session.get(QuestionRow, id, with_for_update=True)
    if row is None:
        return False
    row.asked = asked
    action = "ask_question" if asked else "end_question"
    audit.note(session, means, staff=by, action=action, subject=id)
    return True


def asked(session: Session, production: str) -> list[Question]:
    """Give what buyers of a production are asked just now."""
    of_all = QuestionRow.production.is_(None)
    return _read(
        session,
        QuestionRow.asked.is_(True) & or_(of_all, QuestionRow.production == production),
    )


def tallies(session: Session) -> list[tuple[Question, Tally]]:
    """Count the answers so far, over confirmed orders."""
    found = _read(session, QuestionRow.id.is_not(None))
    given: dict[str, list[str]] = {question.id: [] for question in found}
    answers = session.scalars(
        select(OrderRow.answers).where(
            OrderRow.answers != "[]", OrderRow.state == "confirmed"
        )
    )
    for body in answers:
        for answer in json.loads(body):
            if isinstance(answer, dict) and answer.get("question") in given:
                given[answer["question"]].append(str(answer.get("answer")))
    return [
        (
            question,
            rule.tally(
                question.options, [a for a in given[question.id] if a in question.options]
            ),
        )
        for question in found
    ]


def _read(session: Session, where: object) -> list[Question]:
    rows = session.execute(
        select(QuestionRow, ProductionRow.title)
        .outerjoin(ProductionRow, ProductionRow.id == QuestionRow.production)
        .where(where)  # type: ignore[arg-type]
        .order_by(QuestionRow.added_ms)
    )
    return [
        Question(row.id, row.words, json.loads(row.options), title or "", row.asked)
        for row, title in rows
    ]
