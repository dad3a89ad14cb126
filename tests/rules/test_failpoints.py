"""Where a test may pull the plug, and nobody else."""

import pytest

from boxoffice import failpoints

PLACE = "sale: before commit"


@pytest.fixture
def seen():
    names = []
    failpoints.watch(names.append)
    yield names
    failpoints.watch(None)


def test_nothing_happens_at_a_failpoint_unless_a_test_watches(seen):
    failpoints.watch(None)
    failpoints.reached(PLACE)
    assert seen == []


def test_a_test_that_watches_hears_of_every_place(seen):
    for name in sorted(failpoints.NAMES):
        failpoints.reached(name)
    assert seen == sorted(failpoints.NAMES)


def test_what_the_test_raises_stops_the_work_at_this_place():
    def pull_the_plug(name):
        raise SystemExit(name)

    failpoints.watch(pull_the_plug)
    try:
        with pytest.raises(SystemExit, match=PLACE):
            failpoints.reached(PLACE)
    finally:
        failpoints.watch(None)


def test_a_place_that_is_not_listed_is_our_mistake(seen):
    with pytest.raises(AssertionError, match="unknown failpoint 'tea: served'"):
        failpoints.reached("tea: served")
    assert seen == []
