"""Move an order to other seats or another performance, all at once or not at all.

Source: ORD3, R8.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from boxoffice import reassignments as rule
from boxoffice.refusals import Code
from boxoffice.seating import Refused as SeatRefused
from boxoffice.seating import State
from ledger import (
    audit,
    evenings,
    feed,
    notices,
    reseats,
    seat_credits,
    takings,
    waiting_sales,
)
from ledger.clock import Means
from ledger.refused import Refused
from ledger.tables.orders import OrderRow, TicketRow
from ledger.tables.seats import SeatStateRow

# What becomes of a difference in price: it is owed or on account, or nobody minds.
CHARGE, WAIVE = "charge", "waive"


@dataclass(frozen=True)
class Move:
    """One ticket: where it is, where it will be, and its prices in minor units."""

    ticket: str
    seat: str
    to: str
    price: int
    new_price: int
    level: str | None


@dataclass(frozen=True)
class Plan:
    """All the moves, and what they cost more (below 0, less). token: names the facts."""

    performance: str
    to: str
    moves: Sequence[Move]
    difference: int
    token: str


def plan(
    session: Session,
    order: str,
    *,
    performance: str,
    to: str,
    seats: Sequence[str],
    lock: bool = False,
) -> Plan | Refused:
    """Say what moving the order's live tickets of a performance would do.

    seats: of the performance `to`, in the order of the tickets. lock: keep the seats as
    they are until this transaction ends. Refuses SEAT_COUNT_DIFFERS
    (`count`), SEAT_NOT_FREE (`seats`), NOT_ON_SALE where a price type is not sold there.
    """
    tickets = session.scalars(
        select(TicketRow)
        .where(
            TicketRow.order == order,
            TicketRow.performance == performance,
            TicketRow.status == "active",
        )
        .order_by(TicketRow.line)
    ).all()
    from_ = [f"{performance}/{ticket.seat}" for ticket in tickets]
    wanted = [f"{to}/{seat}" for seat in seats]
    if len(from_) != len(wanted) or not tickets:
        return Refused(Code.SEAT_COUNT_DIFFERS, {"count": len(from_)})
    named = [ticket.seat for ticket in tickets] + list(seats)
    states = _states(session, {performance, to}, named, lock=lock)
    missing = [seat for seat in seats if f"{to}/{seat}" not in states]
    if missing:
        return Refused(Code.SEAT_NOT_FREE, {"seats": missing[:1]})
    moved = rule.move(states, from_, wanted)
    if isinstance(moved, SeatRefused):
        return Refused(moved.code, {"seats": [moved.seat.split("/", 1)[1]]})
    if isinstance(moved, Code):
        return Refused(moved)
    there = evenings.read(session, to)
    moves = []
    for ticket, seat in zip(tickets, seats, strict=True):
        level = there.plan.level_of(seat)
        price = there.prices.price(level, ticket.price_type or "")
        if price is None:
            return Refused(Code.NOT_ON_SALE, {"seats": [seat]})
        moves.append(Move(ticket.id, ticket.seat, seat, ticket.price, price, level))
    difference = sum(move.new_price - move.price for move in moves)
    said = json.dumps([order, performance, to, [list(vars(m).values()) for m in moves]])
    token = hashlib.sha256(said.encode()).hexdigest()[:20]
    return Plan(performance, to, moves, difference, token)


def apply(
    session: Session,
    means: Means,
    order: OrderRow,
    planned: Plan,
    *,
    money: str,
    reason: str,
    by: str,
) -> Refused | None:
    """Do exactly this plan with a locked order.

    money: charge (more is owed, less is on account) or waive. Refuses REASON_NEEDED, and
    PLAN_STALE when seats or prices have changed since. A move to another production gives
    back the old one's seat credits and needs the new one's: NOT_ENOUGH_SEAT_CREDITS (MEM4).
    """
    if not reason.strip():
        return Refused(Code.REASON_NEEDED)
    again = plan(
        session,
        order.id,
        performance=planned.performance,
        to=planned.to,
        seats=[move.to for move in planned.moves],
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
    if money == CHARGE and planned.difference:
        takings.charge(
            session,
            means,
            order,
            charged=planned.difference,
            net=planned.difference,
            why="moved to other seats",
        )
    left = {move.seat for move in planned.moves}
    if planned.performance == planned.to:
        left -= {move.to for move in planned.moves}
    waiting_sales.freed(session, means, planned.performance, sorted(left))
    notices.seats(session, planned.performance, sorted(left), means.now_ms)
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
            "seats": [[move.seat, move.to] for move in planned.moves],
            "difference": planned.difference if money == CHARGE else 0,
        },
    )
    return None


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


def _states(
    session: Session, performances: set[str], seats: Sequence[str], *, lock: bool
) -> Mapping[str, State]:
    query = (
        select(SeatStateRow.performance, SeatStateRow.seat, SeatStateRow.state)
        .where(SeatStateRow.performance.in_(performances), SeatStateRow.seat.in_(seats))
        .order_by(SeatStateRow.performance, SeatStateRow.seat)
    )
    rows = session.execute(query.with_for_update() if lock else query)
    return {f"{performance}/{seat}": State(state) for performance, seat, state in rows}
