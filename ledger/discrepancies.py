"""What staff must settle: noted in the transaction of the fact, once per kind and subject.

Open, perhaps proposed, settled; new evidence opens it again. Source: sync.md §8.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from boxoffice.refusals import Code
from ledger import audit, rows
from ledger.clock import Means
from ledger.prepared import Prepared
from ledger.refused import Refused
from ledger.tables.discrepancies import DiscrepancyEvidenceRow, DiscrepancyRow

KINDS = frozenset(
    {
        "seat_conflict",
        "allotment_broken",
        "admitted_twice",
        "admitted_void",
        "sale_unseen",
        "payment_unknown",
        "charge_without_sale",
        "sale_without_charge",
        "money_mismatch",
        "price_differs",
        "late_sale",
        "ticket_owed",
        "printed_twice",
        "log_forked",
        "log_lost",
        "ledger_restored",
        "event_unreadable",
        "cash_differs",
        "paper_unmatched",
        "refund_refused",
        "transfer_owed",
        "charged_twice",
    }
)
ITSELF = "itself"


def note(
    session: Session,
    means: Means,
    kind: str,
    subject: str,
    *,
    facts: Mapping[str, Any],
    evidence: Iterable[str] = (),
    proposal: Mapping[str, Any] | None = None,
) -> str:
    """Note a discrepancy and give its id; noting it again adds nothing but new evidence.

    facts: what staff see, the newest. evidence: ids of events. New evidence opens a settled
    one again.
    """
    assert kind in KINDS, f"no discrepancy is called {kind}"
    session.execute(
        rows.insert(session, DiscrepancyRow)
        .values(
            id=means.new_id(),
            kind=kind,
            subject=subject,
            state="open",
            facts="{}",
            noted_ms=means.now_ms,
        )
        .on_conflict_do_nothing()
    )
    row = session.scalars(
        select(DiscrepancyRow)
        .where(DiscrepancyRow.kind == kind, DiscrepancyRow.subject == subject)
        .with_for_update()
    ).one()
    fresh = _add_evidence(session, row.id, evidence)
    if row.state == "settled" and fresh:
        row.state = "open"
        row.settled_ms = row.settled_by = row.settled_how = row.settled_why = None
    row.facts = json.dumps(dict(facts))
    if proposal is not None:
        row.proposal = json.dumps(dict(proposal))
        row.state = "proposed" if row.state == "open" else row.state
    session.flush()
    return row.id


def close(
    session: Session, means: Means, kind: str, subject: str, *, how: str, why: str = ""
) -> bool:
    """Settle one that settles itself, if it is open: the fact that was missing came."""
    if _OPEN.first(session, {"what": kind, "about": subject}) is None:
        return False
    row = session.scalars(
        select(DiscrepancyRow)
        .where(DiscrepancyRow.kind == kind, DiscrepancyRow.subject == subject)
        .with_for_update()
    ).one_or_none()
    if row is None or row.state == "settled":
        return False
    _settle(row, means.now_ms, by=ITSELF, how=how, why=why)
    session.flush()
    return True


def settle(
    session: Session, means: Means, id: str, *, staff: str, how: str, reason: str
) -> Refused | None:
    """A person decides. Refuses REASON_NEEDED; settled already: nothing changes.

    how: the action that was chosen, such as reseat, refund, keep, note.
    """
    if not reason.strip():
        return Refused(Code.REASON_NEEDED)
    row = session.get_one(DiscrepancyRow, id, with_for_update=True)
    if row.state == "settled":
        return None
    _settle(row, means.now_ms, by=staff, how=how, why=reason)
    audit.note(
        session,
        means,
        staff=staff,
        action=f"settle_{row.kind}",
        subject=row.subject,
        reason=reason,
        facts={"how": how},
    )
    session.flush()
    return None


def unsettled(session: Session) -> int:
    """Count what waits for staff."""
    return (
        session.scalar(
            select(func.count())
            .select_from(DiscrepancyRow)
            .where(DiscrepancyRow.state != "settled")
        )
        or 0
    )


def evidence_of(session: Session, id: str) -> Sequence[str]:
    """Give the events that speak for one."""
    return session.scalars(
        select(DiscrepancyEvidenceRow.event)
        .where(DiscrepancyEvidenceRow.discrepancy == id)
        .order_by(DiscrepancyEvidenceRow.event)
    ).all()


def _add_evidence(session: Session, id: str, events: Iterable[str]) -> int:
    fresh = 0
    for event in sorted(set(events)):
        fresh += rows.changed(
            session,
            rows.insert(session, DiscrepancyEvidenceRow)
            .values(discrepancy=id, event=event)
            .on_conflict_do_nothing(),
        )
    return fresh


def _settle(row: DiscrepancyRow, now_ms: int, *, by: str, how: str, why: str) -> None:
    row.state, row.settled_ms = "settled", now_ms
    row.settled_by, row.settled_how, row.settled_why = by, how, why


_CASE = rows.table(DiscrepancyRow).c
# Almost always there is none, and that should cost nothing.
_OPEN = Prepared(
    select(_CASE.id).where(
        _CASE.kind == bindparam("what"),
        _CASE.subject == bindparam("about"),
        _CASE.state != "settled",
    )
)
