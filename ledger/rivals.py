"""Who was quicker: the last change of something by somebody else, for whoever comes second.

Orders have `ledger.order_versions`, which knows every change since. Source: lobby.md §7.
"""

import hashlib
import json
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import audit, deeds
from ledger.tables.house import StaffRow
from ledger.tables.records import AuditRow


@dataclass(frozen=True)
class Change:
    """What a person did. what: in words, as the history says it."""

    by: str
    at_ms: int
    what: str


@dataclass(frozen=True)
class Overtaken:
    """Somebody changed it since it was seen. changes: none if nobody of the staff did."""

    changes: tuple[Change, ...]


def mark(*facts: object) -> str:
    """Name what somebody sees; a page says the name back with what was typed over it."""
    return hashlib.sha256(json.dumps(facts, default=str).encode()).hexdigest()[:20]


def last(session: Session, subject: str, *actions: str) -> Overtaken:
    """Give the newest of these changes of a subject."""
    found = session.execute(
        select(AuditRow, StaffRow.name)
        .outerjoin(StaffRow, StaffRow.id == AuditRow.staff)
        .where(AuditRow.subject == subject, AuditRow.action.in_(actions))
        .order_by(*(column.desc() for column in audit.IN_ORDER))
        .limit(1)
    ).first()
    if found is None:
        return Overtaken(())
    row, name = found
    what = deeds.words(session, row.action, row.reason, json.loads(row.facts))
    return Overtaken((Change(audit.who(name, row.staff), row.at_ms, what),))
