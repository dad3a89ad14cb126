"""What a door answers to one scan, and what it is to write down."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from boxoffice.answers import Answer
from boxoffice.door_facts import Facts, Ticket
from boxoffice.entry_questions import Canonical
from boxoffice.movements import Movement
from boxoffice.reasons import Reason

_EARLIER = frozenset({Answer.ALREADY_ADMITTED, Answer.USED_UP, Answer.PARTY_FULL})

Record = Literal["admission", "exit", "admission.undone", "scan.refused"]


@dataclass(frozen=True)
class Verdict:
    """The answer, whether to let in, what to record, and what the usher needs to see.

    ticket: id that was judged, repeated or undone. repeat: the recorded answer again.
    record: the event to append, None for repeats and simulations. movement: the row to
    write with it; of an undo, the row as it is from now on. count: people that went
    through (or would). marks: sorted; see `admission`. inside, of: people inside after
    this scan, and the ticket's number. left: who may still come in; None for no limit.
    failed: every check that did not pass, in order; overrode: the same when a supervisor
    lifted them. may_admit: a touch of the usher
    suffices. due: minor units. since, since_door: the last admission, or the door that is
    checking. go_to: doors to send to. ask: ids of questions still open. answers: to be
    saved with the admission; settled: questions that need not be asked again.
    candidates: tickets to choose from. None, False or empty where it does not apply.
    Source: vectors/README-admission.md, judge: out.
    """

    answer: Answer
    ticket: str | None = None
    repeat: bool = False
    record: Record | None = None
    movement: Movement | None = None
    count: int | None = None
    marks: tuple[str, ...] | None = None
    inside: int | None = None
    of: int | None = None
    left: int | None = None
    failed: tuple[Answer, ...] = ()
    overrode: tuple[Answer, ...] = ()
    may_admit: bool = False
    attention: bool = False
    notes: tuple[str, ...] = ()
    due: int | None = None
    why: tuple[Reason, ...] | None = None
    since: datetime | None = None
    since_door: str | None = None
    opens: datetime | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    hold_until: datetime | None = None
    go_to: tuple[str, ...] | None = None
    ask: tuple[str, ...] | None = None
    answers: Mapping[str, Canonical] | None = None
    settled: tuple[str, ...] = ()
    candidates: tuple[str, ...] | None = None

    @property
    def admit(self) -> bool:
        """Whether to let people in."""
        return self.answer.admits

    @property
    def worth_claiming(self) -> bool:
        """Whether to ask the ledger who was first.

        A ticket that is good, or whose only fault is an earlier admission.
        Source: sync.md 5.
        """
        if self.repeat:
            return False
        return self.admit or (bool(self.failed) and _EARLIER.issuperset(self.failed))


def remember(facts: Facts, verdict: Verdict) -> Facts:
    """Give the facts as they are for the next scan, once this verdict is written down."""
    movement = verdict.movement
    if movement is None:
        return facts
    movements = [movement if m.id == movement.id else m for m in facts.movements]
    if facts.movement(movement.id) is None:
        movements.append(movement)
    tickets = [_asked(ticket, verdict) for ticket in facts.tickets]
    return replace(facts, movements=movements, tickets=tickets)


def _asked(ticket: Ticket, verdict: Verdict) -> Ticket:
    """Questions that were settled at an entry are not asked again."""
    if ticket.id != verdict.ticket or not verdict.settled:
        return ticket
    questions = tuple(
        replace(question, answered=question.answered or question.id in verdict.settled)
        for question in ticket.questions
    )
    return replace(ticket, questions=questions)
