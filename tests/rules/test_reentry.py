"""After an outage everything is recorded; whoever sits there keeps the seat."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boxoffice import reentry
from boxoffice.bad_input import OutOfRange
from boxoffice.charts import SeatTwice, UnknownSeat
from boxoffice.reentry import Book, Discrepancy, Holder, Owner, Rule, Sale

SEATS = ("A1", "A2", "A3")
DEVICES = ("K1", "K2", "paper-1")


def book(sold=None, owners=None, **also):
    return Book(frozenset(SEATS), sold or {}, owners or {}, **also)


def found(*sales, **facts):
    return [
        (gap.sale, gap.rule, gap.keeps, gap.moves)
        for gap in reentry.post(book(**facts), sales).discrepancies
    ]


books = st.builds(
    lambda sold, owners, held, posted: book(
        sold={seat: Holder(f"W-{seat}", inside) for seat, inside in sold.items()},
        owners={seat: Owner(*owner) for seat, owner in owners.items()},
        held=frozenset(held - sold.keys()),
        posted=frozenset(posted),
        serials=frozenset({"old"}),
    ),
    sold=st.dictionaries(st.sampled_from(SEATS), st.booleans()),
    owners=st.dictionaries(
        st.sampled_from(SEATS), st.tuples(st.sampled_from(DEVICES), st.integers(1, 2))
    ),
    held=st.sets(st.sampled_from(SEATS)),
    posted=st.sets(st.sampled_from(["K1:1", "paper-1:2"])),
)
sales = st.builds(
    Sale,
    device=st.sampled_from(DEVICES),
    seq=st.integers(1, 4),
    seat=st.sampled_from([*SEATS, "Z9"]),
    epoch=st.sampled_from([None, 1, 2]),
    serial=st.sampled_from([None, None, "old", "new"]),
    admitted=st.booleans(),
)
logs = st.lists(sales, max_size=7, unique_by=lambda sale: sale.id)


@given(books, logs, st.randoms(use_true_random=False))
def test_the_order_of_upload_does_not_matter(book, log, chance):
    shuffled = log.copy()
    chance.shuffle(shuffled)
    assert reentry.post(book, shuffled) == reentry.post(book, log)


@settings(max_examples=200)
@given(books, logs)
def test_nothing_is_refused_and_every_seat_has_one_holder(book, log):
    posted = reentry.post(book, log)
    assert sorted(posted.recorded + posted.duplicates) == sorted(sale.id for sale in log)
    assert set(posted.duplicates) == {sale.id for sale in log} & book.posted
    assert book.sold.keys() <= posted.holders.keys()
    names = [holder.name for holder in posted.holders.values()]
    assert len(names) == len(set(names))
    has_seat = set(names)
    for gap in posted.discrepancies:
        if gap.moves and gap.rule is not Rule.UNKNOWN_SEAT:
            assert gap.moves not in has_seat, "who moves has lost the seat"


@given(books, logs)
def test_whoever_sits_there_is_never_moved_for_somebody_outside(book, log):
    inside = {sale.id for sale in log if sale.admitted and sale.seat in SEATS}
    inside |= {holder.name for holder in book.sold.values() if holder.admitted}
    for gap in reentry.post(book, log).discrepancies:
        assert gap.moves not in inside or gap.rule is Rule.UNKNOWN_SEAT


@given(books, logs)
def test_posting_the_same_logs_again_changes_nothing(book, log):
    once = reentry.post(book, log)
    again = Book(
        book.seats,
        once.holders,
        book.owners,
        posted=book.posted | set(once.recorded),
        serials=book.serials,
    )
    twice = reentry.post(again, log)
    assert (twice.recorded, twice.discrepancies) == ((), ())
    assert twice.holders == once.holders


@pytest.mark.parametrize(
    ("sale", "facts", "rule", "keeps", "moves"),
    [
        (
            Sale("K1", 1, "A1", 1),
            {"owners": {"A1": Owner("K2", 2)}},
            "OWNED_ELSEWHERE",
            0,
            0,
        ),
        (Sale("p", 1, "A1"), {"held": frozenset({"A1"})}, "OWNED_ELSEWHERE", 0, 0),
        (
            Sale("K1", 1, "A1", 1),
            {"owners": {"A1": Owner("K1", 2)}},
            "STALE_EPOCH",
            "K1:1",
            0,
        ),
        (Sale("p", 1, "A1"), {"sold": {"A1": Holder("W")}}, "OWNER_KEEPS_SEAT", "W", "p:1"),
        (
            Sale("K1", 1, "A1", 2),
            {"sold": {"A1": Holder("W")}, "owners": {"A1": Owner("K1", 2)}},
            "FIRST_RECORDED",
            "W",
            "K1:1",
        ),
        (
            Sale("p", 1, "A1"),
            {"sold": {"A1": Holder("W", admitted=True)}},
            "ADMITTED_KEEPS_SEAT",
            "W",
            "p:1",
        ),
        (
            Sale("p", 1, "A1", admitted=True),
            {"sold": {"A1": Holder("W")}},
            "ADMITTED_KEEPS_SEAT",
            "p:1",
            "W",
        ),
        (
            Sale("p", 1, "A1", admitted=True),
            {"sold": {"A1": Holder("W", admitted=True)}},
            "BOTH_ADMITTED",
            0,
            0,
        ),
    ],
)
def test_each_clash_is_settled_by_a_named_rule(sale, facts, rule, keeps, moves):
    assert found(sale, **facts) == [(sale.id, rule, keeps or None, moves or None)]


def test_a_seat_that_an_open_order_holds_is_still_its_owners_to_sell():
    own = Sale("K1", 1, "A1", 2)
    assert found(own, owners={"A1": Owner("K1", 2)}, held=frozenset({"A1"})) == []


def test_the_owner_is_judged_first_whatever_it_is_called():
    stale, own = Sale("K1", 1, "A1", 1), Sale("K2", 1, "A1", 2)
    posted = reentry.post(book(owners={"A1": Owner("K2", 2)}), [stale, own])
    assert posted.recorded == ("K2:1", "K1:1")
    assert posted.holders["A1"].name == "K2:1"
    assert posted.discrepancies == (
        Discrepancy("K1:1", "A1", Rule.OWNER_KEEPS_SEAT, keeps="K2:1", moves="K1:1"),
    )


def test_two_paper_sales_of_one_seat_go_to_the_first_line():
    assert found(Sale("p", 2, "A1"), Sale("p", 1, "A1")) == [
        ("p:2", Rule.FIRST_RECORDED, "p:1", "p:2")
    ]


def test_a_guest_inside_takes_over_and_then_keeps_the_seat():
    posted = reentry.post(
        book(sold={"A1": Holder("W")}),
        [Sale("p", 1, "A1", admitted=True), Sale("p", 2, "A1")],
    )
    assert posted.holders["A1"] == Holder("p:1", admitted=True, right=False)
    assert posted.discrepancies[-1] == Discrepancy(
        "p:2", "A1", Rule.ADMITTED_KEEPS_SEAT, keeps="p:1", moves="p:2"
    )


def test_a_serial_used_twice_is_told_before_what_becomes_of_the_seat():
    twice = Sale("p", 2, "A1", serial="7")
    assert [gap[1] for gap in found(Sale("p", 1, "A1", serial="7"), twice)] == [
        Rule.SERIAL_USED_TWICE,
        Rule.FIRST_RECORDED,
    ]


def test_a_line_that_comes_twice_is_a_duplicate_the_second_time():
    sale = Sale("K1", 1, "A1")
    posted = reentry.post(book(), [sale, sale])
    assert (posted.recorded, posted.duplicates) == (("K1:1",), ("K1:1",))


def test_facts_that_cannot_be_are_named():
    with pytest.raises(OutOfRange, match="line"):
        Sale("K1", -1, "A1")
    with pytest.raises(OutOfRange, match="epoch"):
        Sale("K1", 1, "A1", -2)
    for wrong in ({"sold": {"Z9": Holder("W")}}, {"held": {"Z9"}}):
        with pytest.raises(UnknownSeat, match="Z9"):
            book(**wrong)
    with pytest.raises(SeatTwice, match="A1"):
        reentry.sold_once([("A1", Holder("W1")), ("A1", Holder("W2"))])
    assert reentry.sold_once([("A1", Holder("W1"))]) == {"A1": Holder("W1")}
