"""What is enough to find an order, and to collect it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxoffice import will_call
from boxoffice.bad_input import Missing, NegativeMoney, OutOfRange, Repeated
from boxoffice.refusals import Code
from boxoffice.will_call import Answer, Collected, NotCollected, Policy, Throttle, Ticket


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("soerensen", "Sørensen"),
        ("SORENSEN", "sørensen"),
        ("Thorsson", "Þórsson"),
        ("torsson", "Þórsson"),
        ("Aagaard", "Ågaard"),
        ("agaard", "Ågaard"),
        ("Strauss", "STRAUẞ"),
        ("Mu\u0308ller", "Mueller"),
        ("\ufb01scher", "Fischer"),
        ("Ngũgĩ wa Thiong'o", "ngugi wa thiongo"),
        ("Ivanov 2", "ivanov²"),
        ("Đặng", "dang"),
    ],
)
def test_one_name_in_two_spellings_matches(typed, stored):
    """4.10."""
    assert will_call.same_name(typed, stored)
    assert will_call.same_name(stored, typed)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Han", "Hansen"),
        ("Hansen", "Hanson"),
        ("", ""),
        ("!", "!"),
        ("Ho", "Hoe"),
        ("Soeerensen", "Sørensen"),
    ],
)
def test_no_prefix_and_nothing_fuzzy_matches(typed, stored):
    assert not will_call.same_name(typed, stored)


@given(st.text())
def test_any_text_is_folded_without_trouble_and_matches_itself(name):
    assert will_call.same_name(name, name) is bool(will_call.foldings(name))


@given(
    st.integers(1, 4),
    st.integers(1, 100),
    st.integers(1, 50),
    st.lists(st.tuples(st.integers(0, 40), st.booleans()), max_size=25),
)
def test_misses_lock_and_a_locked_attempt_leaves_no_trace(most, window, lock, attempts):
    """COL2, told again from its definition."""
    throttle, misses, now = Throttle(most, window, lock), [], 0
    for pause, found in attempts:
        now += pause
        counted = [miss for miss in misses if now - miss < window]
        locked = len(counted) >= most and now < counted[-1] + lock
        assert throttle.locked(now) is locked
        before = throttle
        answer, throttle = throttle.attempt(now, found=found)
        if locked:
            assert (answer, throttle) == (Answer.LOCKED, before)
        elif found:
            assert answer is Answer.FOUND
            misses = []
        else:
            assert answer is Answer.NOT_FOUND
            misses.append(now)


@pytest.mark.parametrize(
    ("setting", "value"), [("max_failures", 0), ("window_s", -1), ("lock_s", -1)]
)
def test_a_throttle_that_cannot_be_is_an_error(setting, value):
    with pytest.raises(OutOfRange, match=setting):
        Throttle(**{setting: value})


PAID, PART, COMP = Ticket("t1", 5000, 5000), Ticket("t2", 5000, 2500), Ticket("t3", 0, 0)
DONE = Ticket("t4", 5000, 5000, printed=True)


@pytest.mark.parametrize(
    ("select", "policy", "photo_id", "answer"),
    [
        (["t1"], Policy.SELECTED_PAID, False, Collected(("t1",), ("t2", "t3"))),
        (["t3", "t1"], Policy.SELECTED_PAID, False, Collected(("t1", "t3"), ("t2",))),
        ([], Policy.SELECTED_PAID, False, Collected((), ("t1", "t2", "t3"))),
        (["t4", "t2"], Policy.SELECTED_PAID, True, NotCollected(Code.ALREADY_PRINTED)),
        (["t2"], Policy.SELECTED_PAID, True, NotCollected(Code.SEE_STAFF_PHOTO_ID)),
        (["t2"], Policy.SELECTED_PAID, False, NotCollected(Code.AMOUNT_DUE, 2500)),
        (["t1"], Policy.WHOLE_ORDER_PAID, False, NotCollected(Code.AMOUNT_DUE, 2500)),
    ],
)
def test_tickets_print_or_the_first_reason_is_given(select, policy, photo_id, answer):
    """COL3."""
    order = [PAID, PART, COMP, DONE]
    got = will_call.collect(order, select, policy=policy, photo_id=photo_id)
    assert got == answer


def test_a_ticket_that_cannot_be_is_an_error():
    with pytest.raises(NegativeMoney):
        Ticket("t", -1, 0)
    with pytest.raises(NegativeMoney):
        Ticket("t", 0, -1)
    with pytest.raises(Missing, match="t9 is not of this order"):
        will_call.collect([PAID], ["t9"])
    with pytest.raises(Repeated):
        will_call.collect([PAID, PAID], ["t1"])
