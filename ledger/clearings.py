"""When a space was last cleared: whoever came in before counts as out.

Source: checkin.md §2 "house cleared at", §5.
"""

import json
from collections.abc import Mapping
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from boxoffice.moments import last_daily
from ledger import doors, facts


def last(evening: Any, now_ms: int) -> Mapping[str, datetime]:
    """Give the moment for each space that is cleared at all.

    evening: what `facts.evening` gives.
    """
    now, zone = facts.moment(now_ms), ZoneInfo(evening.zone)
    return {
        leads.space: last_daily(time.fromisoformat(leads.doors[0].clears_at), now, zone)
        for leads in doors.read(json.loads(evening.spaces))
        # Doors of one space share their settings.
        if leads.doors and leads.doors[0].clears_at
    }
