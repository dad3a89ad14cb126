"""What an order costs: fees inside and outside, percentages, membership lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxoffice import pricing
from boxoffice.bad_input import FractionalMoney, NegativeMoney, OutOfRange
from boxoffice.pricing import Buyer, FeeRule, OtherLine, Priced, PriceType, SeatLine, Seller

GUESTS_PAY = FeeRule(Buyer.GUEST, Seller.ONLINE, fee=200, outside=125)


def test_any_portion_of_a_fee_may_be_outside():
    """FEE3: price 15.00, fee 2.00 of which 1.25 outside."""
    quote = pricing.quote(
        seller=Seller.ONLINE, rules=[GUESTS_PAY], seats=[SeatLine(1500, Buyer.GUEST)]
    )
    assert (quote.charge, quote.net, quote.handling) == (1625, 1425, 200)


def test_the_first_rule_that_fits_wins():
    """FEE1."""
    rules = [
        FeeRule(Buyer.SUBSCRIBER, None, 0, 0),
        FeeRule(None, None, 300, 300),
        GUESTS_PAY,
    ]
    seats = [SeatLine(1000, Buyer.SUBSCRIBER), SeatLine(1000, Buyer.GUEST)]
    quote = pricing.quote(seller=Seller.ONLINE, rules=rules, seats=seats)
    assert [line.fee_outside for line in quote.seats] == [0, 300]


def test_a_free_ticket_carries_no_fee_unless_its_rule_says_so():
    """FEE4."""
    always = FeeRule(Buyer.GUEST, Seller.WINDOW, 50, 50, on_zero_price=True)
    free = [SeatLine(0, Buyer.GUEST)]
    assert pricing.quote(seller=Seller.ONLINE, rules=[GUESTS_PAY], seats=free).charge == 0
    assert pricing.quote(seller=Seller.WINDOW, rules=[always], seats=free).charge == 50


def test_a_donation_s_percentage_is_outside_or_inside_as_a_whole():
    """FEE5."""
    on_top = OtherLine(10_000, 400, outside=True)
    hidden = OtherLine(10_000, 400, outside=False)
    quote = pricing.quote(seller=Seller.ONLINE, rules=[], others=[on_top, hidden])
    assert quote.others == (Priced(10_000, 400, 0), Priced(10_000, 0, 400))
    assert (quote.charge, quote.net) == (20_400, 19_600)


fees = st.integers(0, 500).flatmap(
    lambda fee: st.builds(
        FeeRule,
        st.sampled_from([None, *Buyer]),
        st.sampled_from([None, *Seller]),
        st.just(fee),
        st.integers(0, fee),
        st.booleans(),
    )
)
seats = st.builds(
    SeatLine, st.integers(0, 10_000), st.sampled_from(Buyer), st.integers(0, 9)
)
others = st.builds(
    OtherLine, st.integers(-10_000, 10_000), st.integers(0, 10_000), st.booleans()
)


@given(st.sampled_from(Seller), st.lists(fees), st.lists(seats), st.lists(others))
def test_charge_less_net_is_handling_for_every_order(seller, rules, seats, others):
    """FEE2: and every line's stored shares add up to the whole."""
    quote = pricing.quote(seller=seller, rules=rules, seats=seats, others=others)
    assert quote.charge - quote.net == quote.handling
    assert quote.charge == sum(line.charge for line in quote.lines)
    assert [line.price for line in quote.seats] == [line.price for line in seats]


@pytest.mark.parametrize(
    ("build", "error"),
    [
        (lambda: SeatLine(-1, Buyer.GUEST), NegativeMoney),
        (lambda: SeatLine(1.5, Buyer.GUEST), FractionalMoney),
        (lambda: SeatLine(1, Buyer.GUEST, fee_units=-1), OutOfRange),
        (lambda: FeeRule(None, None, 200, 201), OutOfRange),
        (lambda: FeeRule(None, None, -1, 0), NegativeMoney),
        (lambda: FeeRule(None, None, 1, -1), NegativeMoney),
        (lambda: OtherLine(1, -1, True), OutOfRange),
        (lambda: OtherLine(1, 10_001, True), OutOfRange),
        (lambda: OtherLine(0.5, 1, True), FractionalMoney),
        (lambda: PriceType("Adult", -1), NegativeMoney),
    ],
)
def test_prices_and_fees_that_cannot_be_are_errors(build, error):
    with pytest.raises(error):
        build()


def test_two_prices_of_one_title_are_found_without_regard_to_case():
    """INV9."""
    level = [PriceType("Adult", 2400), PriceType("Child", 0), PriceType(" ADULT ", 1200)]
    assert pricing.repeated_title(level) == "ADULT"
    assert pricing.repeated_title(level[:2]) is None
