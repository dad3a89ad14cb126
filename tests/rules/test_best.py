"""The best seats that are left: together, nobody alone, no lonely seat."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boxoffice import best
from boxoffice.best import BadRequest, Index, Offer, Released, Request, Tier, WrongIndex
from boxoffice.charts import Chart, Row, SeatType, UnknownSeat
from boxoffice.distancing import Policy
from boxoffice.offers import rest_sold_out
from boxoffice.refusals import Code
from tests.rules import by_hand


def row(name, seats, section="Stalls", aisles=()):
    return Row(
        name,
        tuple(f"{name}{seat + 1}" for seat in range(seats)),
        section,
        frozenset(aisles),
    )


def offered(chart, gone, count, **wishes):
    return best.find(chart, gone, Request(count, **wishes))


@settings(max_examples=200)
@given(by_hand.evenings(), by_hand.requests)
def test_the_offer_is_the_one_found_by_trying_every_choice(evening, request):
    chart, gone, policy, others = evening
    found = best.find(chart, gone, request, policy=policy, other_orders=others)
    assert found == by_hand.best(chart, gone, request, policy, others)


@settings(max_examples=60)
@given(by_hand.evenings(distanced=False, rows=5, width=4), st.integers(5, 7))
def test_a_party_is_split_as_kindly_as_can_be(evening, count):
    chart, gone, _, _ = evening
    assert offered(chart, gone, count) == by_hand.best(chart, gone, Request(count))


@settings(max_examples=60)
@given(by_hand.evenings(distanced=True, rows=3, width=5), st.integers(3, 5))
def test_a_split_party_counts_lonely_seats_after_its_own_buffer(evening, count):
    chart, gone, policy, others = evening
    request = Request(count, released=Released(house=True))
    found = best.find(chart, gone, request, policy=policy, other_orders=others)
    assert found == by_hand.best(chart, gone, request, policy, others)


@settings(max_examples=60)
@given(by_hand.evenings(rows=5, width=6), st.lists(by_hand.requests, min_size=1), st.data())
def test_an_index_after_any_sales_and_returns_is_as_good_as_a_fresh_one(
    evening, requests, data
):
    chart, gone, policy, _ = evening
    index = Index(chart, policy)
    index.update(gone)
    taken = set()
    for request in requests:
        fresh = best.find(chart, gone, request, policy=policy, other_orders=[taken])
        assert index.find(request) == fresh
        seats = data.draw(st.sets(st.sampled_from(chart.seats), max_size=3), "sold")
        if data.draw(st.booleans(), "brought back"):
            index.give_back(seats)
            gone, taken = gone - seats, taken - seats
        else:
            index.take(seats)
            taken |= seats


@given(by_hand.evenings(), by_hand.evenings(), by_hand.requests)
def test_an_index_handed_in_follows_the_facts(evening, later, request):
    chart, gone, policy, others = evening
    index = Index(chart, policy)
    best.find(chart, gone, request, policy=policy, other_orders=others, index=index)
    now = frozenset(seat for seat in later[1] if seat in chart.places)
    found = best.find(chart, now, request, policy=policy, index=index)
    assert found == best.find(chart, now, request, policy=policy)


@given(
    by_hand.evenings(distanced=False),
    by_hand.requests,
    st.integers(0, 4),
    st.integers(0, 4),
    st.data(),
)
def test_some_rows_are_searched_as_if_the_rest_were_gone(evening, request, first, n, data):
    chart, gone, _, _ = evening
    index = Index(chart)
    index.update(gone)
    rows = range(first, first + n)
    elsewhere = {
        seat for at, row in enumerate(chart.rows) if at not in rows for seat in row.seats
    }
    for now in (gone, data.draw(st.sets(st.sampled_from(chart.seats)))):
        index.update(now)
        alone = replace(request, allow_split=False)
        found = best.find(chart, now | elsewhere, alone)
        assert index.find_in_rows(request, rows) == (
            found if isinstance(found, Offer) else None
        )


def test_the_best_of_some_rows_is_offered_and_nothing_if_they_have_no_two_together():
    chart = Chart([row("A", 4), row("B", 4), row("C", 4)])
    index = Index(chart)
    two = Request(2)
    assert index.find_in_rows(two, range(1, 3)).seats == ("B1", "B2")
    index.update({"B2", "B3"})
    assert index.find_in_rows(two, range(1, 2)) is None
    assert index.find_in_rows(two, range(1, 3)).seats == ("C1", "C2")
    index.update({"C1"})
    beside = index.find_in_rows(replace(two, aisle=True), range(2, 3))
    assert beside.seats == ("C3", "C4")


def test_an_index_forgets_what_is_not_asked_any_more_and_stays_right(monkeypatch):
    monkeypatch.setattr(best, "KEPT_KINDS", 2)
    monkeypatch.setattr(best, "KEPT_CHANGES", 5)
    chart = Chart(tuple(row(name, 6) for name in "ABC"))
    index, gone, chance = Index(chart), set(), random.Random(4)
    for _ in range(60):
        seat = chance.choice(chart.seats)
        (index.give_back if seat in gone else index.take)([seat])
        gone ^= {seat}
        request = Request(chance.randint(1, 5), avoid_orphans=chance.random() < 0.5)
        assert index.find(request) == best.find(chart, gone, request)


def test_a_heap_full_of_old_windows_is_cleaned():
    chart = Chart((row("A", 4), row("B", 4)))
    index = Index(chart)
    for _ in range(50):
        # The best window stays on top, so that nothing below it is ever looked at.
        index.take(["B1"])
        assert index.find(Request(2)).seats == ("A1", "A2")
        index.give_back(["B1"])
    ranking = index._rankings[Request(2)]
    assert len(ranking._anywhere) <= 8


def test_a_seat_that_is_gone_twice_is_free_only_when_brought_back():
    index = Index(Chart((row("A", 2),)))
    index.take(["A1", "A2"])
    index.take(["A1"])
    index.give_back(["A1"])
    assert index.find(Request(1)) == Offer(("A1",), Tier.TOGETHER, ())


@pytest.mark.parametrize("other", [Policy(side=1), None])
def test_an_index_of_another_house_is_our_mistake(other):
    chart = Chart((row("A", 2),))
    index = Index(chart if other else Chart((row("B", 2),)), other)
    with pytest.raises(WrongIndex):
        best.find(chart, (), Request(1), index=index)


def test_seats_that_do_not_exist_are_named_and_nothing_changes():
    chart = Chart((row("A", 2),))
    index = Index(chart)
    for wrong in (
        lambda: index.update(["Z9"]),
        lambda: index.update([], [["Z9"]]),
        lambda: index.take(["A1", "Z9"]),
        lambda: index.give_back(["Z9"]),
    ):
        with pytest.raises(UnknownSeat, match="Z9"):
            wrong()
    assert index.find(Request(2)).seats == ("A1", "A2")


@pytest.mark.parametrize(("count", "accessible"), [(0, 0), (-1, 0), (2, 3), (2, -1)])
def test_a_party_that_cannot_be_is_named(count, accessible):
    with pytest.raises(BadRequest):
        Request(count, accessible=accessible)


def test_a_companion_seat_is_released_with_its_section_or_its_level():
    chart = Chart(
        (Row("D", ("W1", "P1", "D1")),),
        types={"W1": SeatType.ACCESSIBLE, "P1": SeatType.COMPANION},
        levels={"W1": "1", "P1": "2", "D1": "2"},
    )
    everything = Released(sections=frozenset({"Main"}))
    level_two = Released(levels=frozenset({"2"}))
    assert offered(chart, (), 3) == best.NoOffer(Code.INSUFFICIENT_SEATS, 1)
    assert offered(chart, (), 3, released=everything).seats == ("W1", "P1", "D1")
    assert offered(chart, (), 2, released=level_two).seats == ("P1", "D1")


def test_accessible_seats_are_opened_once_the_rest_there_is_sold_out():
    chart = Chart(
        (Row("D", ("W1", "D1")), Row("L", ("L1",), "Box")),
        types={"W1": SeatType.ACCESSIBLE},
        levels={"D1": "1", "L1": "2"},
    )
    assert rest_sold_out(chart, {"D1"}, Released(sections=frozenset({"Main"})))
    assert rest_sold_out(chart, {"D1"}, Released(levels=frozenset({"1"})))
    assert not rest_sold_out(chart, {"D1"}, Released(house=True))
    assert not rest_sold_out(chart, {"L1"}, Released(sections=frozenset({"Main"})))


def test_two_pieces_do_not_strand_the_seat_between_them():
    """One piece alone would not: A3 is at another level, but it is a seat for sale."""
    chart = Chart(
        (row("A", 9),),
        levels={f"A{seat}": "2" if seat in (3, 6, 7) else "1" for seat in range(1, 10)},
    )
    found = offered(chart, (), 4, levels=frozenset("1"))
    assert found == Offer(("A1", "A2", "A8", "A9"), Tier.SPLIT, ())
    found = offered(chart, ("A8", "A9"), 4, levels=frozenset("1"))
    assert found == Offer(("A1", "A2", "A4", "A5"), Tier.SPLIT, ("A3",))


def test_fourteen_people_are_split_over_boxes_without_anybody_alone():
    chart = Chart(tuple(row(f"L{number}-", 3, f"Box {number}") for number in range(8)))
    found = offered(chart, {"L0-1"}, 14)
    sizes = [
        sum(seat.startswith(f"L{number}-") for seat in found.seats) for number in range(8)
    ]
    assert found.tier is Tier.SPLIT
    assert sum(sizes) == 14
    assert sorted(size for size in sizes if size) == [2, 3, 3, 3, 3]


def test_one_big_party_takes_the_house_apart_and_leaves_nothing():
    chart = Chart((row("A", 3), row("B", 2, "Box"), row("C", 1, "Circle")))
    assert offered(chart, (), 6).seats == chart.seats
    assert offered(chart, (), 7) == best.NoOffer(Code.INSUFFICIENT_SEATS, 6)


def test_a_seat_before_or_behind_is_stranded_by_a_buffer_and_free_again_afterwards():
    """4.2, 4.4: an order's own buffer goes first, then lonely seats are looked for."""
    rows = (row("A", 4), row("B", 4))
    coords = {
        seat: (x, y) for y, each in enumerate(rows) for x, seat in enumerate(each.seats)
    }
    chart = Chart(rows, best_first=("A2", "A3"), coords=coords)
    index = Index(chart, Policy(front_back=True))
    assert index.find(Request(2)) == Offer(("A1", "A2"), Tier.TOGETHER, ())
    assert index.find(Request(2, avoid_orphans=False)) == Offer(
        ("A2", "A3"), Tier.TOGETHER_ORPHAN, ("A1", "A4", "B1", "B4")
    )
    index.take(["A1", "A2"])
    assert index.find(Request(2)) == Offer(("A3", "A4"), Tier.TOGETHER, ())
    index.take(["B4"])
    assert index.find(Request(1)) == Offer(("A3",), Tier.TOGETHER, ())
    index.give_back(["A1", "A2", "B4"])
    assert index.find(Request(2)) == Offer(("A1", "A2"), Tier.TOGETHER, ())


def test_a_party_that_no_section_can_hold_is_split_over_few_sections():
    """4.2, step 5: the fewest sections and pieces go before rows that are close."""
    boxes = [row(name, 2, section=f"Box {name}") for name in "ABC"]
    chart = Chart((*boxes, row("D", 3, "Box D")))
    assert offered(chart, (), 5).seats == ("C1", "C2", "D1", "D2", "D3")
    assert offered(chart, ("C1",), 5).seats == ("B1", "B2", "D1", "D2", "D3")
    assert len(offered(chart, (), 9).seats) == 9


def test_a_seat_that_was_sold_already_and_is_taken_changes_nothing():
    chart = Chart((row("A", 4),))
    index = Index(chart)
    index.update(["A1"])
    index.take(["A1"])
    assert index.find(Request(3)) == Offer(("A2", "A3", "A4"), Tier.TOGETHER, ())
    index.give_back(["A1"])
    assert index.find(Request(1)) == Offer(("A1",), Tier.TOGETHER, ())
