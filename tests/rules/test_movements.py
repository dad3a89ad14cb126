"""Who is inside: worked out from movements, in whatever order they were heard of."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxoffice.bad_input import OutOfRange
from boxoffice.movements import Allowance, Trail
from tests.rules.doors import local, went

ONE, SIX = Allowance(), Allowance(admits=6)
VISITS = Allowance(entries=3)


def inside(*movements, of=ONE):
    return Trail(movements, of).inside


def test_in_and_out():
    came, left = went("in", "a"), went("out", "x", "a")
    assert inside() == 0
    assert inside(came) == 1
    assert inside(came, left) == 0
    assert inside(came, left, went("in", "b", "x")) == 1


def test_an_exit_takes_away_nobody_who_was_not_known_to_be_in():
    assert inside(went("in", "a"), went("out", "x")) == 1
    assert inside(went("in", "a"), went("out", "x", "never heard of")) == 1


def test_an_exit_counts_once_its_entry_is_heard_of():
    left = went("out", "x", "a")
    assert inside(left) == 0
    assert inside(left, went("in", "a")) == 0


def test_people_whom_two_doors_saw_leave_left_once():
    party = went("in", "a", count=4)
    left, right = went("out", "x", "a", count=3), went("out", "y", "a", count=3)
    assert inside(party, left, of=SIX) == 1
    assert inside(party, left, right, of=SIX) == 0
    assert inside(party, left, right, went("in", "b", "y", count=2), of=SIX) == 2


def test_never_more_inside_than_the_ticket_admits_unless_it_is_a_pass():
    twice = went("in", "a", count=4), went("in", "b", count=4)
    assert inside(*twice, of=SIX) == 6
    assert inside(*twice, of=VISITS) == 8


def test_an_undone_movement_never_happened():
    came, again = went("in", "a"), went("in", "b", "a", undone=True)
    assert inside(came, again, went("out", "x", "b")) == 0
    assert Trail((came, again), ONE).last == "a"
    assert Trail((came, again), ONE).entered == 1


def test_a_movement_heard_of_twice_happened_once():
    came = went("in", "a")
    assert Trail((came, came), VISITS).entered == 1
    assert Trail((came, replace(came, undone=True)), VISITS).entered == 0
    assert Trail((replace(came, undone=True), came), VISITS).entered == 0


def test_clearing_the_house_forgets_presence_and_no_entry():
    trail = Trail(
        (went("in", "a", at=local("18:50")), went("in", "b", "a", at=local("19:20"))),
        SIX,
        local("19:20"),
    )
    assert (trail.inside, trail.entered) == (1, 2)
    assert Trail(trail.movements[:1], SIX, local("19:20")).ends_inside is False
    assert trail.ends_inside is True


@pytest.mark.parametrize(
    ("allowance", "reentry", "left"),
    [
        (ONE, "after_exit", 1),
        (ONE, "never", 0),
        (ONE, "free", None),
        (SIX, "never", 5),
        (VISITS, "free", 2),
    ],
)
def test_who_may_still_come_in(allowance, reentry, left):
    trail = Trail((went("in", "a"), went("out", "x", "a")), allowance)
    assert trail.left(reentry) == left


def test_fewer_than_nobody_cannot_move():
    with pytest.raises(OutOfRange, match=r"movement\.count"):
        went("in", "a", count=-1)


def test_movements_that_follow_one_another_in_a_ring_follow_nothing():
    """No device writes such a log; one that does must not stop a door."""
    ring = [went("in", "a", "c"), went("out", "b", "a"), went("in", "c", "b")]
    assert inside(went("in", "d", "d")) == 1
    assert inside(*ring, of=SIX) == inside(*reversed(ring), of=SIX) == 2
    assert inside(*ring, went("out", "x", "c"), of=SIX) == 1
    undone = [replace(movement, undone=True) for movement in ring]
    assert inside(*undone, went("in", "e", "c")) == 1


def test_a_long_evening_needs_no_deep_stack():
    chain = [went("in", "0")]
    for number in range(1, 5000):
        way = "out" if number % 2 else "in"
        chain.append(went(way, str(number), str(number - 1)))
    assert inside(*chain) == 0
    assert inside(*reversed(chain)) == 0


@st.composite
def chains(draw):
    """Movements that follow earlier ones, or none, or one that nobody has heard of."""
    movements = []
    for number in range(draw(st.integers(0, 8))):
        known = [movement.id for movement in movements]
        after = draw(st.sampled_from([None, "unheard", *known]))
        movements.append(
            went(
                draw(st.sampled_from(["in", "out"])),
                str(number),
                after,
                count=draw(st.integers(0, 4)),
                undone=draw(st.booleans()),
            )
        )
    return movements


@given(chains(), st.randoms(), st.sampled_from([ONE, SIX, VISITS]))
def test_presence_does_not_depend_on_the_order_of_arrival(movements, chance, allowance):
    shuffled = list(movements)
    chance.shuffle(shuffled)
    trails = [Trail(tuple(each), allowance) for each in (movements, shuffled)]
    assert trails[0].inside == trails[1].inside >= 0
    assert trails[0].entered == trails[1].entered
    assert allowance.is_pass or trails[0].inside <= allowance.admits
