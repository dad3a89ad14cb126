"""Give a whole house its money back: order by order, by the worker, exactly as planned.

Each order and its place in the run are booked in one transaction, so a run that was cut off
goes on where it stopped and pays nobody twice. An order that has changed since the plan is
left alone, and named. Source: CAN1, lobby.md §7 (long work).
"""

import json
from collections.abc import Callable
from dataclasses import asdict

import structlog
from sqlalchemy import Select, exists, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from boxoffice.refusals import Code
from ledger import audit, order_changes, previews, rows
from ledger.clock import Means
from ledger.previews import Back, Preview
from ledger.refund_plans import Plan
from ledger.refused import Refused
from ledger.store import Busy, Store
from ledger.tables.catalogue import PerformanceRow
from ledger.tables.orders import OrderRow
from ledger.tables.refund_runs import RefundPartRow, RefundRunRow

log = structlog.get_logger()
ACTION = "refund_performance"
# So many orders a round; other waiting work comes between.
AT_ONCE = 10


def begin(
    session: Session,
    means: Means,
    performance: str,
    plan: Plan,
    *,
    include_fees: bool,
    reason: str,
    by: str,
) -> Refused | bool:
    """Write a plan down as work that waits. False: a run of before still goes on.

    Refuses REASON_NEEDED; PLAN_STALE for a performance that takes place.
    """
    if not reason.strip():
        return Refused(Code.REASON_NEEDED)
    row = session.get_one(
        PerformanceRow, performance, with_for_update=True, populate_existing=True
    )
    if row.cancelled_ms is None:
        return Refused(Code.PLAN_STALE)
    if session.scalar(_going_on(performance)) is not None:
        return False
    run, parts = means.new_id(), [part for part in plan.parts if part.preview.tickets]
    session.add(
        RefundRunRow(
            id=run,
            performance=performance,
            staff=by,
            reason=reason,
            fees=include_fees,
            begun_ms=means.now_ms,
        )
    )
    session.flush()
    rows.add(
        session,
        RefundPartRow,
        [
            {
                "run": run,
                "order": part.order,
                "nth": nth,
                "state": "waiting",
                "planned": json.dumps(asdict(part.preview)),
                "amount": 0,
            }
            for nth, part in enumerate(parts, 1)
        ],
    )
    facts = {"orders": len(parts), "amount": plan.total - plan.unfunded}
    audit.note(
        session,
        means,
        staff=by,
        action=ACTION,
        subject=performance,
        reason=reason,
        facts=facts,
    )
    return True


def stop(session: Session, means: Means, performance: str) -> None:
    """Leave the orders alone that a run has not come to: it takes place after all."""
    run = session.scalar(_going_on(performance).with_for_update())
    if run is None:
        return
    session.execute(
        update(RefundPartRow)
        .where(RefundPartRow.run == run.id, RefundPartRow.state == "waiting")
        .values(state="left")
    )
    run.ended_ms = means.now_ms


def step(store: Store, means: Callable[[], Means]) -> bool:
    """Book the next few orders of whichever run waits; say whether there were any."""
    with store.read() as session:
        waiting = session.execute(
            select(RefundPartRow.run, RefundPartRow.order)
            .join(RefundRunRow, RefundRunRow.id == RefundPartRow.run)
            .where(RefundRunRow.ended_ms.is_(None), RefundPartRow.state == "waiting")
            .order_by(RefundRunRow.begun_ms, RefundPartRow.run, RefundPartRow.nth)
            .limit(AT_ONCE)
        ).all()
    for run, order in waiting:
        try:
            store.write(_book, means(), run, order)
        except (Busy, DBAPIError):
            raise
        except Exception:
            # One order that cannot be booked must not keep the others waiting.
            log.exception("a refund could not be booked", run=run, order=order)
            store.write(_close, means(), run, order, "failed")
    return bool(waiting)


def _book(session: Session, means: Means, run: str, order: str) -> None:
    """Give one order its money back, if it is still as planned and still its turn."""
    part, found = _locked(session, run, order)
    if part.state != "waiting":
        return
    row = session.get_one(OrderRow, order, with_for_update=True, populate_existing=True)
    planned = _planned(part.planned)
    now = previews.of(
        session, means, order, tickets=planned.tickets, include_fees=found.fees
    )
    if now != planned:
        _end(session, means, part, found, "changed")
        return
    done = order_changes.refund(
        session,
        means,
        row,
        tickets=planned.tickets,
        include_fees=found.fees,
        refs={},
        reason=found.reason,
        by=found.staff,
    )
    assert isinstance(done, Preview), "a run has a reason from its beginning"
    part.amount = done.total - done.unfunded
    _end(session, means, part, found, "booked")


def _close(session: Session, means: Means, run: str, order: str, state: str) -> None:
    part, found = _locked(session, run, order)
    if part.state == "waiting":
        _end(session, means, part, found, state)


def _end(
    session: Session, means: Means, part: RefundPartRow, run: RefundRunRow, state: str
) -> None:
    """Say what became of an order; with the last one the run is over."""
    part.state = state
    session.flush()
    waiting = exists().where(RefundPartRow.run == run.id, RefundPartRow.state == "waiting")
    if not session.scalar(select(waiting)):
        run.ended_ms = means.now_ms


def _locked(session: Session, run: str, order: str) -> tuple[RefundPartRow, RefundRunRow]:
    # The run first, as whoever stops it does.
    found = session.get_one(RefundRunRow, run, with_for_update=True, populate_existing=True)
    part = session.get_one(RefundPartRow, (run, order), populate_existing=True)
    return part, found


def _going_on(performance: str) -> Select[RefundRunRow]:
    return select(RefundRunRow).where(
        RefundRunRow.performance == performance, RefundRunRow.ended_ms.is_(None)
    )


def _planned(written: str) -> Preview:
    said = json.loads(written)
    return Preview(
        tuple(said["tickets"]),
        said["total"],
        tuple(Back(**back) for back in said["back"]),
        said["unfunded"],
    )
