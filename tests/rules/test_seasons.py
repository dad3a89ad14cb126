"""Packages, control houses, and what to look at before a rollover."""

import pytest

from boxoffice import seasons
from boxoffice.bad_input import OutOfRange, Repeated
from boxoffice.refusals import Code
from boxoffice.seasons import (
    ControlHouse,
    Fate,
    Finding,
    Fix,
    Package,
    PlayoffOption,
    Subscription,
    Warning,
)


@pytest.mark.parametrize("status", sorted(seasons.ROLLING))
def test_five_statuses_roll(status):
    """ROL1."""
    assert seasons.fate(status) is Fate.ROLLS


@pytest.mark.parametrize(
    "status", ["Not Started", "Notice Printed", "Cancelled", "Cancelled mid season"]
)
def test_some_statuses_are_ignored(status):
    """ROL1, R9."""
    assert seasons.fate(status) is Fate.IGNORED


@pytest.mark.parametrize("status", ["Renwed", "renewed", "", "Not started", "cancelled"])
def test_any_other_status_is_an_error(status):
    assert seasons.fate(status) is Code.UNKNOWN_STATUS


OLD = ControlHouse("CH-25", 2025)


@pytest.mark.parametrize(
    ("new", "why"),
    [
        (None, Code.CONTROL_HOUSE_MISSING),
        (OLD, Code.CONTROL_HOUSE_SAME_AS_PREVIOUS),
        (ControlHouse("CH-24", 2024), Code.CONTROL_HOUSE_SAME_AS_PREVIOUS),
        (ControlHouse("CH-26", 2026, on_public_sale=True), Code.CONTROL_HOUSE_PUBLIC),
        (ControlHouse("CH-26", 2026), None),
        (ControlHouse("CH-25-PLAYOFF", 2025), None),
    ],
)
def test_a_control_house_is_made_for_the_new_season_and_never_sold(new, why):
    """ROL3."""
    assert seasons.check_control_house(OLD, new) is why


def sub(id, *seats, status="Renewed", desired=None, refunded=False, series="A"):
    wanted = len(seats) if desired is None else desired
    return Subscription(id, status, series, seats, wanted, refunded)


def test_a_subscription_in_order_is_not_on_the_list():
    assert seasons.precheck([Subscription("1", "Renewed", "A", ("C1",), 1)]) == []


def test_the_precheck_lists_every_finding_with_its_fix():
    """ROL2."""
    found = seasons.precheck(
        [
            sub("1", "C1", refunded=True),
            sub("2", "C2", desired=2),
            sub("3", "C2"),
            sub("4", "C2", series="B"),
            sub("5", "C1", "C2", status="Notice Printed", refunded=True, desired=5),
        ],
        without_package=[("p9", ("D1", "D2"))],
    )
    assert found == [
        Warning(Finding.REFUNDED_BUT_ROLLS, ("1",)),
        Warning(Finding.SEATS_WITHOUT_PACKAGE, ("p9",), ("D1", "D2")),
        Warning(Finding.SEAT_COUNT_MISMATCH, ("2",), ("C2",)),
        Warning(Finding.FAVOURITE_SEAT_SHARED, ("2", "3"), ("C2",)),
    ]
    assert [row.fix for row in found] == [
        Fix.CHANGE_STATUS,
        Fix.CREATE_FAVOURITES,
        Fix.EDIT_FAVOURITES,
        Fix.EDIT_FAVOURITES,
    ]


def test_afterwards_the_season_has_moved_on_and_the_old_package_rests():
    """ROL11."""
    package = Package("P25", "Fridays", 2025, "CH-25")
    old, new = seasons.advance(package, id="P26", house=ControlHouse("CH-26", 2026))
    assert new == Package("P26", "Fridays", 2026, "CH-26")
    assert not old.active
    assert seasons.reactivate(old) == package


def test_playoffs_need_a_package_for_all_for_each_round_or_for_each_game():
    """ROL11."""
    for option, packages in zip(PlayoffOption, (1, 4, 8), strict=True):
        plan = seasons.playoffs(option, rounds=4, games_per_round=2)
        assert plan.packages == plan.control_houses == plan.rollovers == packages
        assert plan.games_per_package * packages == 8


def test_what_cannot_be_is_an_error():
    for rounds, games in ((0, 1), (1, 0)):
        with pytest.raises(OutOfRange):
            seasons.playoffs(
                PlayoffOption.ONE_FOR_ALL, rounds=rounds, games_per_round=games
            )
    with pytest.raises(OutOfRange):
        sub("1", desired=-1)
    with pytest.raises(Repeated):
        seasons.precheck([sub("1"), sub("1")])
