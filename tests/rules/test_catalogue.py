"""Productions, performances, and when selling starts and stops."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from boxoffice import catalogue
from boxoffice.bad_input import ImpossibleDate, Missing
from boxoffice.catalogue import Kind, Performance, Production, Venue
from boxoffice.moments import NaiveTime
from boxoffice.pricing import Seller
from boxoffice.refusals import Code

CURTAIN = datetime(2026, 3, 6, 19, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
FRIDAY = Performance(
    "friday",
    "hamlet",
    "main house",
    Kind.RESERVED,
    starts=CURTAIN,
    ends=CURTAIN + 3 * HOUR,
    doors_open=CURTAIN - HOUR,
    public=True,
    public_from=CURTAIN - 100 * HOUR,
    public_until=CURTAIN + HOUR / 2,
)


@pytest.mark.parametrize(
    ("seller", "hours", "why"),
    [
        (Seller.KIOSK, -101, Code.NOT_ON_SALE),
        (Seller.ONLINE, -100, None),
        (Seller.KIOSK, 0.49, None),
        (Seller.KIOSK, 0.5, Code.SELLING_CLOSED),
        (Seller.WINDOW, -101, None),
        (Seller.WINDOW, 2.9, None),
        (Seller.PHONE, 3, Code.SELLING_CLOSED),
    ],
)
def test_the_public_buys_in_its_time_and_the_box_office_until_the_end(seller, hours, why):
    assert catalogue.refuse_sale(FRIDAY, seller, now=CURTAIN + hours * HOUR) is why


def test_with_the_switch_off_only_the_box_office_sells():
    quiet = replace(FRIDAY, public=False)
    assert catalogue.refuse_sale(quiet, Seller.KIOSK, now=CURTAIN) is Code.NOT_ON_SALE
    assert catalogue.refuse_sale(quiet, Seller.WINDOW, now=CURTAIN) is None


def test_nobody_sells_a_cancelled_performance():
    off = replace(FRIDAY, cancelled=True)
    for seller in Seller:
        assert catalogue.refuse_sale(off, seller, now=CURTAIN) is Code.PERFORMANCE_CANCELLED


def test_without_times_of_its_own_selling_runs_from_now_until_it_starts():
    plain = replace(FRIDAY, public_from=None, public_until=None)
    assert plain.sell_by == plain.give_back_by == CURTAIN
    assert catalogue.refuse_sale(plain, Seller.KIOSK, now=CURTAIN - 999 * HOUR) is None
    late = replace(plain, late_seating_ends=CURTAIN + HOUR)
    assert late.give_back_by == CURTAIN + HOUR


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends": CURTAIN},
        {"ends": CURTAIN, "public_until": None},
        {"doors_open": CURTAIN + HOUR},
        {"public_from": CURTAIN + HOUR},
        {"public_from": CURTAIN + HOUR / 4, "public_until": None},
        {"public_until": CURTAIN + 4 * HOUR},
        {"late_seating_ends": CURTAIN - HOUR},
        {"late_seating_ends": CURTAIN + 4 * HOUR},
    ],
)
def test_times_that_cannot_be_are_named(wrong):
    with pytest.raises(ImpossibleDate, match="friday"):
        replace(FRIDAY, **wrong)


@pytest.mark.parametrize("field", ["starts", "ends", "doors_open", "public_from"])
def test_a_time_without_a_zone_is_no_time(field):
    with pytest.raises(NaiveTime, match="friday"):
        replace(FRIDAY, **{field: datetime(2026, 3, 1, 12)})
    with pytest.raises(NaiveTime):
        catalogue.refuse_sale(FRIDAY, Seller.KIOSK, now=datetime(2026, 3, 1, 12))


def test_a_production_is_a_name():
    assert Production("hamlet", "Hamlet").name == "Hamlet"
    with pytest.raises(Missing, match="hamlet"):
        Production("hamlet", " ")
    with pytest.raises(Missing, match="main house"):
        Venue("main house", "", "Europe/Copenhagen")
