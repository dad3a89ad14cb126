"""Doors that could not talk: one discrepancy, whatever the clocks and the order say."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxoffice.door_facts import Door, Facts
from boxoffice.doubles import Double, doubles
from tests.rules.doors import ADAS, BEAS, BOX, COPENHAGEN, STRIP, went
from tests.rules.test_movements import chains

TICKETS = (ADAS, BEAS, BOX, STRIP)


def found(*movements, reentry="after_exit"):
    return doubles(Facts(COPENHAGEN, Door("Left", reentry=reentry), {}, TICKETS, movements))


BOTH = (went("in", "b"), went("in", "a"))


def test_two_first_entries_of_one_ticket_are_one_double():
    assert found(*BOTH) == [Double("adas", None, ("a", "b"))]


def test_undoing_one_settles_it():
    assert found(BOTH[0], replace(BOTH[1], undone=True)) == []


def test_one_admission_alone_is_never_a_double_even_if_it_was_too_many():
    """A supervisor's second entry follows the first: everybody knew."""
    assert found(went("in", "a"), went("in", "b", "a")) == []


def test_entries_to_other_spaces_and_on_other_tickets_are_apart():
    bar, bea = went("in", "c", space="bar"), went("in", "d", ticket="beas")
    assert found(went("in", "a"), bar, bea) == []


def test_free_doors_have_no_doubles_but_a_pass_counts_its_visits_everywhere():
    assert found(*BOTH, reentry="free") == []
    visits = [went("in", id_, ticket="strip", count=2) for id_ in "ab"]
    assert found(*visits, reentry="free") == [Double("strip", None, ("a", "b"))]


@pytest.mark.parametrize(
    ("reentry", "expected"),
    [("after_exit", []), ("never", [Double("box", "x", ("b", "c"))])],
)
def test_what_was_left_is_counted_along_the_chain(reentry, expected):
    """Four came and left: six places are free, or only two where each enters once."""
    movements = [
        went("in", "a", ticket="box", count=4),
        went("out", "x", "a", ticket="box", count=4),
        went("in", "b", "x", ticket="box", count=3),
        went("in", "c", "x", ticket="box", count=3),
    ]
    assert found(*movements, reentry=reentry) == expected


def test_an_exit_of_nobody_leaves_no_more_places_than_there_were():
    not_inside = went("out", "x", count=1)
    both = [went("in", "b", "x"), went("in", "c", "x")]
    assert found(not_inside, *both) == [Double("adas", "x", ("b", "c"))]


def test_an_unlisted_ticket_admits_one():
    twice = [went("in", id_, ticket="unseen") for id_ in "ab"]
    assert found(*twice) == [Double("unseen", None, ("a", "b"))]


def test_what_followed_an_undone_movement_follows_its_predecessor():
    undone = went("in", "u", "x", undone=True)
    after_exit = [went("in", "a"), went("out", "x", "a"), undone]
    both = [went("in", "b", "u"), went("in", "c", "x")]
    assert found(*after_exit, *both) == [Double("adas", "x", ("b", "c"))]


def test_entries_after_something_unheard_of_are_no_first_entries():
    """Once that exit has arrived, nothing was ever wrong."""
    assert found(went("in", "a"), went("in", "b", "x, not here yet")) == []


def test_doubles_are_listed_by_ticket_and_then_by_what_they_follow():
    movements = [
        *(went("in", id_, "a", ticket="adas") for id_ in ("g", "f")),
        *(went("in", id_, ticket="beas") for id_ in ("i", "h")),
        *(went("in", id_, ticket="adas") for id_ in ("b", "a")),
    ]
    assert [(double.ticket, double.after) for double in found(*movements)] == [
        ("adas", None),
        ("adas", "a"),
        ("beas", None),
    ]


@given(chains(), st.randoms(), st.sampled_from(["never", "after_exit", "free"]))
def test_doubles_do_not_depend_on_the_order_of_arrival(movements, chance, reentry):
    mixed = [
        replace(movement, ticket=TICKETS[number % 2].id if number % 3 else "strip")
        for number, movement in enumerate(movements)
    ]
    shuffled = list(mixed)
    chance.shuffle(shuffled)
    assert found(*mixed, reentry=reentry) == found(*shuffled, reentry=reentry)
