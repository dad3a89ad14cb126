"""Every charge becomes a sale or goes back, whatever the terminal says and when."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxoffice import payments
from boxoffice.bad_input import UnknownWord
from boxoffice.payments import AfterRestart, Do, Event, State, Step

every_pair = pytest.mark.parametrize(
    ("state", "event"), [(state, event) for state in State for event in Event]
)


@every_pair
def test_every_event_has_an_answer_in_every_state(state, event):
    assert isinstance(payments.step(state, event), Step)


TABLE = {
    "created": "sent sent, approved approved, part_approved reversed, declined declined,"
    " in_progress sent, given_up cancelled, seats_lost cancelled",
    "sent": "approved approved, part_approved reversed, declined declined, silence unknown,"
    " not_found_after_abort cancelled",
    "unknown": "approved approved, part_approved reversed, declined declined,"
    " not_found_after_abort cancelled",
    "approved": "sale_written sold, seats_lost reversed",
    "declined": "approved reversed, part_approved reversed, given_up cancelled",
    "cancelled": "approved reversed, part_approved reversed",
    "reversed": "",
    "sold": "",
}
TALK = {
    ("created", "in_progress"): "wait",
    ("sent", "in_progress"): "wait",
    ("sent", "silence"): "report_unknown look_up",
    ("sent", "not_found"): "abort look_up",
    ("sent", "given_up"): "abort look_up",
    ("unknown", "in_progress"): "wait",
    ("unknown", "silence"): "look_up",
    ("unknown", "not_found"): "abort look_up",
    ("unknown", "given_up"): "abort look_up",
    ("approved", "approved"): "write_sale",
    ("reversed", "approved"): "void",
    ("reversed", "part_approved"): "void",
    ("reversed", "silence"): "look_up",
    ("sold", "declined"): "note_sale_without_charge",
    ("sold", "not_found_after_abort"): "note_sale_without_charge",
}


@every_pair
def test_attempts_follow_the_table_and_no_other_way(state, event):
    """sync.md §6."""
    row = dict(cell.split() for cell in TABLE[state].split(", ") if cell)
    step = payments.step(state, event)
    assert step.state == row.get(event, state)
    if (state, event) in TALK:
        assert " ".join(step.do) == TALK[state, event]
    elif event not in row:
        assert step.do == ()


@every_pair
def test_seats_are_free_again_once_an_attempt_ends_without_its_money(state, event):
    step = payments.step(state, event)
    ended = state in payments.OPEN and step.state in payments.NOTHING_CHARGED
    assert (Do.UNPLEDGE in step.do) == (
        ended or (state in payments.OPEN and event is Event.PART_APPROVED and bool(step.do))
    )


def test_the_usual_way_ends_in_a_sale():
    assert payments.step(State.CREATED, Event.SENT) == Step(State.SENT, (Do.SEND,))
    assert payments.step(State.SENT, Event.APPROVED) == Step(
        State.APPROVED, (Do.WRITE_SALE,)
    )
    assert payments.step(State.APPROVED, Event.SALE_WRITTEN) == Step(
        State.SOLD, (Do.CAPTURE,)
    )


@pytest.mark.parametrize("state", [State.CREATED, State.SENT, State.UNKNOWN])
def test_silence_is_never_a_decline(state):
    """PAY5."""
    after = payments.step(state, Event.SILENCE).state
    assert after not in payments.NOTHING_CHARGED


@pytest.mark.parametrize("state", [State.SENT, State.UNKNOWN])
def test_not_found_is_final_only_after_an_abort_and_another_look(state):
    first = payments.step(state, Event.NOT_FOUND)
    assert first == Step(state, (Do.ABORT, Do.LOOK_UP))
    final = payments.step(state, Event.NOT_FOUND_AFTER_ABORT)
    assert final == Step(State.CANCELLED, (Do.UNPLEDGE,))


@pytest.mark.parametrize("state", [State.SENT, State.UNKNOWN])
def test_a_guest_who_gives_up_after_the_first_byte_waits_for_a_certain_answer(state):
    assert payments.step(state, Event.GIVEN_UP) == Step(state, (Do.ABORT, Do.LOOK_UP))


@pytest.mark.parametrize("state", [State.DECLINED, State.CANCELLED])
def test_an_approval_after_the_end_goes_back_and_is_noted(state):
    after = payments.step(state, Event.APPROVED)
    assert after == Step(State.REVERSED, (Do.VOID, Do.NOTE_CHARGE_WITHOUT_SALE))


def test_a_late_approval_of_an_unknown_attempt_is_a_sale():
    assert payments.step(State.UNKNOWN, Event.APPROVED).do == (Do.WRITE_SALE,)


@pytest.mark.parametrize("state", [State.CREATED, State.SENT, State.UNKNOWN])
def test_a_part_of_the_amount_is_not_taken(state):
    after = payments.step(state, Event.PART_APPROVED)
    assert after == Step(State.REVERSED, (Do.VOID, Do.UNPLEDGE))


def test_a_second_tap_on_pay_changes_nothing():
    assert payments.step(State.SENT, Event.SENT) == Step(State.SENT)


def test_a_sale_that_the_bank_never_paid_is_noted_and_stays_a_sale():
    after = payments.step(State.SOLD, Event.DECLINED)
    assert after == Step(State.SOLD, (Do.NOTE_SALE_WITHOUT_CHARGE,))


@given(st.lists(st.sampled_from(Event), max_size=12))
def test_whatever_happens_an_approved_charge_is_a_sale_or_a_reversal(events):
    """P11: a charge never ends among those of which we say that nothing was charged."""
    state, charged, asked = State.CREATED, False, []
    for event in events:
        step = payments.step(state, event)
        charged = charged or event in (Event.APPROVED, Event.PART_APPROVED)
        asked += step.do
        state = step.state
    if charged:
        assert state in (State.APPROVED, State.SOLD, State.REVERSED)
    if state is State.REVERSED:
        assert Do.VOID in asked
    if state is State.SOLD:
        assert charged
    assert asked.count(Do.SEND) <= 1


@every_pair
def test_nothing_goes_back_to_the_beginning(state, event):
    after = payments.step(state, event).state
    assert (after is State.CREATED) == (
        state is State.CREATED
        and event
        in (
            Event.SILENCE,
            Event.NOT_FOUND,
            Event.NOT_FOUND_AFTER_ABORT,
            Event.SALE_WRITTEN,
        )
    )
    assert (state in payments.OPEN) or (after not in payments.OPEN)


@pytest.mark.parametrize(
    ("found", "step"),
    [
        (AfterRestart(State.CREATED), Step(State.CANCELLED, (Do.UNPLEDGE,))),
        (AfterRestart(State.SENT), Step(State.SENT, (Do.LOOK_UP,))),
        (AfterRestart(State.UNKNOWN), Step(State.UNKNOWN, (Do.LOOK_UP,))),
        (
            AfterRestart(State.APPROVED),
            Step(State.APPROVED, (Do.WRITE_SALE, Do.OWE_TICKETS, Do.CALL_STAFF)),
        ),
        (
            AfterRestart(State.APPROVED, seats_owned=False),
            Step(State.REVERSED, (Do.VOID, Do.NOTE_CHARGE_WITHOUT_SALE)),
        ),
        (AfterRestart(State.SOLD), Step(State.SOLD, (Do.CAPTURE,))),
        (AfterRestart(State.SOLD, captured=True), Step(State.SOLD)),
        (AfterRestart(State.REVERSED), Step(State.REVERSED, (Do.LOOK_UP,))),
        (AfterRestart(State.REVERSED, returned=True), Step(State.REVERSED)),
        (AfterRestart(State.DECLINED), Step(State.DECLINED)),
        (AfterRestart(State.CANCELLED), Step(State.CANCELLED)),
    ],
)
def test_after_a_restart_every_attempt_has_its_next_step(found, step):
    """sync.md §6, the table of crashes."""
    assert payments.restart(found) == step


def test_a_state_that_nobody_knows_is_named():
    with pytest.raises(UnknownWord, match="state of a payment: 'lost'"):
        payments.restart(AfterRestart("lost"))


def test_a_second_capture_of_one_order_is_found():
    """PAY6: the same capture told twice is one capture."""
    captures = [("A", "c1"), ("B", "c2"), ("A", "c1"), ("A", "c3")]
    assert payments.captured_twice(captures) == ["c3"]
