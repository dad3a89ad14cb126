"""When the paper for an outage is made: packs on the day, and before a matinee the evening.

Source: EMG1, R16.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from boxoffice.bad_input import OutOfRange
from boxoffice.moments import daily, moment, shift


@dataclass(frozen=True)
class Times:
    """The house's times for packs, local to the venue.

    day: on the day itself. eve: on the evening before, for performances that start before
    `matinee_before`. minutes_before: minutes before the start. Raises OutOfRange.
    """

    day: tuple[time, ...]
    eve: tuple[time, ...]
    matinee_before: time
    minutes_before: int

    def __post_init__(self) -> None:
        if self.minutes_before < 0:
            raise OutOfRange(self.minutes_before, "minutes before the start", "is negative")


def schedule(times: Times, starts: datetime, zone: tzinfo) -> tuple[datetime, ...]:
    """List when the packs of a performance are made: sorted, each once, before it starts.

    starts: aware. zone: the venue's. Raises NaiveTime.
    """
    start = moment(starts, "start of the performance")
    return tuple(sorted({pack for pack in _packs(times, start, zone) if pack < start}))


def _packs(times: Times, start: datetime, zone: tzinfo) -> Iterator[datetime]:
    here = start.astimezone(zone)
    for at in times.day:
        yield daily(here.date(), at, zone)
    yield shift(start, -times.minutes_before)
    if here.time() < times.matinee_before:
        for at in times.eve:
            yield daily(here.date() - timedelta(days=1), at, zone)
