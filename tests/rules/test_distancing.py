"""Buffers keep orders apart, and are derived from them alone."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boxoffice import distancing
from boxoffice.charts import Chart, MissingCoordinates, Row, SeatTwice, UnknownSeat
from boxoffice.distancing import BadPolicy, Policy
from tests.rules import by_hand

ROW = Chart((Row("A", tuple(f"A{seat}" for seat in range(1, 9))),))
BESIDE = Policy(side=1)


@st.composite
def houses_with_orders(draw):
    chart, _, policy, _ = draw(by_hand.evenings(distanced=True, rows=4, width=6))
    seats = draw(st.lists(st.sampled_from(chart.seats), unique=True, max_size=6))
    cuts = sorted(draw(st.sets(st.integers(0, len(seats)), max_size=2)))
    edges = [0, *cuts, len(seats)]
    orders = [seats[low:high] for low, high in pairwise(edges)]
    return chart, policy, orders


@settings(max_examples=200)
@given(houses_with_orders())
def test_buffers_are_all_free_seats_in_conflict_with_somebody(house):
    chart, policy, orders = house
    assert distancing.buffers(chart, policy, orders) == by_hand.buffers(
        chart, policy, orders
    )


@given(houses_with_orders())
def test_no_buffer_is_ever_a_seat_of_a_party(house):
    chart, policy, orders = house
    blocked = distancing.buffers(chart, policy, orders)
    assert not {seat for seats in orders for seat in seats} & set(blocked)


@given(houses_with_orders())
def test_a_shared_buffer_outlives_one_of_its_orders(house):
    chart, policy, orders = house
    named = {f"order {number}": seats for number, seats in enumerate(orders)}
    whose = distancing.whose(chart, policy, named)
    assert tuple(whose) == distancing.buffers(chart, policy, orders)
    for gone in named:
        left = {name: seats for name, seats in named.items() if name != gone}
        still = set(distancing.whose(chart, policy, left))
        assert {seat for seat, owners in whose.items() if set(owners) - {gone}} <= still


@given(houses_with_orders())
def test_switching_on_over_sold_seats_lists_the_pairs_that_are_too_near(house):
    chart, policy, orders = house
    spots = by_hand.Spots(chart)
    order_of = {seat: number for number, seats in enumerate(orders) for seat in seats}
    taken = [seat for seat in chart.seats if seat in order_of]
    assert distancing.too_near(chart, policy, orders) == tuple(
        (one, other)
        for one in taken
        for other in taken
        if spots.order.index(one) < spots.order.index(other)
        and order_of[one] != order_of[other]
        and by_hand.conflict(chart, spots, policy, one, other)
    )


def test_linked_orders_are_one_and_have_no_buffer_between_them():
    assert distancing.too_near(ROW, BESIDE, [["A2"], ["A3"]]) == (("A2", "A3"),)
    assert distancing.too_near(ROW, BESIDE, [["A2", "A3"]]) == ()


def test_staff_see_whose_buffer_it_is():
    whose = distancing.whose(ROW, BESIDE, {"ada": ["A1", "A2"], "bea": ["A4"]})
    assert whose == {"A3": ("ada", "bea"), "A5": ("bea",)}


def test_only_what_is_measured_needs_coordinates():
    policy = Policy(front_back=True)
    assert distancing.buffers(ROW, policy, [["A1"]]) == ()
    two_rows = Chart((*ROW.rows, Row("B", ("B1",))))
    with pytest.raises(MissingCoordinates, match="B1"):
        distancing.buffers(two_rows, policy, [["A1"]])
    with pytest.raises(MissingCoordinates, match="A4"):
        distancing.buffers(ROW, Policy(min_distance_m=1), [["A4"]])


def test_a_distance_of_nothing_keeps_nobody_apart():
    assert distancing.buffers(ROW, Policy(min_distance_m=0), [["A4"]]) == ()


@pytest.mark.parametrize(
    ("x_m", "pitch_m", "blocked"),
    [
        (1.3125, 0.525, ("B1",)),
        (1.3125, 0.523, ()),
        (1.3125, 0.52, ()),
        (1.3124, 0.524, ("B1",)),
    ],
)
def test_lengths_are_rounded_to_whole_millimetres_before_they_are_compared(
    x_m, pitch_m, blocked
):
    chart = Chart(
        (Row("A", ("A1",)), Row("B", ("B1",))), coords={"A1": (x_m, 0), "B1": (1.05, 1)}
    )
    policy = Policy(front_back=True, pitch_m=pitch_m)
    assert distancing.buffers(chart, policy, [["A1"]]) == blocked


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (lambda: Policy(side=-1), "-1"),
        (lambda: Policy(pitch_m=0), "0"),
        (lambda: Policy(pitch_m=float("inf")), "inf"),
        (lambda: Policy(min_distance_m=-0.5), "-0.5"),
        (lambda: distancing.buffers(ROW, Policy(areas=frozenset({"Roof"})), []), "Roof"),
        (lambda: distancing.most_people(-1, 0, 1), "seats in the row"),
        (lambda: distancing.most_people(1, -1, 1), "between parties"),
        (lambda: distancing.most_people(1, 1, 0), "largest party"),
    ],
)
def test_a_policy_that_cannot_be_says_what_and_where(make, what):
    with pytest.raises(BadPolicy, match=what):
        make()


def test_an_order_names_each_seat_of_the_chart_once():
    with pytest.raises(UnknownSeat):
        distancing.buffers(ROW, BESIDE, [["Z1"]])
    with pytest.raises(SeatTwice):
        distancing.buffers(ROW, BESIDE, [["A1"], ["A1"]])
    with pytest.raises(UnknownSeat):
        distancing.too_near(ROW, BESIDE, [["Z1"]])


@given(st.integers(0, 12), st.integers(0, 3), st.integers(1, 5))
def test_the_planner_finds_the_most_people_that_fit(length, gap, largest):
    def people(room):
        """Seat every possible first party from the left, then the rest."""
        if room < 1:
            return 0
        return max(
            party + people(room - party - gap) for party in range(1, min(largest, room) + 1)
        )

    assert distancing.most_people(length, gap, largest) == people(length)


@given(houses_with_orders())
def test_conflicts_go_both_ways(house):
    chart, policy, _ = house
    spacing = distancing.Spacing(chart, policy)
    places = range(len(chart.seats))
    assert all(
        one in spacing.neighbours(other)
        for one in places
        for other in spacing.neighbours(one)
    )


def test_of_seats_in_one_square_of_the_floor_only_those_too_near_are_blocked():
    """4.4: the metre rule stops at no aisle, and exactly as far is far enough."""
    spots = {"A1": (0.0, 0), "A2": (0.9, 0), "A3": (1.4, 0), "A4": (1.8, 0), "A5": (2.4, 0)}
    row = Row("A", tuple(spots), breaks_after=frozenset({"A1"}))
    spacing = distancing.Spacing(Chart((row,), coords=spots), Policy(min_distance_m=1.4))
    assert spacing.neighbours(0) == {1}
    assert spacing.neighbours(0) == {1}, "the same when asked again"
    assert spacing.neighbours(2) == {1, 3, 4}


def test_metres_count_between_ticked_sections_only():
    """DIS1: areas that are not ticked keep no distance, to nobody."""
    sections = (Row("A", ("A1", "A2")), Row("B", ("B1", "B2"), "Balcony"))
    spots = {"A1": (0, 0), "A2": (1, 0), "B1": (0, 1), "B2": (1, 1)}
    chart = Chart(sections, coords=spots)
    near = Policy(min_distance_m=1.1)
    assert distancing.buffers(chart, near, [["A1"]]) == ("A2", "B1")
    main_only = Policy(min_distance_m=1.1, areas=frozenset({"Main"}))
    assert distancing.buffers(chart, main_only, [["A1"]]) == ("A2",)
    assert distancing.buffers(chart, main_only, [["B1"]]) == ()
