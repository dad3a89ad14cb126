"""What was set on this device itself: small facts that outlive a restart.

Names: `screen` {mm}, `break` {reason, by, since_ms}, `shift` {seq, ended_ms},
`given_back` {performances}, `night` {at_ms, tested_ms, ill}, all written by use
cases of their own; `steady` {boot, less_boot_ms, trusted} is where time stood
(kiosk/clock.py).
"""

import json
from typing import Any

from sqlalchemy.orm import Session

from kiosk.store import statements
from kiosk.store.tables.device import SettingRow


def get(session: Session, name: str) -> dict[str, Any]:
    """Give a setting; empty where staff never set it."""
    # Every page asks whether the kiosk has a break, so it is not built each time.
    found = statements.first(session, "SELECT value FROM setting WHERE name = ?", (name,))
    return dict(json.loads(found[0])) if found is not None else {}


def put(session: Session, name: str, value: dict[str, Any] | None) -> None:
    """Set it, or forget it, in the caller's transaction."""
    row = session.get(SettingRow, name)
    if value is None:
        if row is not None:
            session.delete(row)
    elif row is None:
        session.add(SettingRow(name=name, value=value))
    else:
        row.value = value
    session.flush()
