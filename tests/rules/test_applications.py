"""Which line the money has reached, and what colour the seat is."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxoffice import applications
from boxoffice.applications import Colour, Kind, Line, Shade
from boxoffice.bad_input import FractionalMoney, Missing, NegativeMoney, Repeated
from boxoffice.refusals import Code

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)


@st.composite
def orders(draw):
    lines = draw(
        st.lists(
            st.tuples(
                st.sampled_from(Kind), st.integers(0, 5000), st.sampled_from([MAY, JUNE])
            ),
            max_size=8,
        )
    )
    return [
        Line(str(number), kind, due, day if kind is Kind.TICKET else None)
        for number, (kind, due, day) in enumerate(lines)
    ]


money = st.integers(0, 30_000)


@given(orders(), st.lists(money, max_size=4))
def test_payments_in_parts_reach_the_same_lines_as_all_at_once(lines, parts):
    """APP4: each part is applied to what the earlier parts left open."""
    dues = {line.id: line.due for line in lines}
    reached = dict.fromkeys(dues, 0)
    left_over = 0
    for part in parts:
        open_lines = [
            Line(line.id, line.kind, dues[line.id] - reached[line.id], line.performed_on)
            for line in lines
        ]
        answer = applications.apply(open_lines, part)
        reached = {id: reached[id] + answer.applied[id] for id in reached}
        left_over += answer.on_account
    at_once = applications.apply(lines, sum(parts))
    assert reached == at_once.applied
    assert left_over == at_once.on_account


@given(orders(), money)
def test_tenders_are_what_is_applied_and_on_account(lines, paid):
    answer = applications.apply(lines, paid)
    assert answer.balances_with(paid)
    assert not answer.balances_with(paid + 1)
    assert answer.on_account == 0 or all(
        answer.applied[line.id] == line.due for line in lines
    )


@given(orders(), money, money)
def test_more_money_never_makes_a_paid_seat_unpaid(lines, paid, more):
    before, after = applications.apply(lines, paid), applications.apply(lines, paid + more)
    assert all(after.applied[id] >= amount for id, amount in before.applied.items())
    assert all(after.paid[id] >= was for id, was in before.paid.items())


def test_the_earliest_performance_is_paid_first_whatever_the_line():
    lines = [Line("june", Kind.TICKET, 50, JUNE), Line("may", Kind.TICKET, 50, MAY)]
    answer = applications.apply([*lines, Line("fee", Kind.FEE, 0)], 75)
    assert answer.applied == {"june": 25, "may": 50, "fee": 0}
    assert answer.paid == {"june": False, "may": True}


def test_what_cannot_be_is_an_error():
    with pytest.raises(Missing, match="ticket t: performance date is not given"):
        Line("t", Kind.TICKET, 1)
    with pytest.raises(NegativeMoney):
        Line("f", Kind.FEE, -1)
    with pytest.raises(NegativeMoney):
        applications.apply([], -1)
    with pytest.raises(FractionalMoney):
        applications.apply([], 0.5)
    with pytest.raises(Repeated):
        applications.apply([Line("f", Kind.FEE, 1), Line("f", Kind.FEE, 1)], 1)


@pytest.mark.parametrize(
    ("price", "paid", "shade"),
    [
        (0, 0, Shade(Colour.PINK, Code.ZERO_VALUE_COUNTS_AS_PAID)),
        (0, 5, Shade(Colour.PINK, Code.ZERO_VALUE_COUNTS_AS_PAID)),
        (50, 50, Shade(Colour.PINK, Code.PAID_IN_FULL)),
        (50, 60, Shade(Colour.PINK, Code.PAID_IN_FULL)),
        (50, 49, Shade(Colour.LIGHT_BLUE, Code.PARTIAL_PAYMENT, 1)),
        (50, 0, Shade(Colour.LIGHT_BLUE, Code.NOTHING_PAID, 50)),
    ],
)
def test_only_a_seat_paid_in_full_is_pink(price, paid, shade):
    """APP2, APP3, APP5."""
    answer = applications.colour(price, paid)
    assert answer == shade
    assert answer.missing == max(0, price - paid)


def test_the_nightly_check_finds_a_payment_that_reached_no_line():
    """4.6."""
    answer = applications.apply([Line("fee", Kind.FEE, 200)], 250)
    assert answer.balances_with(250)
    assert not answer.balances_with(251)


def test_money_reaches_contributions_then_fees_then_tickets_by_date():
    """APP1: whatever the order of the lines."""
    lines = [
        Line("june", Kind.TICKET, 100, JUNE),
        Line("may", Kind.TICKET, 100, MAY),
        Line("fee", Kind.FEE, 10),
        Line("gift", Kind.CONTRIBUTION, 50),
    ]
    reached = applications.apply(lines, 165).applied
    assert reached == {"june": 5, "may": 100, "fee": 10, "gift": 50}
    assert applications.apply(lines, 55).applied["fee"] == 5
