"""The book balances: every entry, every correction, always."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxoffice import journal
from boxoffice.bad_input import Missing, NegativeMoney, OutOfRange, Repeated
from boxoffice.journal import Account, Entry, Line, Unbalanced
from boxoffice.money import MixedCurrencies, Money


def eur(amount):
    return Money(amount, "EUR")


def test_an_order_that_is_charged_paid_and_settled_leaves_nothing_open():
    book = [
        Entry("1", journal.charge(charged=eur(1625), net=eur(1425)), "order"),
        Entry("2", journal.payment("card", eur(1625)), "card"),
        Entry("3", journal.settlement(eur(1425)), "statement"),
    ]
    journal.check(book)
    balances = journal.balances(book, "EUR")
    assert balances[Account.PATRONS] == eur(0)
    assert balances[Account.THEATRE] == eur(0)
    assert balances[Account.HANDLING] == eur(-200)
    assert balances[journal.tender("card")] == eur(1625)


def test_a_refund_takes_the_charge_back_and_pays_out():
    book = [
        Entry("1", journal.charge(charged=eur(1500), net=eur(1500)), "order"),
        Entry("2", journal.payment("cash", eur(1500)), "cash"),
        Entry("3", journal.charge(charged=eur(-1500), net=eur(-1500)), "refund"),
        Entry("4", journal.payout("cash", eur(1500)), "refund"),
    ]
    assert set(journal.balances(book, "EUR").values()) == {eur(0)}


amounts = st.integers(-(10**6), 10**6).map(eur)


@given(amounts, amounts)
def test_whatever_is_charged_the_entry_sums_to_zero_and_so_does_its_reversal(charged, net):
    entry = Entry("1", journal.charge(charged=charged, net=net), "order")
    undone = journal.reversal(entry, id="2", why="typing mistake")
    assert undone.corrects == "1"
    journal.check([entry, undone])
    assert set(journal.balances([entry, undone], "EUR").values()) <= {eur(0)}


def test_an_order_that_costs_nothing_is_written_down_all_the_same():
    free = journal.charge(charged=eur(0), net=eur(0))
    assert Entry("1", free, "comps").lines == (Line(Account.PATRONS, eur(0)),)


def test_a_gift_card_is_owed_to_its_holder_and_no_revenue_until_it_pays():
    sold = [
        Entry("1", journal.stored_value(eur(5000)), "gift card"),
        Entry("2", journal.payment("cash", eur(5000)), "cash"),
    ]
    balances = journal.balances(sold, "EUR")
    assert balances[Account.GIFT_CARDS] == eur(-5000)
    assert balances[Account.PATRONS] == eur(0)
    assert balances.get(Account.THEATRE, eur(0)) == eur(0)

    taken_back = Entry("3", journal.stored_value(eur(-5000)), "cancelled")
    assert journal.balances([*sold, taken_back], "EUR")[Account.GIFT_CARDS] == eur(0)


def test_a_count_books_its_difference():
    assert journal.difference("cash", counted=eur(9990), expected=eur(10000)) == (
        Line("tender:cash", eur(-10)),
        Line(Account.OVER_SHORT, eur(10)),
    )


def test_an_entry_that_is_left_over_is_no_entry():
    with pytest.raises(Unbalanced, match=r"entry 1: 0\.01 EUR is left over"):
        Entry("1", (Line("a", eur(2)), Line("b", eur(-1))), "half")


def test_an_entry_without_lines_or_that_corrects_itself_is_no_entry():
    with pytest.raises(OutOfRange):
        Entry("1", (), "nothing")
    with pytest.raises(OutOfRange):
        Entry("1", journal.payment("cash", eur(1)), "circle", corrects="1")


def test_an_entry_has_one_currency_and_so_has_a_book():
    with pytest.raises(MixedCurrencies):
        Entry("1", (Line("a", eur(1)), Line("b", Money(-1, "DKK"))), "mixed")
    krone = Entry("1", journal.payment("cash", Money(1, "DKK")), "cash")
    with pytest.raises(MixedCurrencies):
        journal.balances([krone], "EUR")


@pytest.mark.parametrize(
    "backwards",
    [
        lambda: journal.payment("cash", eur(-1)),
        lambda: journal.payout("cash", eur(-1)),
        lambda: journal.settlement(eur(-1)),
    ],
)
def test_payments_do_not_run_backwards(backwards):
    with pytest.raises(NegativeMoney):
        backwards()


@pytest.mark.parametrize("kind", ["", "gift card", "käse", "a:b"])
def test_a_kind_of_tender_is_a_plain_word(kind):
    with pytest.raises(OutOfRange):
        journal.tender(kind)


def test_a_correction_names_an_earlier_entry_once():
    first = Entry("1", journal.payment("cash", eur(1)), "cash")
    undone = journal.reversal(first, id="2", why="mistake")
    again = journal.reversal(first, id="3", why="mistake")
    with pytest.raises(Repeated):
        journal.check([first, first])
    with pytest.raises(Missing):
        journal.check([undone, first])
    with pytest.raises(Repeated):
        journal.check([first, undone, again])
