"""A performance that does not take place: called off, or on again after all.

Calling it off stops its sale and its doors, and moves no money: what goes back is planned
by `refund_plans` and booked by `refund_runs`. Source: CAN1.
"""

from sqlalchemy.orm import Session

from boxoffice.refusals import Code
from ledger import audit, notices, refund_runs, rivals
from ledger.clock import Means
from ledger.refused import Refused
from ledger.rivals import Overtaken
from ledger.tables.catalogue import PerformanceRow

CALL_OFF, CALL_ON = "cancel_performance", "uncancel_performance"


def call_off(
    session: Session, means: Means, performance: str, *, reason: str, by: str
) -> Refused | Overtaken | None:
    """Say that a performance does not take place: nobody sells it, doors turn guests away.

    Refuses REASON_NEEDED. Overtaken: somebody called it off before.
    """
    if not reason.strip():
        return Refused(Code.REASON_NEEDED)
    row = session.get_one(
        PerformanceRow, performance, with_for_update=True, populate_existing=True
    )
    if row.cancelled_ms is not None:
        return rivals.last(session, performance, CALL_OFF)
    row.cancelled_ms, row.public = means.now_ms, False
    _told(session, means, performance, CALL_OFF, reason, by)
    return None


def call_on(
    session: Session, means: Means, performance: str, *, reason: str, by: str
) -> Refused | Overtaken | None:
    """Say that it takes place after all. Public sale stays off until somebody starts it.

    Refunds that wait are left alone; those that are booked stay booked.
    Refuses REASON_NEEDED. Overtaken: somebody said so before.
    """
    if not reason.strip():
        return Refused(Code.REASON_NEEDED)
    row = session.get_one(
        PerformanceRow, performance, with_for_update=True, populate_existing=True
    )
    if row.cancelled_ms is None:
        return rivals.last(session, performance, CALL_ON)
    row.cancelled_ms = None
    refund_runs.stop(session, means, performance)
    _told(session, means, performance, CALL_ON, reason, by)
    return None


def _told(
    session: Session, means: Means, performance: str, action: str, reason: str, by: str
) -> None:
    session.flush()
    audit.note(session, means, staff=by, action=action, subject=performance, reason=reason)
    notices.performance(session, performance, means.now_ms)
