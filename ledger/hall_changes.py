"""Change the seating plan of a hall, or of one performance. Source: INV7.

The hall's default chart may be changed at will: performances have copies of it. In a
performance's own chart seats stay where they are, because codes on paper count on it; their
levels, kinds, aisles and ranks may change. The last change of a hall can be undone.
"""

import hashlib
import json
from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ledger import audit, evenings, feed, halls, notices, prices, rivals
from ledger.clock import Means
from ledger.halls import Plan
from ledger.plans import BadPlan
from ledger.tables.catalogue import ChartRow, HallRow, HallVersionRow, PriceRow

Change = Callable[[Plan], Plan]
MOST_KEPT = 50


HALL, CHART = ("change_plan", "undo_plan_change"), ("change_chart",)


class Overtaken(ValueError):
    """Somebody changed the plan since it was looked at. by: who, and what they did."""

    def __init__(self, by: rivals.Overtaken) -> None:
        super().__init__()
        self.by = by


def seen(text: str) -> str:
    """Name what a plan is now."""
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def change(
    session: Session,
    means: Means,
    hall: str,
    act: Change,
    *,
    seen_as: str,
    words: str,
    by: str,
) -> Plan:
    """Change the default chart of a hall; what it was is kept.

    Raises BadPlan, and Overtaken; nothing is changed then.
    """
    row = session.get_one(HallRow, hall, with_for_update=True)
    if seen(row.plan) != seen_as:
        raise Overtaken(rivals.last(session, hall, *HALL))
    after = act(halls.read(json.loads(row.plan)))
    _keep(session, means, row, words, by)
    row.plan, row.kind = json.dumps(halls.document(after)), after.kind
    audit.note(session, means, staff=by, action="change_plan", subject=hall, reason=words)
    session.flush()
    return after


def last(session: Session, hall: str) -> HallVersionRow | None:
    """Give what the hall was before its last change."""
    return session.scalars(
        select(HallVersionRow)
        .where(HallVersionRow.hall == hall)
        .order_by(HallVersionRow.version.desc())
        .limit(1)
    ).first()


def undo(
    session: Session, means: Means, hall: str, *, by: str, seen_as: str = ""
) -> str | None:
    """Take the last change back; give what it was. None: there is none.

    Raises Overtaken if the plan is another than was seen, where that is said.
    """
    row = session.get_one(HallRow, hall, with_for_update=True)
    if seen_as and seen(row.plan) != seen_as:
        raise Overtaken(rivals.last(session, hall, *HALL))
    before = last(session, hall)
    if before is None:
        return None
    row.plan = before.plan
    words = before.words
    session.delete(before)
    audit.note(
        session, means, staff=by, action="undo_plan_change", subject=hall, reason=words
    )
    session.flush()
    return words


def change_performance(
    session: Session,
    means: Means,
    performance: str,
    act: Change,
    *,
    seen_as: str,
    words: str,
    by: str,
) -> Plan:
    """Change what seats are in a performance's own chart; devices hear of it.

    Raises Overtaken, and BadPlan, also for seats that would move and levels that have no
    price here.
    """
    row = session.get_one(ChartRow, performance, with_for_update=True)
    if seen(row.body) != seen_as:
        raise Overtaken(rivals.last(session, performance, *CHART))
    before = halls.read(json.loads(row.body))
    after = act(before)
    if after.seats != before.seats:
        raise BadPlan("tickets are sold by this chart: its seats stay where they are")
    priced = session.scalars(
        select(PriceRow.body).where(PriceRow.performance == performance)
    )
    listed = prices.read(json.loads(priced.one()))
    known = {level.id for level in listed.levels}
    levels = set(after.chart.levels.values()) if after.chart else set()
    if strange := sorted(levels - known):
        raise BadPlan(f"there is no price for the level {strange[0]}")
    row.version, row.body = row.version + 1, json.dumps(halls.document(after))
    session.flush()
    stream = feed.performance(performance)
    document = json.loads(row.body)
    feed.publish(session, stream, "chart", performance, document, now_ms=means.now_ms)
    notices.performance(session, performance, means.now_ms)
    audit.note(
        session, means, staff=by, action="change_chart", subject=performance, reason=words
    )
    assert evenings.plan_of(session, performance).seats == after.seats
    return after


def _keep(session: Session, means: Means, row: HallRow, words: str, by: str) -> None:
    """Keep what a hall was, and not for ever."""
    newest = session.scalar(
        select(func.max(HallVersionRow.version)).where(HallVersionRow.hall == row.id)
    )
    version = (newest or 0) + 1
    session.add(
        HallVersionRow(
            hall=row.id,
            version=version,
            plan=row.plan,
            words=words,
            staff=by,
            at_ms=means.now_ms,
        )
    )
    old = session.get(HallVersionRow, (row.id, version - MOST_KEPT))
    if old is not None:
        session.delete(old)
