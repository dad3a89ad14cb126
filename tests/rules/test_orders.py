"""Orders confirm once, cancel without moving money, and wait in line for their tickets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxoffice import orders
from boxoffice.bad_input import FractionalMoney, OutOfRange, Repeated
from boxoffice.orders import (
    Confirmations,
    Delivery,
    File,
    NotFree,
    Order,
    Patron,
    Status,
    TicketingStatus,
    ToTicket,
)
from boxoffice.refusals import Code

ADA = Patron("p1", "Ada Adams", "ada@example.org", "555 01", "1 Stage Lane")
ORDER = Order(
    "K7Q4MX23",
    ADA,
    seats=("A1", "A2"),
    credits=(("M1", 2),),
    paid=3400,
    donation=500,
    status=Status.CONFIRMED,
)


@given(st.lists(st.sampled_from("abc"), max_size=10))
def test_an_order_is_captured_once_and_every_key_hears_its_first_answer(keys):
    """ORD9."""
    told, captures, first = Confirmations(), 0, {}
    for key in keys:
        answer = orders.confirm(told, key)
        told = answer.confirmations
        captures += answer.capture
        assert first.setdefault(key, answer.answer) == answer.answer
    assert captures == (1 if keys else 0)
    assert list(first.values()).count(Status.CONFIRMED) == captures
    others = [key for key in first if key != keys[0]]
    assert all(first[key] is Code.ORDER_ALREADY_CONFIRMED for key in others)


def test_cancelling_frees_seats_and_credits_and_moves_no_money():
    """ORD4."""
    gone = orders.cancel(ORDER)
    assert gone.freed == ("A1", "A2")
    assert gone.credits == {"M1": 2}
    assert (gone.order.file, gone.order.paid, gone.refunded) == (File.CANCELLED, 3400, 0)


def test_a_cancelled_order_comes_back_while_its_seats_are_free():
    """ORD4."""
    gone = orders.cancel(ORDER).order
    assert orders.restore(gone, free={"A1", "A2"}).file is File.CURRENT
    assert orders.restore(gone, free={"A1"}) == NotFree("A2", Code.SEAT_NOT_FREE)


def test_a_clone_takes_the_patron_and_nothing_else():
    """ORD5."""
    assert orders.clone(ORDER, "AAAA2222") == Order("AAAA2222", ADA)


def test_the_number_is_always_shown_with_its_status():
    """ORD12."""
    assert ORDER.title == "K7Q4-MX23 Confirmed"
    assert orders.clone(ORDER, "AAAA2222").title == "AAAA-2222 UNCONFIRMED"


def test_credits_come_back_as_far_as_they_were_used():
    """MEM7."""
    assert [orders.give_back(3, returned) for returned in (0, 2, 3)] == [3, 1, 0]
    for returned in (4, -1):
        with pytest.raises(OutOfRange):
            orders.give_back(3, returned)


def waiting(id, at="2026-03-09", *, confirmed=True, status="to_be_ticketed", by="mail"):
    return ToTicket(id, confirmed, TicketingStatus(status), Delivery(by), at)


def test_the_work_list_holds_what_needs_paper_soonest_first():
    """ORD6."""
    listed = [
        waiting("b"),
        waiting("a"),
        waiting("soon", "2026-03-07", by="will_call"),
        waiting("unconfirmed", confirmed=False),
        waiting("mailed", status="mailed"),
        waiting("phone", by="email"),
    ]
    assert orders.worklist(listed) == ["soon", "a", "b"]


def test_an_order_that_cannot_be_is_an_error():
    with pytest.raises(Repeated):
        Order("1", ADA, seats=("A1", "A1"))
    with pytest.raises(FractionalMoney):
        Order("1", ADA, paid=0.5)
    with pytest.raises(FractionalMoney):
        Order("1", ADA, donation=0.5)
