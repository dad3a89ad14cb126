"""Each ticket prints exactly once per issue.

Proof comes from the printer alone. Without it nobody knows whether paper came out, so the
guest is sent to staff, who look and decide. Only the current issue is valid.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from boxoffice.bad_input import among
from boxoffice.refusals import Code


class State(StrEnum):
    """Where the printing of a ticket stands."""

    NOT_PRINTED = "not_printed"
    QUEUED = "queued"
    SENDING = "sending"
    PRINTED = "printed"
    UNCERTAIN = "uncertain"
    FAILED = "failed"


class Event(StrEnum):
    """What happens to it.

    NOT_READY: refused before the first byte, so nothing came out. PROOF: the printer's own.
    RESTART: the power was gone.
    """

    PICKUP = "pickup"
    NOT_READY = "not_ready"
    SEND = "send"
    PROOF = "proof"
    FAULT = "fault"
    NO_ANSWER = "no_answer"
    RESTART = "restart"
    STAFF_REPRINT = "staff_reprint"
    STAFF_IN_HAND = "staff_in_hand"


# Paid, and no proof of paper.
OWED = frozenset(State) - {State.PRINTED}


@dataclass(frozen=True)
class Printing:
    """One ticket's printing: born as issue 1, not printed."""

    state: State = State.NOT_PRINTED
    issue: int = 1

    @property
    def valid_issues(self) -> tuple[int, ...]:
        """The issues that doors accept: the current one alone."""
        return (self.issue,)


@dataclass(frozen=True)
class Step:
    """The printing afterwards.

    refusal: what the guest is told, if anything. ignored: the event has no place here.
    """

    printing: Printing
    refusal: Code | None = None
    ignored: bool = False


_NEXT: dict[tuple[State, Event], State] = {
    (State.NOT_PRINTED, Event.PICKUP): State.QUEUED,
    (State.FAILED, Event.PICKUP): State.QUEUED,
    (State.QUEUED, Event.NOT_READY): State.FAILED,
    (State.SENDING, Event.NOT_READY): State.FAILED,
    (State.QUEUED, Event.SEND): State.SENDING,
    (State.SENDING, Event.PROOF): State.PRINTED,
    (State.SENDING, Event.FAULT): State.UNCERTAIN,
    (State.SENDING, Event.NO_ANSWER): State.UNCERTAIN,
    (State.SENDING, Event.RESTART): State.UNCERTAIN,
    (State.UNCERTAIN, Event.STAFF_IN_HAND): State.PRINTED,
    (State.UNCERTAIN, Event.STAFF_REPRINT): State.QUEUED,
    (State.PRINTED, Event.STAFF_REPRINT): State.QUEUED,
}

_REFUSED_PICKUP: dict[State, Code] = {
    State.QUEUED: Code.PRINT_IN_PROGRESS,
    State.SENDING: Code.PRINT_IN_PROGRESS,
    State.PRINTED: Code.ALREADY_PRINTED,
    State.UNCERTAIN: Code.SEE_STAFF,
}


def step(printing: Printing, event: Event) -> Step:
    """Say what an event does to a ticket's printing; total over states and events.

    Raises UnknownWord. Source: COL4, 4.9.
    """
    among(State, printing.state, "state of printing")
    among(Event, event, "event of printing")
    state = _NEXT.get((printing.state, event))
    if state is not None:
        reissued = printing.issue + (event is Event.STAFF_REPRINT)
        return Step(replace(printing, state=state, issue=reissued))
    if event is Event.PICKUP:
        return Step(printing, refusal=_REFUSED_PICKUP[printing.state])
    # A restart touches nothing but paper that was moving.
    return Step(printing, ignored=event is not Event.RESTART)


def follow(events: Iterable[Event], printing: Printing | None = None) -> list[Step]:
    """Play events one after the other; give every step. Starts with a newborn ticket."""
    steps: list[Step] = []
    now = printing or Printing()
    for event in events:
        steps.append(step(now, event))
        now = steps[-1].printing
    return steps
