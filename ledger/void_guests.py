"""Guests who are inside on a ticket that is no good: for a manager, never for a screen.

It makes no difference which the ledger heard of first, the admission or what ended the
ticket. Source: checkin.md §5, sync.md §8 `admitted_void`.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice.movements import Allowance, Trail
from ledger import clearings, discrepancies, facts
from ledger.clock import Means
from ledger.happened import Happened
from ledger.tables.catalogue import PerformanceRow
from ledger.tables.devices import KeyRow
from ledger.tables.orders import TicketRow

# How long an evening lasts that nobody has given an end.
LONGEST_MS = 6 * 3_600_000


def admitted(session: Session, means: Means, event: Happened, row: TicketRow) -> None:
    """Note an admission on a ticket that had ended, or on paper that was replaced."""
    why = None
    if row.status != "active":
        why = row.status
    elif (event.whole("issue", row.issue)) < row.issue:
        why = "replaced"
    elif row.signer is not None and row.unseen:
        revoked = session.scalars(
            select(KeyRow.state).where(
                KeyRow.device == row.signer, KeyRow.incarnation == row.incarnation
            )
        ).first()
        why = "revoked" if revoked == "revoked" else None
    if why:
        _note(session, means, row, {event.id: event.text("door", "")}, why)


def ended(session: Session, means: Means, rows: Sequence[TicketRow]) -> None:
    """Note tickets that end while their guests are inside.

    After the curtain everybody counts as inside who was not scanned out, and after a
    cancelled evening nobody sits there: neither is noted.
    """
    for row in rows:
        evening = session.get_one(PerformanceRow, row.performance)
        over_ms = evening.ends_ms or evening.starts_ms + LONGEST_MS
        if evening.cancelled_ms is not None or means.now_ms >= over_ms:
            continue
        came = inside(session, means, row.performance, row.id)
        if came:
            _note(session, means, row, came, row.status)


def inside(
    session: Session, means: Means, performance: str, ticket: str
) -> Mapping[str, str]:
    """Give the admissions, with their doors, by which somebody is in; none: nobody is.

    Whoever came in before the house was last cleared is out. Source: checkin.md §5.
    """
    moved = facts.movements(session, ticket)
    if not moved:
        return {}
    cleared = clearings.last(facts.evening(session, performance), means.now_ms)
    found: dict[str, str] = {}
    for space in {movement.space for movement in moved}:
        here = tuple(m for m in moved if m.space == space)
        trail = Trail(here, Allowance(), cleared.get(space))
        if trail.inside:
            came = (m for m in trail.present if m.kind == "admission")
            found |= {one.id: one.door or "" for one in came}
    return found


def _note(
    session: Session, means: Means, row: TicketRow, admissions: Mapping[str, str], why: str
) -> None:
    discrepancies.note(
        session,
        means,
        "admitted_void",
        row.id,
        facts={
            "order": row.order,
            "seat": row.seat,
            "why": why,
            "door": next(iter(admissions.values())),
        },
        evidence=list(admissions),
    )
