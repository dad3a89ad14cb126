"""Paper for an outage is made in time, by the venue's clocks."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from boxoffice import packs
from boxoffice.bad_input import OutOfRange
from boxoffice.moments import NaiveTime, shown
from boxoffice.packs import Times

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
HOUSE = Times(
    day=(time(9),), eve=(time(17), time(21)), matinee_before=time(17), minutes_before=120
)


def made(text, times=HOUSE):
    start = datetime.fromisoformat(text).replace(tzinfo=COPENHAGEN)
    return [
        shown(pack, COPENHAGEN)[5:16] for pack in packs.schedule(times, start, COPENHAGEN)
    ]


def test_a_matinee_also_has_packs_the_evening_before():
    assert made("2026-03-07T14:00") == [
        "03-06T17:00",
        "03-06T21:00",
        "03-07T09:00",
        "03-07T12:00",
    ]
    assert made("2026-03-07T17:00") == ["03-07T09:00", "03-07T15:00"]


def test_no_pack_is_made_twice_or_too_late():
    assert made("2026-03-07T11:00") == ["03-06T17:00", "03-06T21:00", "03-07T09:00"]
    assert made("2026-03-07T09:00") == ["03-06T17:00", "03-06T21:00", "03-07T07:00"]
    at_once = Times(day=(), eve=(), matinee_before=time(17), minutes_before=0)
    assert made("2026-03-07T20:00", at_once) == []


def test_the_hours_before_are_hours_even_when_clocks_change():
    assert made("2026-03-29T04:00")[-1] == "03-29T01:00"


def test_a_time_without_a_zone_is_no_time_and_minutes_are_not_negative():
    with pytest.raises(NaiveTime):
        packs.schedule(HOUSE, datetime(2026, 3, 7, 14), UTC)
    with pytest.raises(OutOfRange):
        Times((), (), time(17), -1)
