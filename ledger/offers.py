"""The best seats of a performance, from an index that is kept from one offer to the next.

The index is only quicker than a fresh one, never of another opinion: it is brought up to
date from the rows each time. Source: spec.md 4.2.
"""

from collections.abc import Sequence
from threading import Lock

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import best
from ledger import notices
from ledger.tables.seats import SeatStateRow

_MOST_KEPT = 8
_kept: dict[str, tuple[Lock, best.Index]] = {}
_shelf = Lock()


def find(
    session: Session,
    performance: str,
    request: best.Request,
    *,
    free: Sequence[str] = ("available",),
) -> best.Offer | best.NoOffer:
    """Offer the best seats for a party. free: the states that this buyer may have."""
    plan = notices.plan_of(session, performance)
    assert plan.chart, "general admission has no best seats"
    taken = session.scalars(
        select(SeatStateRow.seat).where(
            SeatStateRow.performance == performance, SeatStateRow.state.not_in(free)
        )
    ).all()
    with _shelf:
        known = _kept.pop(performance) if performance in _kept else None
        if known is None or known[1].house.chart is not plan.chart:
            known = Lock(), best.Index(plan.chart)
        lock, index = known
        while len(_kept) >= _MOST_KEPT:
            _kept.pop(next(iter(_kept)))
        _kept[performance] = lock, index
    with lock:
        return best.find(plan.chart, taken, request, index=index)
