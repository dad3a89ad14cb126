"""Until when tickets are exchanged; no rule is shown once it cannot apply."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from boxoffice.exchange_deadlines import passed

ZONE = ZoneInfo("Europe/Copenhagen")
FRIDAY = datetime(2026, 11, 20, 19, 30, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("said", "now", "late"),
    [
        ("1 12:00", datetime(2026, 11, 19, 11, 59, tzinfo=ZONE), False),
        ("1 12:00", datetime(2026, 11, 19, 12, 0, tzinfo=ZONE), True),
        ("1 12:00", datetime(2026, 11, 20, 18, 0, tzinfo=ZONE), True),
        ("0 19:30", datetime(2026, 11, 20, 19, 29, tzinfo=ZONE), False),
        ("0 19:30", datetime(2026, 11, 20, 18, 30, tzinfo=ZoneInfo("UTC")), True),
        ("14 00:00", datetime(2026, 11, 6, 0, 0, tzinfo=ZONE), True),
        ("", datetime(2026, 11, 20, 19, 0, tzinfo=ZONE), False),
        ("noon", datetime(2026, 11, 20, 19, 0, tzinfo=ZONE), False),
        ("1 24:00", datetime(2026, 11, 20, 19, 0, tzinfo=ZONE), False),
    ],
)
def test_the_time_of_day_counts_in_the_houses_own_zone(said, now, late):
    assert passed(said, starts=FRIDAY, now=now) is late
