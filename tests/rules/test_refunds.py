"""What goes back, to which tender, and never more than came."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxoffice import refunds
from boxoffice.bad_input import Missing, NegativeMoney, OutOfRange, Repeated
from boxoffice.orders import TicketStatus
from boxoffice.refunds import Back, Tender, Ticket, months_later

TODAY = date(2026, 3, 10)
VISA = {"visa": 6}


def plan(tickets, tenders, **choices):
    facts = {"include_fees": True, "today": TODAY, "card_window_months": VISA} | choices
    return refunds.plan(tickets, tenders, **facts)


tickets = st.lists(
    st.tuples(st.integers(0, 5000), st.integers(0, 300), st.sampled_from(TicketStatus)),
    max_size=5,
).map(lambda facts: [Ticket(f"t{n}", *fact) for n, fact in enumerate(facts)])


@st.composite
def tender_lists(draw):
    facts = draw(
        st.lists(
            st.tuples(
                st.sampled_from(["card", "cash"]),
                st.integers(0, 8000),
                st.integers(0, 400),
                st.integers(0, 100),
            ),
            max_size=4,
        )
    )
    return [
        Tender(
            f"p{n}",
            kind,
            amount,
            TODAY - timedelta(days=ago),
            brand="visa",
            refunded=amount * spent // 100,
        )
        for n, (kind, amount, ago, spent) in enumerate(facts)
    ]


@given(tickets, tender_lists(), st.booleans())
def test_no_tender_gives_back_more_than_it_paid_and_everything_adds_up(paid, came, fees):
    answer = plan(paid, came, include_fees=fees)
    left = {tender.id: tender.amount - tender.refunded for tender in came}
    assert all(0 < back.amount <= left[id] for id, back in answer.tenders.items())
    assert answer.total == answer.unfunded + sum(b.amount for b in answer.tenders.values())
    assert answer.unfunded == 0 or sum(left.values()) == answer.total - answer.unfunded


@given(tickets, tender_lists())
def test_a_second_run_refunds_nothing(paid, came):
    """CAN1."""
    first = plan(paid, came)
    now = [
        Ticket(t.id, t.paid, t.fee_outside, TicketStatus.REFUNDED)
        if t.id in first.per_ticket
        else t
        for t in paid
    ]
    second = plan(now, came)
    assert (second.total, second.tenders, second.unfunded) == (0, {}, 0)


def test_tenders_of_one_day_are_used_from_the_end_of_the_list():
    came = [
        Tender("old", "cash", 10, date(2026, 1, 1)),
        Tender("one", "cash", 10, date(2026, 2, 1)),
        Tender("two", "cash", 10, date(2026, 2, 1)),
    ]
    answer = plan([Ticket("t", 25)], came)
    assert answer.tenders == {"two": Back(10, "cash"), "one": Back(10, "cash")} | {
        "old": Back(5, "cash")
    }
    assert list(answer.tenders) == ["two", "one", "old"]


@pytest.mark.parametrize(
    ("paid_on", "months", "last"),
    [
        (date(2025, 9, 10), 6, date(2026, 3, 10)),
        (date(2025, 8, 31), 6, date(2026, 2, 28)),
        (date(2023, 8, 31), 6, date(2024, 2, 29)),
        (date(2025, 12, 31), 2, date(2026, 2, 28)),
        (date(2025, 11, 30), 1, date(2025, 12, 30)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2025, 1, 15), 0, date(2025, 1, 15)),
    ],
)
def test_a_card_window_ends_on_its_anniversary_or_the_end_of_the_month(
    paid_on, months, last
):
    """R15."""
    card = Tender("p", "card", 10, paid_on, brand="visa")
    assert months_later(paid_on, months) == last
    assert refunds.route(card, last, {"visa": months}) == "card"
    day_after = last + timedelta(days=1)
    assert refunds.route(card, day_after, {"visa": months}) == "bank_transfer_form"


def test_a_card_whose_brand_has_no_window_goes_by_bank_transfer():
    assert refunds.route(Tender("p", "card", 1, TODAY), TODAY, VISA) == "bank_transfer_form"
    assert refunds.route(Tender("p", "cash", 1, TODAY), TODAY, VISA) == "cash"


def test_a_membership_seat_gives_back_its_credit():
    seats = [Ticket("t1", 0, member="M1"), Ticket("t2", 0, member="M1"), Ticket("t3", 5)]
    answer = plan(seats, [], select=["t2", "t3"])
    assert answer.credits == {"M1": 1}
    assert (answer.total, answer.unfunded) == (5, 5)


def test_what_cannot_be_is_an_error():
    with pytest.raises(OutOfRange, match="refunds of tender p: 11 exceed 10"):
        Tender("p", "cash", 10, TODAY, refunded=11)
    with pytest.raises(NegativeMoney):
        Ticket("t", -1)
    with pytest.raises(NegativeMoney):
        Ticket("t", 1, -1)
    with pytest.raises(Missing, match="t9 is not of this order"):
        plan([Ticket("t1", 1)], [], select=["t9"])
    with pytest.raises(Repeated):
        plan([Ticket("t1", 1), Ticket("t1", 1)], [])
    with pytest.raises(OutOfRange):
        months_later(TODAY, -1)


def test_a_tender_that_is_used_up_is_passed_over():
    """4.6."""
    came = [
        Tender("cash", "cash", 500, TODAY),
        Tender("gift", "gift", 900, TODAY, None, 900),
    ]
    answer = plan([Ticket("t", 700)], came)
    assert answer.tenders == {"cash": Back(500, "cash")}
    assert answer.unfunded == 200
