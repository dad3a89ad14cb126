"""How far a run is that gives a whole house its money back. Source: CAN1, lobby.md §7."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from boxoffice import ids
from ledger.tables.house import StaffRow
from ledger.tables.orders import OrderRow
from ledger.tables.refund_runs import RefundPartRow, RefundRunRow


@dataclass(frozen=True)
class Progress:
    """How far the newest run of a performance is.

    by, why: who began it, and the reason. orders: all of them; done: those that are over.
    booked, amount: orders that got money back, and how much. changed, failed, left: numbers
    of those that did not. ended_ms: None while it goes on.
    """

    id: str
    by: str
    why: str
    begun_ms: int
    ended_ms: int | None
    orders: int
    done: int
    booked: int
    amount: int
    changed: Sequence[str]
    failed: Sequence[str]
    left: Sequence[str]


def newest(session: Session, performance: str) -> Progress | None:
    """Tell how far the newest run of a performance is; None if there was none."""
    row = session.execute(
        select(RefundRunRow, StaffRow.name)
        .outerjoin(StaffRow, StaffRow.id == RefundRunRow.staff)
        .where(RefundRunRow.performance == performance)
        .order_by(RefundRunRow.begun_ms.desc(), RefundRunRow.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    run, name = row
    counted = {
        state: (count, int(amount))
        for state, count, amount in session.execute(
            select(
                RefundPartRow.state,
                func.count(),
                func.coalesce(func.sum(RefundPartRow.amount), 0),
            )
            .where(RefundPartRow.run == run.id)
            .group_by(RefundPartRow.state)
        )
    }
    orders = sum(count for count, _ in counted.values())
    booked, amount = counted.get("booked", (0, 0))
    return Progress(
        run.id,
        name or "",
        run.reason,
        run.begun_ms,
        run.ended_ms,
        orders,
        orders - counted.get("waiting", (0, 0))[0],
        booked,
        amount,
        *(_numbers(session, run.id, state) for state in ("changed", "failed", "left")),
    )


def _numbers(session: Session, run: str, state: str) -> list[str]:
    found = session.scalars(
        select(OrderRow.number)
        .join(RefundPartRow, RefundPartRow.order == OrderRow.id)
        .where(RefundPartRow.run == run, RefundPartRow.state == state)
        .order_by(RefundPartRow.nth)
    )
    return [ids.shown(number) for number in found]
