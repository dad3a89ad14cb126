"""Cut off from the ledger: a device sells what it owns, paper what a supervisor dares."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from boxoffice import outage
from boxoffice.moments import NaiveTime
from boxoffice.outage import Desk, Means, Risk
from boxoffice.pricing import Seller
from boxoffice.refusals import Code

TODAY = date(2026, 3, 6)
SELL_BY = datetime(2026, 3, 6, 19, 30, tzinfo=UTC)
KIOSK = Desk(
    allotment=("A1", "A2"),
    sold_here=("A2",),
    known_sold=("B1",),
    known_elsewhere=("C1",),
    sell_by=SELL_BY,
)
PAPER = replace(KIOSK, means=Means.PAPER, sell_by=None)
MINUTE = timedelta(minutes=1)


def sell(desk, seat, **also):
    facts = {"seller": Seller.KIOSK, "performance_date": TODAY, "now": SELL_BY - MINUTE}
    return outage.sell(desk, seat, today=TODAY, **(facts | also))


@pytest.mark.parametrize(
    ("seat", "device", "paper", "supervised"),
    [
        ("A1", Risk.NONE, Risk.NONE, Risk.NONE),
        ("A2", Code.SEAT_SOLD, Code.SEAT_SOLD, Code.SEAT_SOLD),
        ("B1", Code.SEAT_SOLD, Code.SEAT_SOLD, Code.SEAT_SOLD),
        ("C1", Code.SEAT_ALLOTTED, Code.SEAT_ALLOTTED, Code.SEAT_ALLOTTED),
        (
            "D1",
            Code.SEAT_NOT_IN_ALLOTMENT,
            Code.SEAT_NOT_IN_ALLOTMENT,
            Risk.POSSIBLE_CONFLICT,
        ),
    ],
)
def test_only_paper_and_only_a_supervisor_sells_what_nobody_here_owns(
    seat, device, paper, supervised
):
    """R18."""
    assert sell(KIOSK, seat) == sell(KIOSK, seat, supervisor=True) == device
    assert sell(PAPER, seat) == paper
    assert sell(PAPER, seat, supervisor=True) == supervised


def test_phones_and_other_days_wait():
    """EMG3: before anything else is asked."""
    for day in (TODAY + timedelta(days=1), TODAY - timedelta(days=1)):
        assert sell(KIOSK, "A1", performance_date=day) is Code.FUTURE_SALES_SUSPENDED
        refused = sell(KIOSK, "A2", performance_date=day, seller=Seller.PHONE)
        assert refused is Code.PHONE_SALES_SUSPENDED


def test_from_the_sell_by_on_or_without_the_time_a_device_stops_selling():
    """EMG4."""
    assert sell(KIOSK, "A1", now=SELL_BY) is Code.SELLING_CLOSED
    assert sell(KIOSK, "A1", now=None) is Code.SELLING_CLOSED
    assert sell(replace(KIOSK, sell_by=None), "A1", now=None) is Risk.NONE


def test_a_time_without_a_zone_is_no_time():
    naive = datetime(2026, 3, 6, 19)
    with pytest.raises(NaiveTime):
        sell(KIOSK, "A1", now=naive)
    with pytest.raises(NaiveTime):
        Desk(sell_by=naive)
