"""Staff move an order, all at once or not at all."""

import pytest

from boxoffice import reassignments
from boxoffice.bad_input import Missing, OutOfRange, Repeated
from boxoffice.charts import Chart, Row
from boxoffice.refusals import Code
from boxoffice.seating import Refused, State

SEATS = {
    "A1": State.SOLD,
    "A2": State.SOLD,
    "A3": State.AVAILABLE,
    "B1": State.RESERVED,
    "B2": State.HELD,
}


def move(from_, to):
    return reassignments.move(SEATS, from_.split(), to.split())


def test_the_old_seats_are_free_and_the_new_ones_sold():
    moved = SEATS | {"A1": State.AVAILABLE, "A2": State.AVAILABLE}
    assert move("A1 A2", "B1 A3") == moved | {"B1": State.SOLD, "A3": State.SOLD}


def test_a_party_may_shift_over_its_own_seats():
    assert move("A1 A2", "A2 A3") == SEATS | {"A1": State.AVAILABLE, "A3": State.SOLD}


def test_nothing_changes_unless_everything_can():
    assert move("A1 A2", "B1") is Code.SEAT_COUNT_DIFFERS
    assert move("A1 A2", "B1 B2") == Refused("B2", Code.SEAT_NOT_FREE)
    assert move("A3", "B1") == Refused("A3", Code.NOT_SOLD)


def test_seats_that_cannot_be_are_named():
    with pytest.raises(Missing, match="Z1"):
        move("A1", "Z1")
    with pytest.raises(Repeated, match="A1"):
        move("A1 A1", "B1 A3")


ROWS = (
    Row("A", tuple(f"A{n}" for n in range(1, 9)), breaks_after=frozenset({"A4"})),
    Row("B", tuple(f"B{n}" for n in range(1, 9))),
)


def handed(sizes, seats, best=""):
    chart = Chart(ROWS, best_first=tuple(best.split()))
    return [" ".join(own) for own in reassignments.hand_out(chart, sizes, seats.split())]


def test_each_order_of_a_party_sits_together_whatever_its_place_in_the_list():
    assert handed([1, 2], "A3 A4 B1") == ["B1", "A3 A4"]
    assert handed([2, 3, 1], "A1 A2 A3 B1 B2 B5") == ["B1 B2", "A1 A2 A3", "B5"]


def test_an_aisle_parts_neighbours():
    assert handed([2, 1], "A4 A5 A6") == ["A5 A6", "A4"]


def test_of_two_places_as_good_the_better_ranked_is_the_first_orders():
    assert handed([2, 2], "A1 A2 B4 B5", best="B4 B5") == ["B4 B5", "A1 A2"]


def test_an_order_that_nothing_holds_takes_the_longest_stretch_and_goes_on():
    assert handed([3, 1], "A1 A2 B4 B6") == ["A1 A2 B4", "B6"]


def test_what_an_order_leaves_of_a_stretch_is_for_the_next():
    assert handed([2, 1, 1], "B1 B2 B3 A1") == ["B1 B2", "A1", "B3"]


def test_seats_are_handed_out_to_as_many_people():
    with pytest.raises(OutOfRange):
        handed([2], "A1")
    with pytest.raises(Repeated):
        handed([2], "A1 A1")
    with pytest.raises(Missing):
        handed([1], "Z1")
