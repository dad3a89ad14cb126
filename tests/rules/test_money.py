"""Money is whole, of one currency, and shared without losing a unit."""

from itertools import pairwise

import pytest
from babel.numbers import get_currency_precision
from hypothesis import given
from hypothesis import strategies as st

from boxoffice import money
from boxoffice.bad_input import FractionalMoney, NegativeMoney, OutOfRange
from boxoffice.money import MixedCurrencies, Money, NotAnAmount, UnknownCurrency

amounts = st.integers(min_value=-(10**12), max_value=10**12)
weights = st.lists(st.integers(min_value=0, max_value=10**6), min_size=1, max_size=30)


@given(amounts, weights)
def test_shares_add_up_exactly(total, weights):
    assert sum(money.allocate(total, weights)) == total


@given(amounts, weights)
def test_a_negative_amount_is_shared_as_the_mirror_of_the_positive_one(total, weights):
    assert money.allocate(-total, weights) == [-p for p in money.allocate(total, weights)]


@given(st.integers(0, 10**9), weights)
def test_who_weighs_more_never_gets_less(total, weights):
    parts = money.allocate(total, weights)
    in_order = sorted(zip(weights, parts, strict=True))
    for (lighter, less), (heavier, more) in pairwise(in_order):
        assert lighter == heavier or less <= more


@given(st.integers(0, 10**9), weights)
def test_every_share_is_within_one_unit_of_the_exact_one(total, weights):
    if not any(weights):
        weights = [1] * len(weights)
    for part, weight in zip(money.allocate(total, weights), weights, strict=True):
        assert abs(part * sum(weights) - total * weight) < sum(weights)


def test_spare_units_go_to_the_largest_remainders_and_ties_to_the_earlier_line():
    assert money.allocate(100, [1, 1, 1]) == [34, 33, 33]
    assert money.allocate(10, [1, 2, 3]) == [2, 3, 5]
    assert money.allocate(1, [0, 5, 5]) == [0, 1, 0]
    assert money.allocate(5, [0, 0]) == [3, 2]


@pytest.mark.parametrize(
    ("total", "weights", "error"),
    [
        (1.5, [1], FractionalMoney),
        (True, [1], FractionalMoney),
        (1, [], OutOfRange),
        (1, [1, -1], NegativeMoney),
        (1, [0.5], FractionalMoney),
    ],
)
def test_what_cannot_be_shared_is_an_error(total, weights, error):
    with pytest.raises(error):
        money.allocate(total, weights)


def test_an_error_says_what_and_where():
    with pytest.raises(NegativeMoney, match=r"weights\[1\]: -1 is negative") as trouble:
        money.allocate(1, [1, -1])
    assert (trouble.value.what, trouble.value.where) == ("-1", "weights[1]")


def test_amounts_of_one_currency_add_up_and_compare():
    assert Money(1500, "EUR") + Money(175, "EUR") == Money(1675, "EUR")
    assert Money(1500, "EUR") - Money(175, "EUR") == Money(1325, "EUR")
    assert -Money(5, "EUR") == Money(-5, "EUR")
    assert Money(1, "EUR") < Money(2, "EUR")
    assert Money(2, "EUR") <= Money(2, "EUR")
    assert str(Money(1675, "EUR")) == "16.75 EUR"
    assert money.total([Money(1, "EUR"), Money(2, "EUR")], "EUR") == Money(3, "EUR")
    assert money.total([], "EUR") == Money(0, "EUR")


@pytest.mark.parametrize(
    "mix",
    [
        lambda one, other: one + other,
        lambda one, other: one - other,
        lambda one, other: one < other,
        lambda one, other: one <= other,
        lambda one, other: money.total([other], one.currency),
    ],
)
def test_currencies_do_not_mix(mix):
    with pytest.raises(MixedCurrencies, match="cannot be put together"):
        mix(Money(1, "EUR"), Money(1, "DKK"))


@pytest.mark.parametrize("currency", ["XXX", "eur", "", "EURO"])
def test_a_currency_that_nobody_pays_in_is_an_error(currency):
    with pytest.raises(UnknownCurrency):
        Money(1, currency)


def test_half_a_cent_is_no_money():
    with pytest.raises(FractionalMoney):
        Money(0.5, "EUR")


# Coins of these no longer circulate, and the tables of CLDR say so; ISO 4217 does not.
WITHOUT_COINS = "AFN ALL IQD IRR KPW LAK LBP MGA MMK RSD SOS SYP YER"


def test_minor_units_agree_with_another_table_of_the_standard():
    for code in money._DECIMALS.keys() - set(WITHOUT_COINS.split()):
        assert money.decimals(code) == get_currency_precision(code), code
    for code in WITHOUT_COINS.split():
        assert get_currency_precision(code) == 0, code


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (3400, "EUR", "34.00"),
        (5, "EUR", "0.05"),
        (-550, "EUR", "-5.50"),
        (1500, "JPY", "1500"),
        (1500, "KWD", "1.500"),
    ],
)
def test_amounts_are_written_with_the_decimals_of_their_currency(amount, currency, text):
    assert money.shown(amount, currency) == text
    assert money.read(text, currency) == Money(amount, currency)


@given(amounts, st.sampled_from(["EUR", "JPY", "KWD"]))
def test_what_is_written_can_be_read_again(amount, currency):
    assert money.read(money.shown(amount, currency), currency).amount == amount


@pytest.mark.parametrize(("typed", "amount"), [("16,75", 1675), (" 3.4 ", 340), ("3", 300)])
def test_people_type_amounts_in_several_ways(typed, amount):
    assert money.read(typed, "EUR") == Money(amount, "EUR")


@pytest.mark.parametrize("typed", ["", "1.2.3", "1 000", "12-", "1e3", "٣", "."])
def test_what_is_no_amount_is_not_guessed(typed):
    with pytest.raises(NotAnAmount):
        money.read(typed, "EUR")


@pytest.mark.parametrize(("typed", "currency"), [("16.755", "EUR"), ("1.0", "JPY")])
def test_an_amount_finer_than_the_minor_unit_is_an_error(typed, currency):
    with pytest.raises(FractionalMoney, match="finer"):
        money.read(typed, currency)


@pytest.mark.parametrize(
    ("amount", "rate_bp", "fee"),
    [(50, 300, 2), (1237, 400, 49), (-50, 300, -2), (-1237, 400, -49), (10000, 400, 400)],
)
def test_percentages_round_half_up_on_the_magnitude(amount, rate_bp, fee):
    assert money.percentage(amount, rate_bp) == fee
