"""A release run takes what nobody paid for, and gives a reason for every seat it keeps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxoffice import releases
from boxoffice.bad_input import NegativeMoney, Repeated
from boxoffice.refusals import Code
from boxoffice.releases import NotRestored, Order, Policy, Scope, Seat, ZeroValue

LAPSED = Policy(frozenset({"lapsed"}))


def kept(*seats, policy=LAPSED, status="lapsed"):
    return releases.plan([Order("O", status, seats)], policy).kept


def test_money_on_one_seat_protects_its_order_when_the_run_says_so():
    """R13."""
    seats = (Seat("A1", 50, 50), Seat("A2", 50, 0))
    by_order = Policy(frozenset({"lapsed"}), scope=Scope.ORDER)
    assert kept(*seats) == {"A1": Code.PAID_IN_FULL}
    assert kept(*seats, policy=by_order)["A2"] is Code.ORDER_HAS_PAYMENT
    assert kept(Seat("A1", 50, 0), policy=by_order) == {}


def test_a_free_seat_of_an_unpaid_order_goes_only_by_choice():
    """REL3."""
    free = Policy(frozenset({"lapsed"}), zero_value=ZeroValue.RELEASE_IF_ORDER_UNPAID)
    assert kept(Seat("A1", 0, 0)) == {"A1": Code.ZERO_VALUE_COUNTS_AS_PAID}
    assert kept(Seat("A1", 0, 0), policy=free) == {}
    with_money = (Seat("A1", 0, 0), Seat("A2", 50, 25))
    assert kept(*with_money, policy=free) == {
        "A1": Code.ZERO_VALUE_COUNTS_AS_PAID,
        "A2": Code.PARTIAL_PAYMENT,
    }


@pytest.mark.parametrize(
    ("seat", "status", "reason"),
    [
        (
            Seat("A1", 50, 50, locked=True, printed=True),
            "kept",
            "ORDER_STATUS_NOT_SELECTED",
        ),
        (Seat("A1", 50, 50, locked=True, printed=True), "lapsed", "LOCKED_BY_STAFF"),
        (Seat("A1", 50, 50, printed=True), "lapsed", "TICKET_PRINTED"),
    ],
)
def test_the_first_reason_is_given(seat, status, reason):
    """REL2."""
    assert kept(seat, status=status) == {"A1": reason}


def test_comps_stand_apart_from_suspected_price_mistakes():
    """REL3."""
    seats = (Seat("A1", 0, 0, complimentary=True), Seat("A2", 0, 0), Seat("A3", 50, 0))
    run = releases.plan([Order("O", "lapsed", seats)], LAPSED)
    assert (run.comps, run.suspected) == (("A1",), ("A2",))


seats = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 2), st.booleans(), st.booleans()),
    max_size=6,
)


@given(seats, st.sampled_from(Scope), st.sampled_from(ZeroValue))
def test_every_seat_is_released_or_has_a_reason_and_money_is_never_released(
    facts, scope, zero_value
):
    """REL1."""
    order = Order("O", "lapsed", tuple(Seat(str(n), *fact) for n, fact in enumerate(facts)))
    run = releases.plan([order], Policy(frozenset({"lapsed"}), scope, zero_value))
    assert {*run.released, *run.kept} == {seat.id for seat in order.seats}
    assert len(run.released) + len(run.kept) == len(order.seats)
    assert not any(seat.paid for seat in order.seats if seat.id in run.released)


def test_a_run_is_undone_whole_or_not_at_all():
    """REL4."""
    run = releases.plan(
        [Order("O", "lapsed", (Seat("A1", 5, 0), Seat("A2", 5, 0)))], LAPSED
    )
    assert releases.undo(run, taken=["B1"]) == ("A1", "A2")
    assert releases.undo(run, taken=["A2", "B1"]) == NotRestored(("A2",), Code.SEAT_SOLD)


def test_a_seat_stands_in_a_run_once_and_costs_nothing_negative():
    with pytest.raises(Repeated):
        kept(Seat("A1", 5, 0), Seat("A1", 5, 0))
    with pytest.raises(NegativeMoney):
        Seat("A1", -5, 0)
    with pytest.raises(NegativeMoney):
        Seat("A1", 5, -1)
