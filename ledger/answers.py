"""Answer a write once: its retry gets the same answer, whatever happened since.

The answer commits with its effect. A second request under the same id undoes itself when it
meets the first one's row. Refusals change nothing, so they are not kept: a retry may fare
better. Source: sync.md §2.2.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from sqlalchemy import bindparam, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ledger import feed, inserts, rows
from ledger.clock import Means
from ledger.inserts import Rows
from ledger.jobs import Steps
from ledger.prepared import Prepared
from ledger.tables.devices import RequestAnswerRow

KEPT_MS = 30 * 86_400_000


@dataclass(frozen=True)
class Asked:
    """One request: who asked, under which id, and the hash of its body (hex)."""

    device: str
    request: str
    body_hash: str


@dataclass(frozen=True)
class Answer:
    """What was, or is, answered: an HTTP status and JSON text."""

    status: int
    text: str


class Reused(Exception):
    """A request id came again with another body."""


class _Before(Exception):
    """This request was answered before."""


def once(means: Means, asked: Asked, perform: Callable[[Session], Answer]) -> Steps[Answer]:
    """Do what a request asks for and keep the answer, unless that happened before.

    perform: gives an answer below 300 when it changed something. Raises Reused.
    """

    def use_case(session: Session) -> Answer:
        inserts.collect(session)
        answer = perform(session)
        if answer.status >= 300:
            inserts.settle(session)
            # Perhaps this is a retry, and it was the first try that took the seats.
            if known := _known(session, asked):
                return known
            return answer
        _keep(session, means, asked, answer)
        return answer

    try:
        answer: Answer = yield use_case
    except _Before as before:
        known: Answer | None = yield partial(_known, asked=asked)
        if known is None:
            raise before.__cause__ or before from None  # It met something else.
        return known
    return answer


def prune(session: Session, *, now_ms: int) -> int:
    """Forget answers older than KEPT_MS; give how many."""
    return rows.changed(
        session, delete(RequestAnswerRow).where(RequestAnswerRow.at_ms < now_ms - KEPT_MS)
    )


def _known(session: Session, asked: Asked) -> Answer | None:
    found = _KNOWN.first(session, {"by": asked.device, "under": asked.request})
    if found is None:
        return None
    if found.body_hash != asked.body_hash:
        raise Reused
    return Answer(found.status, found.answer)


def _keep(session: Session, means: Means, asked: Asked, answer: Answer) -> None:
    """Keep an answer, written with its effect. Raises _Before where one is kept."""
    kept = {
        "device": asked.device,
        "request": asked.request,
        "body_hash": asked.body_hash,
        "status": answer.status,
        "answer": answer.text,
        "at_ms": means.now_ms,
    }
    session.flush()
    try:
        inserts.later(session, Rows(RequestAnswerRow, [kept]))
        feed.flush(session)
        inserts.settle(session)
    except IntegrityError as trouble:
        raise _Before from trouble


_ANSWER = rows.table(RequestAnswerRow).c
_KNOWN = Prepared(
    select(_ANSWER.body_hash, _ANSWER.status, _ANSWER.answer).where(
        _ANSWER.device == bindparam("by"), _ANSWER.request == bindparam("under")
    )
)
