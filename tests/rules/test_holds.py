"""Seats are promised for a while, by the ledger's clock."""

from datetime import UTC, datetime, timedelta

import pytest

from boxoffice import holds
from boxoffice.holds import Hold
from boxoffice.moments import NaiveTime
from boxoffice.refusals import Code

SEVEN = datetime(2026, 3, 6, 19, 0, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
BEAS = Hold(SEVEN, QUARTER)


def after(minutes, seconds=0):
    return SEVEN + timedelta(minutes=minutes, seconds=seconds)


def test_a_hold_is_live_until_the_second_it_expires():
    assert holds.start(now=SEVEN, lasts=QUARTER) == BEAS
    assert BEAS.expires == after(15)
    assert holds.live(BEAS, now=after(14, 59))
    assert not holds.live(BEAS, now=after(15))


def test_no_hold_is_shorter_than_a_quarter_of_an_hour():
    shorter = QUARTER - timedelta(seconds=1)
    assert holds.start(now=SEVEN, lasts=shorter) is Code.HOLD_MINUTES_BELOW_15


def test_a_hold_never_ends_under_a_payment():
    assert holds.live(BEAS, now=after(60), payment_in_flight=True)


def test_more_time_is_given_once_and_only_while_the_hold_is_live():
    longer = holds.extend(BEAS, now=after(14))
    assert longer == Hold(SEVEN, QUARTER, extended=True)
    assert longer.expires == after(30)
    assert holds.extend(longer, now=after(20)) is Code.ALREADY_EXTENDED
    assert holds.extend(BEAS, now=after(15)) is Code.NOT_HELD
    assert holds.extend(BEAS, now=after(15), payment_in_flight=True) == longer


def test_a_time_without_a_zone_is_no_time():
    naive = datetime(2026, 3, 6, 19, 0)
    with pytest.raises(NaiveTime):
        holds.start(now=naive, lasts=QUARTER)
    with pytest.raises(NaiveTime):
        holds.live(BEAS, now=naive)
