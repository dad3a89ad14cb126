"""How many are expected, came, and are inside."""

from dataclasses import replace
from datetime import datetime, time

import pytest

from boxoffice.door_facts import Door, Facts
from boxoffice.figures import Tally, count
from boxoffice.moments import NaiveTime
from tests.rules.doors import ADAS, BEAS, BOX, COPENHAGEN, LEFT, SEVEN, STRIP, local, went


def counted(tickets, *movements, door=LEFT, at=SEVEN):
    return count(Facts(COPENHAGEN, door, {}, tickets, movements), at)


def test_the_house_is_counted_in_people():
    """Row 115."""
    figures = counted(
        (ADAS, replace(BEAS, price_type="child"), BOX),
        went("in", "a"),
        went("in", "b", ticket="box", count=4, door="Right"),
        went("out", "x", "b", ticket="box", door="Right"),
        went("in", "c", ticket="unseen", door="Left"),
        went("in", "d", ticket="unseen", door="Left"),
        went("in", "e", ticket="beas", undone=True, door="Left"),
        went("in", "f", ticket="beas", space="bar", door="Bar"),
    )
    assert figures.total == Tally(expected=8, entered=5, inside=4)
    assert figures.total.to_come == 3
    assert figures.by_price_type == {None: Tally(7, 5, 4), "child": Tally(1, 0, 0)}
    assert figures.unlisted == Tally(0, 1, 1)
    assert figures.by_door == {None: 1, "Right": 4, "Left": 2}


def test_returning_counts_once_and_a_pass_as_one_guest():
    tickets = (replace(ADAS, admits=2), STRIP)
    movements = [went("in", "a", count=2), went("out", "x", "a", count=2)]
    movements += [went("in", "b", "x", count=2)]
    movements += [went("in", id_, ticket="strip") for id_ in "cd"]
    assert counted(tickets, *movements).total == Tally(3, 3, 4)


@pytest.mark.parametrize(
    "other",
    [
        replace(ADAS, status="refunded"),
        replace(ADAS, status="unconfirmed"),
        replace(ADAS, performance="matinee"),
        replace(ADAS, price_type="dinner"),
    ],
)
def test_nobody_is_expected_on_a_ticket_that_is_not_for_here(other):
    door = Door("Left", performances=("friday",), price_types=frozenset({"adult"}))
    figures = counted((other,), went("in", "a"), door=door)
    assert figures.total == Tally()
    assert figures.unlisted == Tally()


def test_after_clearing_nobody_is_inside():
    door = Door("Left", clears_at=time(18, 55))
    figures = counted((ADAS,), went("in", "a"), door=door)
    assert figures.total == Tally(1, 1, 0)
    assert counted((ADAS,), went("in", "a"), door=door, at=local("18:54")).total.inside == 1


def test_a_moment_without_an_offset_is_refused():
    with pytest.raises(NaiveTime, match=r"count\.at"):
        counted((ADAS,), at=datetime(2026, 3, 6, 19))
