"""Who did what, and why: written with the change itself, and never edited.

Changes of one subject are counted: two of one millisecond have ids in no order.
"""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from ledger.clock import Means
from ledger.tables.records import AuditRow

# Stands for the member of staff where patrons change their own order by its link.
PATRON = "patron"
# The changes of one subject as they followed one another; those not counted were before.
IN_ORDER = (AuditRow.nth, AuditRow.at_ms, AuditRow.id)


def words(action: str, reason: str, facts: Mapping[str, Any]) -> str:
    """Say what was done: "edit order (note, phone)", "refund (ill)"."""
    changed = facts.get("changed")
    more = ", ".join(map(str, changed)) if isinstance(changed, list) else reason
    return action.replace("_", " ") + (f" ({more})" if more else "")


def who(name: str | None, staff: str) -> str:
    """Say who did it. name: of the member of staff, if there is such a one."""
    return name or ("The patron" if staff == PATRON else "Somebody")


def note(
    session: Session,
    means: Means,
    *,
    staff: str,
    action: str,
    subject: str,
    reason: str = "",
    device: str | None = None,
    facts: Mapping[str, Any] | None = None,
) -> str:
    """Write down what a person did, and give the id of that."""
    id = means.new_id()
    session.add(
        AuditRow(
            id=id,
            at_ms=means.now_ms,
            staff=staff,
            device=device,
            action=action,
            subject=subject,
            reason=reason,
            facts=json.dumps(dict(facts or {})),
            nth=_next(subject),
        )
    )
    return id


def _next(subject: str) -> ScalarSelect[int]:
    """Count on, in the very statement that writes the change."""
    last = func.coalesce(func.max(AuditRow.nth), 0)
    return select(last + 1).where(AuditRow.subject == subject).scalar_subquery()
