"""The life of one payment attempt, from Pay to a sale or a reversal.

created → sent → approved | declined | unknown → sold | cancelled | reversed. The intent is
durable before the first byte goes to the terminal, and so is `sent`. Silence is never
"declined", and what the terminal approved becomes a sale or goes back: nothing else. Every
event has an answer in every state, because terminals answer when they like.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from boxoffice.bad_input import among


class State(StrEnum):
    """Where an attempt stands."""

    CREATED = "created"
    SENT = "sent"
    APPROVED = "approved"
    DECLINED = "declined"
    UNKNOWN = "unknown"
    SOLD = "sold"
    CANCELLED = "cancelled"
    REVERSED = "reversed"


# One open attempt per terminal at a time.
OPEN = frozenset({State.CREATED, State.SENT, State.UNKNOWN, State.APPROVED})
# The screen may say that nothing was charged: a definite answer has come.
NOTHING_CHARGED = frozenset({State.DECLINED, State.CANCELLED})


class Event(StrEnum):
    """What can happen to an attempt.

    SENT: about to speak to the terminal. NOT_FOUND: the terminal does not know our key,
    which is final only after an abort and another look-up: NOT_FOUND_AFTER_ABORT.
    PART_APPROVED: the card could pay only a part, which we do not take. GIVEN_UP: the guest
    or the clock cancels. SEATS_LOST: staff broke the allotment meanwhile. Staff who settle
    an attempt by the terminal's own record say APPROVED or DECLINED.
    """

    SENT = "sent"
    APPROVED = "approved"
    PART_APPROVED = "part_approved"
    DECLINED = "declined"
    IN_PROGRESS = "in_progress"
    SILENCE = "silence"
    NOT_FOUND = "not_found"
    NOT_FOUND_AFTER_ABORT = "not_found_after_abort"
    GIVEN_UP = "given_up"
    SALE_WRITTEN = "sale_written"
    SEATS_LOST = "seats_lost"


class Do(StrEnum):
    """What the caller does next, in the order given; everything durable before it leaves.

    LOOK_UP: ask by our key. ABORT: cancel at the terminal, then look up again. WAIT: the
    terminal is still at it. WRITE_SALE: sale, tickets, print jobs, event, at once;
    or, where the seats are no longer ours, say SEATS_LOST.
    UNPLEDGE: the seats are free for another attempt. CAPTURE and VOID are queued and tried
    for ever. NOTE_…: raise that discrepancy. REPORT_UNKNOWN: log payment.unknown, call
    staff, take no other payment here. CALL_STAFF: somebody has to come. OWE_TICKETS: the
    guest may have gone.
    """

    SEND = "send"
    LOOK_UP = "look_up"
    ABORT = "abort"
    WAIT = "wait"
    WRITE_SALE = "write_sale"
    OWE_TICKETS = "owe_tickets"
    CALL_STAFF = "call_staff"
    CAPTURE = "capture"
    VOID = "void"
    UNPLEDGE = "unpledge"
    REPORT_UNKNOWN = "report_unknown"
    NOTE_CHARGE_WITHOUT_SALE = "note_charge_without_sale"
    NOTE_SALE_WITHOUT_CHARGE = "note_sale_without_charge"


@dataclass(frozen=True)
class Step:
    """The state afterwards and what to do.

    The same state and nothing to do: the event said nothing new.
    """

    state: State
    do: tuple[Do, ...] = ()


_LOOK_AGAIN = (Do.ABORT, Do.LOOK_UP)
_TAKE_BACK = (Do.VOID, Do.NOTE_CHARGE_WITHOUT_SALE)

_STEPS: dict[tuple[State, Event], Step] = {
    (State.CREATED, Event.SENT): Step(State.SENT, (Do.SEND,)),
    (State.CREATED, Event.GIVEN_UP): Step(State.CANCELLED, (Do.UNPLEDGE,)),
    (State.CREATED, Event.SEATS_LOST): Step(State.CANCELLED, (Do.UNPLEDGE,)),
    # The terminal may know more than our store does: its word about money counts.
    (State.CREATED, Event.APPROVED): Step(State.APPROVED, (Do.WRITE_SALE,)),
    (State.CREATED, Event.PART_APPROVED): Step(State.REVERSED, (Do.VOID, Do.UNPLEDGE)),
    (State.CREATED, Event.DECLINED): Step(State.DECLINED, (Do.UNPLEDGE,)),
    (State.CREATED, Event.IN_PROGRESS): Step(State.SENT, (Do.WAIT,)),
    (State.SENT, Event.APPROVED): Step(State.APPROVED, (Do.WRITE_SALE,)),
    (State.SENT, Event.PART_APPROVED): Step(State.REVERSED, (Do.VOID, Do.UNPLEDGE)),
    (State.SENT, Event.DECLINED): Step(State.DECLINED, (Do.UNPLEDGE,)),
    (State.SENT, Event.IN_PROGRESS): Step(State.SENT, (Do.WAIT,)),
    (State.SENT, Event.SILENCE): Step(State.UNKNOWN, (Do.REPORT_UNKNOWN, Do.LOOK_UP)),
    (State.SENT, Event.NOT_FOUND): Step(State.SENT, _LOOK_AGAIN),
    (State.SENT, Event.NOT_FOUND_AFTER_ABORT): Step(State.CANCELLED, (Do.UNPLEDGE,)),
    (State.SENT, Event.GIVEN_UP): Step(State.SENT, _LOOK_AGAIN),
    (State.UNKNOWN, Event.APPROVED): Step(State.APPROVED, (Do.WRITE_SALE,)),
    (State.UNKNOWN, Event.PART_APPROVED): Step(State.REVERSED, (Do.VOID, Do.UNPLEDGE)),
    (State.UNKNOWN, Event.DECLINED): Step(State.DECLINED, (Do.UNPLEDGE,)),
    (State.UNKNOWN, Event.IN_PROGRESS): Step(State.UNKNOWN, (Do.WAIT,)),
    (State.UNKNOWN, Event.SILENCE): Step(State.UNKNOWN, (Do.LOOK_UP,)),
    (State.UNKNOWN, Event.NOT_FOUND): Step(State.UNKNOWN, _LOOK_AGAIN),
    (State.UNKNOWN, Event.NOT_FOUND_AFTER_ABORT): Step(State.CANCELLED, (Do.UNPLEDGE,)),
    (State.UNKNOWN, Event.GIVEN_UP): Step(State.UNKNOWN, _LOOK_AGAIN),
    (State.APPROVED, Event.SALE_WRITTEN): Step(State.SOLD, (Do.CAPTURE,)),
    (State.APPROVED, Event.SEATS_LOST): Step(State.REVERSED, _TAKE_BACK),
    (State.APPROVED, Event.APPROVED): Step(State.APPROVED, (Do.WRITE_SALE,)),
    # Approved after the end: the money goes back, and staff hear of it.
    (State.DECLINED, Event.APPROVED): Step(State.REVERSED, _TAKE_BACK),
    (State.DECLINED, Event.PART_APPROVED): Step(State.REVERSED, _TAKE_BACK),
    (State.DECLINED, Event.GIVEN_UP): Step(State.CANCELLED),
    (State.CANCELLED, Event.APPROVED): Step(State.REVERSED, _TAKE_BACK),
    (State.CANCELLED, Event.PART_APPROVED): Step(State.REVERSED, _TAKE_BACK),
    (State.REVERSED, Event.APPROVED): Step(State.REVERSED, (Do.VOID,)),
    (State.REVERSED, Event.PART_APPROVED): Step(State.REVERSED, (Do.VOID,)),
    (State.REVERSED, Event.SILENCE): Step(State.REVERSED, (Do.LOOK_UP,)),
    # The guest has the tickets, and the bank says it never paid.
    (State.SOLD, Event.DECLINED): Step(State.SOLD, (Do.NOTE_SALE_WITHOUT_CHARGE,)),
    (State.SOLD, Event.NOT_FOUND_AFTER_ABORT): Step(
        State.SOLD, (Do.NOTE_SALE_WITHOUT_CHARGE,)
    ),
}


def step(state: State, event: Event) -> Step:
    """Say where an attempt goes and what the caller does next; total over both.

    An event that says nothing new in this state changes nothing: a second tap on Pay, an
    answer that comes twice. Raises UnknownWord. Source: sync.md §6, PAY5.
    """
    among(State, state, "state of a payment")
    among(Event, event, "event of a payment")
    return _STEPS.get((state, event), Step(state))


@dataclass(frozen=True)
class AfterRestart:
    """What the store knows about an attempt when the device starts again.

    seats_owned: all its seats are still ours. captured: the capture is certain.
    returned: the void or refund is certain.
    """

    state: State
    seats_owned: bool = True
    captured: bool = False
    returned: bool = False


def restart(found: AfterRestart) -> Step:
    """Say what to do with an attempt before the next guest is served.

    Raises UnknownWord. Source: sync.md §6, the table of crashes.
    """
    match among(State, found.state, "state of a payment"):
        case State.CREATED:
            return step(State.CREATED, Event.GIVEN_UP)  # No byte was sent.
        case State.SENT | State.UNKNOWN:
            return Step(found.state, (Do.LOOK_UP,))
        case State.APPROVED if found.seats_owned:
            do = (Do.WRITE_SALE, Do.OWE_TICKETS, Do.CALL_STAFF)
            return Step(State.APPROVED, do)
        case State.APPROVED:
            return step(State.APPROVED, Event.SEATS_LOST)
        case State.SOLD:
            return Step(State.SOLD, () if found.captured else (Do.CAPTURE,))
        case State.REVERSED:
            return Step(State.REVERSED, () if found.returned else (Do.LOOK_UP,))
        case State.DECLINED | State.CANCELLED:
            return Step(found.state)
        case _ as never:
            assert_never(never)


def captured_twice(captures: Sequence[tuple[str, str]]) -> list[str]:
    """Give the later references of orders captured more than once, for the nightly check.

    captures: (order, reference of the capture) in the order they happened; a reference that
    is told twice is one capture. Source: PAY6.
    """
    first: dict[str, str] = {}
    extra = []
    for order, reference in dict.fromkeys(captures):
        if first.setdefault(order, reference) != reference:
            extra.append(reference)
    return extra
