"""Until when the tickets of a performance are exchanged, as a house says it.

A house writes days before the performance and a time of day: "1 12:00" is noon of the day
before. Blank: its rule is words alone, and always shown.
"""

import re
from datetime import datetime, time, timedelta

_SAID = re.compile(r"(\d{1,3}) ([01]\d|2[0-3]):([0-5]\d)")


def passed(said: str, *, starts: datetime, now: datetime) -> bool:
    """Say whether it is too late to exchange for this performance.

    starts: in the house's own zone, whose noon is meant. now: aware.

    What cannot be read has not passed: better a rule too many than one kept back.
    """
    found = _SAID.fullmatch(said)
    if found is None:
        return False
    days, hour, minute = map(int, found.groups())
    day = starts.date() - timedelta(days=days)
    return now >= datetime.combine(day, time(hour, minute), tzinfo=starts.tzinfo)
