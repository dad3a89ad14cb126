"""Moments, and the venue's local time.

Inside the rules a moment is an aware time in UTC, so that comparing two of them is never
a matter of wall clocks. Local times come in and go out here.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from boxoffice.bad_input import BadInput

# A day in full as guests read it, by language, in CLDR's letters. CLDR itself shortens
# the Danish weekday.
DAY_IN_FULL = {"en": "EEEE d MMMM", "da": "EEEE 'den' d. MMMM"}
# A few days inside the calendar's ends, so that local time exists at either end.
EARLIEST = datetime(1, 1, 4, tzinfo=UTC)
LATEST = datetime(9999, 12, 28, tzinfo=UTC)

_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?"
    r"(?:Z|[+-](?:[01]\d|2[0-3])(?::[0-5]\d)?)?",
    re.ASCII,
)
_TIME_OF_DAY = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)


class NaiveTime(BadInput):
    """A time that does not say how far it is from UTC: it could mean any of 38 hours."""


# Until then it is still the night before, for whoever works or waits in a lobby.
_DAY_BEGINS = timedelta(hours=4)
_NEAR = timedelta(hours=6)


def theatre_day(here: datetime) -> date:
    """Give the day that people in the lobby mean: a show at a quarter past midnight is
    tonight's, and so is who stands there at that hour. here: local time.
    """
    return (here - _DAY_BEGINS).date()


def is_today(at: datetime, here: datetime) -> bool:
    """Say whether people in the lobby call a moment today's: it lies on their day, or is
    only hours away, so that a show at half past four is today's for who stands there at
    three in the morning. at, here: local times.
    """
    return theatre_day(at) == theatre_day(here) or timedelta() <= at - here < _NEAR


def moment(value: datetime, where: str) -> datetime:
    """Give the same moment in UTC; what lies beyond the calendar counts as its end.

    where: the field it stood in, for the message.
    Raises NaiveTime for a time without an offset.
    """
    if value.utcoffset() is None:
        raise NaiveTime(value, where, "has no offset from UTC")
    try:
        utc = value.astimezone(UTC)
    except OverflowError:
        utc = LATEST if value.year > 1 else EARLIEST
    return min(max(utc, EARLIEST), LATEST)


def moment_or_none(value: datetime | None, where: str) -> datetime | None:
    """The same for a time that may be unknown."""
    return None if value is None else moment(value, where)


def local(naive: datetime, zone: tzinfo) -> datetime:
    """Give the moment of a local time.

    A time that is skipped when clocks go forward moves forward by the gap; one that comes
    twice is the first of the two. Source: vectors/README-admission.md, times in.
    """
    return moment(naive.replace(tzinfo=zone, fold=0), "local time")


def parse(text: str, zone: tzinfo) -> datetime | None:
    """Read an ISO 8601 time with minutes or seconds, local to the zone if it has no offset.

    None when it is not one, or names a time that no calendar has.
    """
    if not _MOMENT.fullmatch(text):
        return None
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        return None
    return local(value, zone) if value.tzinfo is None else moment(value, "time")


def time_of_day(text: str) -> time | None:
    """Read HH:MM, from 00:00 to 23:59; None when it is not that."""
    found = _TIME_OF_DAY.fullmatch(text)
    return time(int(found[1]), int(found[2])) if found else None


def daily(day: date, at: time, zone: tzinfo) -> datetime:
    """Give the moment of a local time of day on a local date."""
    return local(datetime.combine(day, at), zone)


def last_daily(at: time, now: datetime, zone: tzinfo) -> datetime:
    """Give the last moment up to now at which it was this local time of day."""
    today = now.astimezone(zone).date()
    # Clocks that are put back over midnight bring yesterday again; clocks that skip a
    # whole date move its times into the next one.
    days = (today + timedelta(days=days) for days in (1, 0, -1, -2))
    begun = (daily(day, at, zone) for day in days)
    return max((moment for moment in begun if moment <= now), default=EARLIEST)


def shift(at: datetime, minutes: int) -> datetime:
    """Give the moment some minutes later, or earlier if negative, within the calendar."""
    try:
        return moment(at + timedelta(minutes=minutes), "shifted time")
    except OverflowError:
        return LATEST if minutes > 0 else EARLIEST


def shown(at: datetime, zone: tzinfo) -> str:
    """Write a moment as local time with seconds and offset: 2026-03-06T19:00:00+01:00."""
    return at.astimezone(zone).isoformat(timespec="seconds")
