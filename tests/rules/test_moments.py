"""Moments and local time, also in the nights when clocks change."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxoffice import moments
from boxoffice.door_facts import Door, Performance, Ticket
from boxoffice.entry_rules import Circumstances
from boxoffice.moments import EARLIEST, LATEST, NaiveTime
from boxoffice.presented import Presented
from boxoffice.scans import Scan, Undo
from tests.rules.doors import COPENHAGEN, NOW, went

NAIVE = datetime(2026, 3, 6, 19)
zones = st.sampled_from(
    ["UTC", "Europe/Copenhagen", "America/New_York", "Pacific/Apia", "Australia/Lord_Howe"]
).map(ZoneInfo)
aware = st.datetimes(timezones=st.timezones() | st.just(UTC))


@pytest.mark.parametrize(
    ("build", "where"),
    [
        (lambda: Performance(NAIVE), "performance.starts"),
        (lambda: Performance(NOW, ends=NAIVE), "performance.ends"),
        (lambda: Performance(NOW, doors_open=NAIVE), "performance.doors_open"),
        (lambda: Door("Left", opens=NAIVE), "door.opens"),
        (lambda: Door("Left", closes=NAIVE), "door.closes"),
        (lambda: Door("Left", hold_until=NAIVE), "door.hold_until"),
        (lambda: Ticket("adas", valid_from=NAIVE), "ticket.valid_from"),
        (lambda: Ticket("adas", valid_until=NAIVE), "ticket.valid_until"),
        (lambda: Presented(valid_from=NAIVE), "presented.valid_from"),
        (lambda: Scan("a", NAIVE, "tom"), "scan.at"),
        (lambda: Undo("a", NAIVE, "tom"), "undo.at"),
        (lambda: went("in", "a", at=NAIVE), "movement.at"),
        (lambda: Circumstances(UTC, NAIVE), "circumstances.now"),
        (lambda: Circumstances(UTC, NOW, entries=(NAIVE,)), "circumstances.entries"),
        (lambda: Circumstances(UTC, NOW, doors=NAIVE), "circumstances.doors"),
    ],
)
def test_a_time_without_an_offset_is_named_with_its_place(build, where):
    with pytest.raises(NaiveTime, match=where) as trouble:
        build()
    assert trouble.value.what == str(NAIVE)
    assert isinstance(trouble.value, ValueError)


@given(aware)
def test_any_aware_time_is_some_moment_that_exists_locally(at):
    moment = moments.moment(at, "a test")
    assert moment.tzinfo is UTC
    assert EARLIEST <= moment <= LATEST
    assert moments.shown(moment, COPENHAGEN)


@given(st.datetimes(), zones)
def test_any_local_time_is_some_moment(naive, zone):
    assert EARLIEST <= moments.local(naive, zone) <= LATEST


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-03-06T19:00", "2026-03-06T19:00:00+01:00"),
        ("2026-03-06T19:00:07", "2026-03-06T19:00:07+01:00"),
        ("2026-03-06T19:00Z", "2026-03-06T20:00:00+01:00"),
        ("2026-03-06T19:00+03:00", "2026-03-06T17:00:00+01:00"),
        ("2026-03-06T19:00-03", "2026-03-06T23:00:00+01:00"),
        ("2026-03-29T02:30", "2026-03-29T03:30:00+02:00"),
        ("2026-10-25T02:30", "2026-10-25T02:30:00+02:00"),
        ("2026-10-25T02:30+01:00", "2026-10-25T02:30:00+01:00"),
    ],
)
def test_a_time_is_read_in_the_venues_zone_unless_it_says_otherwise(text, shown):
    """A skipped time moves forward by the gap, one that comes twice is the first."""
    assert moments.shown(moments.parse(text, COPENHAGEN), COPENHAGEN) == shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-03-06",
        "2026-03-06T19",
        "2026-03-06 19:00",
        "2026-03-06T24:00",
        "2026-03-06T19:60",
        "2026-03-06T19:00:60",
        "2026-03-06T19:00:00.5",
        "2026-02-29T19:00",
        "0000-01-01T00:00",
        "2026-03-06T19:00+25:00",
        "2026-03-06T19:00z",
        "2026-03-06T19:00\n",
        "٢٠٢٦-03-06T19:00",
        "20260306T1900",
    ],
)
def test_what_is_no_time_is_none(text):
    assert moments.parse(text, COPENHAGEN) is None


def test_beyond_the_calendar_is_its_end():
    assert moments.parse("0001-01-01T00:00+14:00", UTC) == EARLIEST
    assert moments.parse("9999-12-31T23:59-12:00", UTC) == LATEST
    assert moments.shift(NOW, 10**12) == LATEST
    assert moments.shift(NOW, -(10**12)) == EARLIEST


def test_a_time_of_day_is_hours_and_minutes():
    assert moments.time_of_day("00:00") == time.min
    assert moments.time_of_day("23:59") == time(23, 59)
    for text in ("24:00", "7:00", "19:00:00", "19:60", "", "19:00\n"):
        assert moments.time_of_day(text) is None


@pytest.mark.parametrize(
    ("zone", "at", "now", "last"),
    [
        ("Europe/Copenhagen", "03:00", "2026-03-06T10:00", "2026-03-06T03:00:00+01:00"),
        ("Europe/Copenhagen", "03:00", "2026-03-06T03:00", "2026-03-06T03:00:00+01:00"),
        ("Europe/Copenhagen", "03:00", "2026-03-06T02:59", "2026-03-05T03:00:00+01:00"),
        # Skipped in spring: 02:30 is 03:30 that night.
        ("Europe/Copenhagen", "02:30", "2026-03-29T03:29", "2026-03-28T02:30:00+01:00"),
        ("Europe/Copenhagen", "02:30", "2026-03-29T03:30", "2026-03-29T03:30:00+02:00"),
        # Twice in autumn: the first of the two.
        (
            "Europe/Copenhagen",
            "02:30",
            "2026-10-25T02:40+01:00",
            "2026-10-25T02:30:00+02:00",
        ),
        # 30 December 2011 never was in Apia.
        ("Pacific/Apia", "12:00", "2011-12-31T11:00", "2011-12-29T12:00:00-10:00"),
        # Havana puts its clocks back from one o'clock to midnight.
        ("America/Havana", "00:30", "2026-11-01T00:10-05:00", "2026-11-01T00:30:00-04:00"),
        # Goose Bay put its clocks back a minute past midnight: to yesterday.
        (
            "America/Goose_Bay",
            "00:00",
            "2010-11-06T23:30-04:00",
            "2010-11-07T00:00:00-03:00",
        ),
    ],
)
def test_the_last_time_it_was_so_late(zone, at, now, last):
    zone = ZoneInfo(zone)
    moment = moments.last_daily(moments.time_of_day(at), moments.parse(now, zone), zone)
    assert moments.shown(moment, zone) == last


@given(zones, st.times(), aware)
def test_the_last_time_of_day_is_at_most_two_days_ago(zone, at, now):
    now = moments.moment(now, "a test")
    last = moments.last_daily(at.replace(tzinfo=None), now, zone)
    assert last <= now
    assert now - last < timedelta(days=2, hours=2) or last == EARLIEST


def test_a_day_with_an_offset_of_seconds_is_shown_as_it_was():
    zone = timezone(timedelta(minutes=53, seconds=28))
    assert moments.shown(moments.daily(date(1880, 1, 1), time(12), zone), zone) == (
        "1880-01-01T12:00:00+00:53:28"
    )


@pytest.mark.parametrize(
    ("hour", "day"), [(22, 6), (23, 6), (24, 6), (24 + 3, 6), (24 + 4, 7)]
)
def test_until_four_in_the_morning_it_is_still_the_night_before(hour, day):
    here = datetime(2026, 3, 6, tzinfo=COPENHAGEN) + timedelta(hours=hour)

    assert moments.theatre_day(here) == date(2026, 3, day)


@pytest.mark.parametrize(
    ("now", "begins", "today"),
    [
        (24 + 3, 24 + 4.5, True),
        (24 + 3, 24 + 9, False),
        (24 + 5, 24 + 3, False),
        (20, 24 + 0.5, True),
        (12, 24 + 3, True),
    ],
)
def test_a_show_of_the_next_hours_is_todays_even_past_four_in_the_morning(
    now, begins, today
):
    midnight = datetime(2026, 3, 6, tzinfo=COPENHAGEN)
    here, at = (midnight + timedelta(hours=hours) for hours in (now, begins))

    assert moments.is_today(at, here) is today
