"""The first value travels through any number of exchanges and comes back once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxoffice import exchanges
from boxoffice.bad_input import NegativeMoney
from boxoffice.exchanges import Chain, CyclicExchange, Value
from boxoffice.refusals import Code

NIGHTS = ["A", "B", "C"]
steps = st.lists(st.one_of(st.sampled_from(NIGHTS), st.booleans()), max_size=12)


@given(
    st.integers(0, 5000),
    st.integers(0, 300),
    st.dictionaries(st.sampled_from(NIGHTS), st.lists(st.sampled_from(NIGHTS))),
    steps,
)
def test_along_any_chain_no_more_comes_back_than_was_first_paid(value, fee, offers, wishes):
    """REP1: a night is an exchange for it; a bool is a refund, with fees or without."""
    original = Value("A", value, fee)
    chain, came_back = Chain(original), 0
    for wish in wishes:
        match wish:
            case bool():
                answer = exchanges.refund(chain, include_fees=wish)
            case _:
                answer = exchanges.exchange(chain, wish, offers)
        if isinstance(answer, Chain):
            if isinstance(wish, bool):
                came_back += answer.refunded
            chain = answer
    assert not exchanges.refunded_too_much(original, came_back)
    assert all((link.value, link.fee) == (value, fee) for link in chain.exchanges)
    assert came_back in (0, value, value + fee)


def test_a_refund_of_nothing_is_a_refund():
    gone = exchanges.refund(Chain(Value("A", 0, 0)), include_fees=True)
    assert gone.refunded == 0
    assert exchanges.refund(gone, include_fees=True) is Code.ALREADY_REFUNDED
    assert exchanges.exchange(gone, "B", {"A": ["B"]}) is Code.ALREADY_REFUNDED


def test_patrons_may_come_back_to_a_night_that_is_offered():
    offers = {"A": ["B"], "B": ["A"]}
    chain = exchanges.exchange(Chain(Value("A", 5, 1)), "B", offers)
    again = exchanges.exchange(chain, "A", offers)
    assert [link.performance for link in again.exchanges] == ["B", "A"]


def test_a_night_that_is_not_offered_is_refused():
    chain = Chain(Value("A", 5, 1))
    assert exchanges.exchange(chain, "B", {}) is Code.REPLACEMENT_NOT_OFFERED


def test_a_ticket_is_followed_back_to_the_one_first_paid():
    assert exchanges.first_ticket("t3", {"t3": "t2", "t2": "t1"}) == "t1"
    assert exchanges.first_ticket("t1", {}) == "t1"


@pytest.mark.parametrize(
    ("ticket", "replaced"),
    [
        ("t1", {"t1": "t1"}),
        ("t1", {"t1": "t2", "t2": "t1"}),
        ("t0", {"t0": "t1", "t1": "t0"}),
    ],
)
def test_tickets_exchanged_in_a_circle_are_an_error(ticket, replaced):
    with pytest.raises(CyclicExchange, match="runs in a circle"):
        exchanges.first_ticket(ticket, replaced)


def test_too_much_is_more_than_value_and_fee():
    original = Value("A", 250, 10)
    assert not exchanges.refunded_too_much(original, 260)
    assert exchanges.refunded_too_much(original, 261)


def test_values_are_not_negative():
    with pytest.raises(NegativeMoney):
        Value("A", -1, 0)
    with pytest.raises(NegativeMoney):
        Value("A", 0, -1)
