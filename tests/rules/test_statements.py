"""What the theatre is paid, and what is carried."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxoffice import statements
from boxoffice.bad_input import FractionalMoney, NegativeMoney, Repeated
from boxoffice.statements import Order

FIRST = date(2026, 3, 13)


@pytest.mark.parametrize(
    ("charge", "complete", "issued"),
    [
        (9999, False, False),
        (10000, False, True),
        (1, True, True),
        (0, True, False),
        (-1, True, False),
        (-20000, False, False),
    ],
)
def test_small_amounts_wait_and_debts_are_never_paid_out(charge, complete, issued):
    """SET2, SET3."""
    answer = statements.draw(
        [Order("1", charge, 0, FIRST)], on=FIRST, minimum=10000, complete=complete
    )
    assert answer.issued is issued
    assert answer.carry_forward == (0 if issued else charge)


def test_unsettled_orders_wait_and_stated_ones_are_left_out():
    """SET1, SET4."""
    orders = [
        Order("old", 100, 0, FIRST),
        Order("in", 200, 20, FIRST),
        Order("late", 300, 0, FIRST + timedelta(days=1)),
        Order("open", 400, 0, None),
    ]
    answer = statements.draw(orders, on=FIRST, minimum=0, complete=False, stated={"old"})
    assert [order.id for order in answer.included] == ["in"]
    assert [order.id for order in answer.waiting] == ["late", "open"]
    assert answer.amount == 180


orders = st.lists(
    st.tuples(
        st.integers(-30_000, 30_000),
        st.integers(-500, 500),
        st.one_of(st.none(), st.integers(0, 60)),
    ),
    max_size=12,
)


@given(orders, st.lists(st.booleans(), min_size=1, max_size=6), st.integers(0, 20_000))
def test_over_any_run_of_statements_paid_and_carried_is_what_was_settled(
    facts, completes, minimum
):
    book = [
        Order(
            str(n), charge, handling, None if days is None else FIRST + timedelta(days=days)
        )
        for n, (charge, handling, days) in enumerate(facts)
    ]
    stated, paid, carried, on = set(), 0, 0, FIRST
    for complete in completes:
        answer = statements.draw(
            book, on=on, minimum=minimum, complete=complete, carried=carried, stated=stated
        )
        assert answer.amount == carried + sum(order.net for order in answer.included)
        assert not answer.issued or answer.amount > 0
        paid += answer.amount if answer.issued else 0
        carried = answer.carry_forward
        stated |= {order.id for order in answer.included}
        last, on = on, statements.next_date(on)
    settled = [o for o in book if o.settled_on is not None and o.settled_on <= last]
    assert paid + carried == sum(order.net for order in settled)


def test_the_next_statement_is_a_fortnight_later():
    assert statements.next_date(FIRST) == date(2026, 3, 27)


@pytest.mark.parametrize(
    "on", [FIRST, date(2026, 3, 9), date(2026, 3, 14), date(2026, 3, 15)]
)
def test_orders_up_to_the_sunday_before_are_normally_in(on):
    """SET4: on a Sunday, the one before it."""
    sunday = statements.normally_in(on)
    assert sunday.weekday() == 6
    assert timedelta(days=1) <= on - sunday <= timedelta(days=7)


def test_what_cannot_be_is_an_error():
    twice = [Order("1", 1, 0, FIRST)] * 2
    with pytest.raises(Repeated):
        statements.draw(twice, on=FIRST, minimum=0, complete=True)
    with pytest.raises(NegativeMoney):
        statements.draw([], on=FIRST, minimum=-1, complete=True)
    with pytest.raises(FractionalMoney):
        statements.draw([], on=FIRST, minimum=1, complete=True, carried=0.5)
    with pytest.raises(FractionalMoney):
        Order("1", 0.5, 0, FIRST)
    with pytest.raises(FractionalMoney):
        Order("1", 1, 0.5, FIRST)
