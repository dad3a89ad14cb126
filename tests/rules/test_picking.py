"""Patrons who pick their own seats leave no lonely seat where that can be helped."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boxoffice import picking
from boxoffice.best import Index
from boxoffice.charts import Chart, Row, SeatTwice, UnknownSeat
from boxoffice.picking import Mode, NothingPicked, Picked, Role
from boxoffice.refusals import Code
from tests.rules import by_hand

FIVE = Chart((Row("B", ("B1", "B2", "B3", "B4", "B5")), Row("C", ("C1", "C2", "C3"))))


def pick(*seats, gone=(), mode=Mode.STRICT, chart=FIVE, **also):
    return picking.check(chart, gone, seats, mode=mode, **also)


@st.composite
def picks(draw):
    chart, gone, policy, others = draw(by_hand.evenings())
    free = by_hand_free(chart, gone, policy, others)
    seats = (
        draw(st.lists(st.sampled_from(free), unique=True, min_size=1, max_size=4))
        if free
        else []
    )
    return chart, gone, policy, others, seats


def by_hand_free(chart, gone, policy, others):
    taken = {*gone, *(seat for order in others for seat in order)}
    if policy:
        taken.update(by_hand.buffers(chart, policy, others))
    return [seat for seat in chart.seats if seat not in taken]


def by_hand_orphans(chart, policy, free, choice):
    spots = by_hand.Spots(chart)
    after = {
        seat
        for seat in set(free) - set(choice)
        if not policy
        or not any(
            by_hand.conflict(chart, spots, policy, seat, chosen) for chosen in choice
        )
    }
    return [
        s
        for s in chart.seats
        if s in after and spots.alone(s, after) and not spots.alone(s, free)
    ]


def clean_choices(chart, policy, free, seats, mode):
    spots = by_hand.Spots(chart)
    runs, run = [], []
    for seat in chart.seats:
        if run and not (seat in free and spots.neighbours(run[-1], seat)):
            runs.append(run)
            run = []
        if seat in free:
            run.append(seat)
    runs.append(run)
    for run in runs:
        if mode is Mode.LENIENT and not set(run) & set(seats):
            continue
        for start in range(len(run) - len(seats) + 1):
            choice = run[start:][: len(seats)]
            if not by_hand_orphans(chart, policy, free, choice):
                yield tuple(choice)


@settings(max_examples=100)
@given(picks(), st.sampled_from(Mode))
def test_a_choice_is_refused_only_if_a_clean_one_exists(evening, mode):
    chart, gone, policy, others, seats = evening
    if not seats:
        return
    free = by_hand_free(chart, gone, policy, others)
    stranded = tuple(by_hand_orphans(chart, policy, free, seats))
    clean = list(clean_choices(chart, policy, free, seats, mode))
    found = pick(
        *seats, chart=chart, gone=gone, mode=mode, policy=policy, other_orders=others
    )
    assert found.orphans == stranded
    assert found.error == (Code.ORPHAN_SEATS if stranded and clean else None)
    assert found.instead in clean if found.error else found.instead == ()


def test_the_choice_instead_moves_as_few_people_as_can_be():
    assert pick("B2", "B3").instead == ("B1", "B2")
    assert pick("B3", "B4").instead == ("B4", "B5")


def test_strict_points_elsewhere_when_the_run_itself_has_no_clean_choice():
    found = pick("C1", "C2")
    assert found == Picked(("C3",), error=Code.ORPHAN_SEATS, instead=("B1", "B2"))
    assert pick("C1", "C2", mode=Mode.LENIENT) == Picked(("C3",))
    assert pick("C1", "C2", gone=("B1", "B2")) == Picked(("C3",))


def test_a_choice_stands_when_nowhere_are_so_many_seats_together():
    assert pick("C1", "C2", "B1", "B3", "B4", "B5").orphans == ("B2", "C3")
    assert pick("C1", "C2", "B1", "B3", "B4", "B5").error is None


def test_staff_are_warned_and_never_refused():
    assert pick("B2", "B3", role=Role.BOX_OFFICE) == Picked(
        ("B1",), warning=Code.ORPHAN_SEATS
    )
    assert pick("B1", "B2", role=Role.BOX_OFFICE) == Picked()


def test_a_seat_that_has_just_gone_is_unavailable():
    assert pick("B1", "B2", gone=("B2",)) == Picked(error=Code.SEAT_UNAVAILABLE)


def test_an_index_may_be_handed_in():
    index = Index(FIVE)
    for gone in ((), ("B1",), ("C1", "C2")):
        for seats in (("B2", "B3"), ("B4",), ("C3",)):
            assert pick(*seats, gone=gone, index=index) == pick(*seats, gone=gone)


def test_a_pick_that_cannot_be_is_named():
    with pytest.raises(NothingPicked):
        pick()
    with pytest.raises(UnknownSeat, match="Z1"):
        pick("Z1")
    with pytest.raises(SeatTwice, match="B1"):
        pick("B1", "B1")
