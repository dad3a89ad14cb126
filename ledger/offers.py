"""The best seats of a performance, from an index that is kept from one offer to the next.

The index is only quicker than a fresh one, never of another opinion: it is brought up to
date from the rows each time. Source: spec.md 4.2.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import allotments, best
from boxoffice.charts import Chart
from boxoffice.distancing import Policy
from ledger import distances, evenings
from ledger.tables.seats import SeatStateRow

_MOST_KEPT = 8
_kept: dict[str, tuple[Lock, best.Index]] = {}
_shelf = Lock()
PUBLIC = ("available",)


def find(
    session: Session,
    performance: str,
    request: best.Request,
    *,
    free: Sequence[str] = PUBLIC,
) -> best.Offer | best.NoOffer:
    """Offer the best seats for a party. free: the states that this buyer may have."""
    chart, taken = _house(session, performance, free)
    apart = distances.spacing(session, performance)
    policy = apart.policy if apart else None
    others = distances.orders(session, performance).values() if apart else ()
    with _index(performance, chart, policy) as index:
        return best.find(
            chart, taken, request, policy=policy, other_orders=others, index=index
        )


def side_by_side(session: Session, performance: str, count: int) -> tuple[str, ...]:
    """Choose good seats side by side for a device to keep; fewer where there are not so
    many, and none where orders sit apart: a device that is cut off cannot see to that.
    """
    if distances.spacing(session, performance) is not None:
        return ()
    chart, taken = _house(session, performance, PUBLIC)
    with _index(performance, chart) as index:
        return allotments.choose(chart, taken, count, index=index)


def _house(
    session: Session, performance: str, free: Sequence[str]
) -> tuple[Chart, Collection[str]]:
    plan = evenings.plan_of(session, performance)
    assert plan.chart, "general admission has no best seats"
    taken = session.scalars(
        select(SeatStateRow.seat).where(
            SeatStateRow.performance == performance, SeatStateRow.state.not_in(free)
        )
    ).all()
    return plan.chart, taken


@contextmanager
def _index(
    performance: str, chart: Chart, policy: Policy | None = None
) -> Iterator[best.Index]:
    """Give the index of a performance to one thread at a time."""
    with _shelf:
        known = _kept.pop(performance) if performance in _kept else None
        stale = known and (known[1].house.chart is not chart or known[1].policy != policy)
        if known is None or stale:
            known = Lock(), best.Index(chart, policy)
        while len(_kept) >= _MOST_KEPT:
            _kept.pop(next(iter(_kept)))
        _kept[performance] = known
    lock, index = known
    with lock:
        yield index
