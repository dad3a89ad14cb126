"""The spare tank of a kiosk: a few good seats side by side, and back when idle."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxoffice import allotments
from boxoffice.bad_input import OutOfRange
from boxoffice.best import Index
from boxoffice.charts import Chart, Row, SeatTwice, SeatType
from boxoffice.distancing import Policy
from tests.rules import by_hand

MINUTE = timedelta(minutes=1)
HOUSE = Chart(
    (Row("A", tuple(f"A{seat}" for seat in range(1, 9)), breaks_after=frozenset({"A3"})),),
    types={"A8": SeatType.ACCESSIBLE},
)


@pytest.mark.parametrize(
    ("sold", "target"), [(0, 4), (8, 4), (9, 5), (10, 5), (20, 10), (24, 12), (100, 12)]
)
def test_the_target_is_half_an_hour_of_selling_from_4_to_12(sold, target):
    assert allotments.target(sold_last_hour=sold, left=500) == target


def test_there_is_no_tank_when_under_twenty_seats_are_left():
    assert allotments.target(sold_last_hour=100, left=19) == 0
    assert allotments.target(sold_last_hour=0, left=20) == 4
    nearly_sold_out = {"asked": 4, "owned": 0, "target": 4, "standing": 0}
    assert allotments.grant(**nearly_sold_out, left=19) == 0
    assert allotments.grant(**nearly_sold_out, left=20) == 2


@pytest.mark.parametrize(("owned", "asked"), [(0, 12), (5, 7), (6, 0), (20, 0)])
def test_a_kiosk_asks_below_half_of_its_target(owned, asked):
    assert allotments.ask(owned=owned, target=12) == asked


@given(*[st.integers(0, 60)] * 3, st.integers(0, 100), st.integers(0, 900))
def test_all_kiosks_together_own_at_most_a_tenth(asked, owned, target, standing, left):
    granted = allotments.grant(
        asked=asked, owned=owned, target=target, standing=standing, left=left
    )
    assert 0 <= granted <= asked
    assert granted == 0 or (granted + standing) * 10 <= left
    assert granted == 0 or granted + owned <= target


def test_an_idle_kiosk_returns_the_excess_and_at_the_cut_off_everything():
    def returned(owned, minutes, cut_off=False):
        return allotments.give_back(
            owned=owned, target=4, idle=minutes * MINUTE, cut_off=cut_off
        )

    assert returned(9, 9.9) == 0
    assert returned(9, 10) == 5
    assert returned(3, 60) == 0
    assert returned(9, 0, cut_off=True) == 9


def test_a_tank_is_the_best_seats_together_and_smaller_where_there_are_none():
    index = Index(HOUSE)
    assert allotments.choose(HOUSE, (), 4, index=index) == ("A4", "A5", "A6", "A7")
    assert allotments.choose(HOUSE, ("A5",), 4, index=index) == ("A1", "A2", "A3")
    assert allotments.choose(HOUSE, HOUSE.seats, 4) == ()
    assert allotments.choose(HOUSE, (), 0) == ()


def test_a_tank_keeps_its_distance():
    ada = [["A4"]]
    assert allotments.choose(HOUSE, ("A1", "A4"), 3) == ("A5", "A6", "A7")
    apart = allotments.choose(HOUSE, ("A1",), 3, policy=Policy(side=1), other_orders=ada)
    assert apart == ("A2", "A3")


@given(by_hand.charts(), st.data())
def test_what_a_kiosk_keeps_is_as_good_as_its_own_seats_allow(chart, data):
    owned = data.draw(st.sets(st.sampled_from(chart.seats)))
    count = data.draw(st.integers(0, len(owned) + 1))
    returned = allotments.choose_to_return(chart, sorted(owned), count)
    assert len(returned) == min(count, len(owned))
    kept = owned - set(returned)
    assert set(returned) <= owned
    if kept:
        everybody = by_hand.Released(house=True)
        wish = by_hand.Request(len(kept), released=everybody, avoid_orphans=False)
        gone = set(chart.seats) - owned
        assert by_hand.best(chart, gone, wish).seats == chart.in_order(kept)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: allotments.target(sold_last_hour=-1, left=50),
        lambda: allotments.target(sold_last_hour=1, left=-1),
        lambda: allotments.ask(owned=-1, target=4),
        lambda: allotments.ask(owned=1, target=-4),
        lambda: allotments.grant(asked=-1, owned=0, target=4, standing=0, left=50),
        lambda: allotments.grant(asked=1, owned=0, target=4, standing=-1, left=50),
        lambda: allotments.give_back(owned=-1, target=4, idle=MINUTE, cut_off=False),
        lambda: allotments.give_back(owned=1, target=-4, idle=MINUTE, cut_off=False),
        lambda: allotments.choose(HOUSE, (), -1),
        lambda: allotments.choose_to_return(HOUSE, ["A1"], -1),
    ],
)
def test_negative_quantities_are_named(wrong):
    with pytest.raises(OutOfRange, match="is negative"):
        wrong()


def test_a_kiosk_owns_a_seat_once():
    with pytest.raises(SeatTwice):
        allotments.choose_to_return(HOUSE, ["A1", "A1"], 1)


def test_a_kiosk_returns_what_does_not_lie_with_its_best_seats():
    owned = ["A1", "A4", "A5", "A6", "A8"]
    assert allotments.choose_to_return(HOUSE, owned, 2) == ("A1", "A8")
    assert allotments.choose_to_return(HOUSE, owned, 0) == ()
    assert allotments.choose_to_return(HOUSE, owned, 5) == tuple(owned)
