"""Staff move an order, all at once or not at all."""

import pytest

from boxoffice import reassignments
from boxoffice.bad_input import Missing, Repeated
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
