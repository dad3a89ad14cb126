"""A ticket prints once per issue, and nobody guesses what a silent printer did."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxoffice import printing
from boxoffice.printing import Event, Printing, State, Step
from boxoffice.refusals import Code

every_pair = pytest.mark.parametrize(
    ("state", "event"), [(state, event) for state in State for event in Event]
)


@every_pair
def test_every_event_has_an_answer_in_every_state(state, event):
    before = Printing(state, issue=3)
    step = printing.step(before, event)
    changed = step.printing != before
    told = step.refusal is not None or step.ignored
    assert changed + told == (0 if event is Event.RESTART and not changed else 1)


TABLE = {
    "not_printed": "pickup queued",
    "queued": "not_ready failed, send sending",
    "sending": "not_ready failed, proof printed, fault uncertain, no_answer uncertain,"
    " restart uncertain",
    "printed": "staff_reprint queued",
    "uncertain": "staff_reprint queued, staff_in_hand printed",
    "failed": "pickup queued",
}


@pytest.mark.parametrize("state", State)
def test_states_follow_the_table_and_no_other_way(state):
    """4.9."""
    row = dict(cell.split() for cell in TABLE[state].split(", "))
    for event in Event:
        assert printing.step(Printing(state), event).printing.state == row.get(event, state)


@given(st.lists(st.sampled_from(Event), max_size=20))
def test_paper_moves_once_per_issue_unless_nothing_came_out(events):
    """COL4: after a send, the same issue is sent again only if the printer took nothing."""
    sent: set[int] = set()
    now = Printing()
    for event in events:
        step = printing.step(now, event)
        if step.printing.state is State.SENDING and now.state is State.QUEUED:
            assert now.issue not in sent
            sent.add(now.issue)
        if event is Event.NOT_READY and step.printing.state is State.FAILED:
            sent.discard(now.issue)
        assert step.printing.issue - now.issue in (0, 1)
        assert step.printing.valid_issues == (step.printing.issue,)
        now = step.printing


@pytest.mark.parametrize("state", State)
def test_only_staff_reissue(state):
    for event in set(Event) - {Event.STAFF_REPRINT}:
        assert printing.step(Printing(state), event).printing.issue == 1


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (State.QUEUED, Code.PRINT_IN_PROGRESS),
        (State.SENDING, Code.PRINT_IN_PROGRESS),
        (State.PRINTED, Code.ALREADY_PRINTED),
        (State.UNCERTAIN, Code.SEE_STAFF),
    ],
)
def test_a_guest_who_comes_again_is_told_what_to_do(state, code):
    assert printing.step(Printing(state), Event.PICKUP) == Step(Printing(state), code)


def test_a_restart_is_felt_only_where_paper_was_moving():
    for state in State:
        after = printing.step(Printing(state), Event.RESTART)
        expected = State.UNCERTAIN if state is State.SENDING else state
        assert after == Step(Printing(expected))


def test_a_story_is_followed_from_a_ticket_s_birth_or_from_where_it_is():
    jam = [Event.PICKUP, Event.SEND, Event.FAULT, Event.STAFF_REPRINT]
    assert printing.follow(jam)[-1].printing == Printing(State.QUEUED, 2)
    later = printing.follow([Event.SEND, Event.PROOF], Printing(State.QUEUED, 2))
    assert later[-1].printing == Printing(State.PRINTED, 2)


def test_a_ticket_is_owed_until_there_is_proof():
    assert State.PRINTED not in printing.OWED
    assert len(printing.OWED) == len(State) - 1
