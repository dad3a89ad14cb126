"""Who did what, and why: written with the change itself, and never edited."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from ledger.clock import Means
from ledger.tables.records import AuditRow


def words(action: str, reason: str, facts: Mapping[str, Any]) -> str:
    """Say what was done: "edit order (note, phone)", "refund (ill)"."""
    changed = facts.get("changed")
    more = ", ".join(map(str, changed)) if isinstance(changed, list) else reason
    return action.replace("_", " ") + (f" ({more})" if more else "")


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
) -> None:
    """Write down what a person did."""
    session.add(
        AuditRow(
            id=means.new_id(),
            at_ms=means.now_ms,
            staff=staff,
            device=device,
            action=action,
            subject=subject,
            reason=reason,
            facts=json.dumps(dict(facts or {})),
        )
    )
