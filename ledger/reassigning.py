"""Move orders to other seats or another performance, all at once or not at all.

A party moves as one. Source: ORD3, R8, DIS3.
"""

from collections.abc import Sequence

from sqlalchemy import update
from sqlalchemy.orm import Session

from boxoffice.refusals import Code
from ledger import (
    audit,
    feed,
    move_plans,
    notices,
    reseats,
    seat_credits,
    takings,
    waiting_sales,
)
from ledger.clock import Means
from ledger.move_plans import Move, Plan
from ledger.refused import Refused
from ledger.tables.orders import OrderRow, TicketRow
from ledger.tables.seats import SeatStateRow

# What becomes of a difference in price: it is owed or on account, or nobody minds.
CHARGE, WAIVE = "charge", "waive"


def apply(
    session: Session,
    means: Means,
    orders: Sequence[OrderRow],
    planned: Plan,
    *,
    money: str,
    reason: str,
    by: str,
) -> Refused | None:
    """Do exactly this plan with locked orders, in the order in which it was made.

    money: charge (more is owed, less is on account) or waive. Refuses REASON_NEEDED, and
    PLAN_STALE when seats or prices have changed since. A move to another production gives
    back the old one's seat credits and needs the new one's: NOT_ENOUGH_SEAT_CREDITS (MEM4).
    """
    if not reason.strip():
        return Refused(Code.REASON_NEEDED)
    again = move_plans.plan(
        session,
        [order.id for order in orders],
        performance=planned.performance,
        to=planned.to,
        seats=[move.to for move in planned.moves],
        only=[move.ticket for move in planned.moves],
        lock=True,
    )
    if isinstance(again, Refused) or again.token != planned.token:
        return Refused(Code.PLAN_STALE)
    with session.begin_nested() as point:
        tickets = [move.ticket for move in planned.moves]
        short = seat_credits.move(session, means, tickets, planned.to)
        if short is not None:
            point.rollback()
            return short
    _leave(session, planned)
    for move in planned.moves:
        _arrive(session, means, planned, move, waive=money == WAIVE)
    left = {move.seat for move in planned.moves}
    if planned.performance == planned.to:
        left -= {move.to for move in planned.moves}
    waiting_sales.freed(session, means, planned.performance, sorted(left))
    notices.seats(session, planned.performance, sorted(left), means.now_ms)
    for order in orders:
        _settle(session, means, order, planned, money=money, reason=reason, by=by)
    return None


def _settle(
    session: Session,
    means: Means,
    order: OrderRow,
    planned: Plan,
    *,
    money: str,
    reason: str,
    by: str,
) -> None:
    """Charge what one order's seats cost more now, and write down that it moved."""
    moves = [move for move in planned.moves if move.order == order.id]
    if not moves:
        return
    more = planned.difference_of(order.id) if money == CHARGE else 0
    takings.charge(
        session, means, order, charged=more, net=more, why="moved to other seats"
    )
    takings.reach(session, means, order)
    audit.note(
        session,
        means,
        staff=by,
        action="move_order",
        subject=order.id,
        reason=reason,
        facts={
            "from": planned.performance,
            "to": planned.to,
            "seats": [[move.seat, move.to] for move in moves],
            "difference": more,
        },
    )


def _leave(session: Session, planned: Plan) -> None:
    for move in planned.moves:
        session.execute(
            update(SeatStateRow)
            .where(
                SeatStateRow.performance == planned.performance,
                SeatStateRow.seat == move.seat,
                SeatStateRow.ticket == move.ticket,
            )
            .values(state="available", ticket=None, device=None, incarnation=None)
        )


def _arrive(
    session: Session, means: Means, planned: Plan, move: Move, *, waive: bool
) -> None:
    row = session.get_one(TicketRow, move.ticket)
    session.execute(
        update(SeatStateRow)
        .where(SeatStateRow.performance == planned.to, SeatStateRow.seat == move.to)
        .values(state="sold", ticket=move.ticket, prior=None)
    )
    if planned.to != planned.performance:
        old = feed.performance(planned.performance)
        void = {"ticket": row.id, "issue": row.issue, "why": "moved"}
        feed.publish(session, old, "revocation", row.id, void, now_ms=means.now_ms)
        feed.end(session, old, "ticket", row.id, now_ms=means.now_ms)
    row.performance, row.seat, row.level = planned.to, move.to, move.level
    row.seated = True
    if not waive:
        row.price = move.new_price
    session.flush()
    reseats.send_out(session, means, row, why="moved")
    notices.seats(session, planned.to, [move.to], means.now_ms)
