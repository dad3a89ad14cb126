"""What moving orders to other seats would do: said first, then done exactly so.

Several orders move as one where they belong together. Source: ORD3, R8, DIS3.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import reassignments as rule
from boxoffice.refusals import Code
from boxoffice.seating import Refused as SeatRefused
from boxoffice.seating import State
from ledger import evenings, on_sale, seating
from ledger.refused import Refused
from ledger.tables.orders import TicketRow
from ledger.tables.seats import SeatStateRow


@dataclass(frozen=True)
class Move:
    """One ticket: where it is, where it will be, and its prices in minor units."""

    order: str
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

    def difference_of(self, order: str) -> int:
        """Say what one of the orders costs more, in minor units."""
        return sum(m.new_price - m.price for m in self.moves if m.order == order)


def plan(
    session: Session,
    orders: Sequence[str],
    *,
    performance: str,
    to: str,
    seats: Sequence[str],
    only: Collection[str] = (),
    lock: bool = False,
) -> Plan | Refused:
    """Say what moving live tickets that orders have of a performance would do.

    seats: of the performance `to`, in the order of the orders and their tickets. only:
    the tickets that go; empty, all. lock: keep the seats as they are until this
    transaction ends. Refuses SEAT_COUNT_DIFFERS
    (`count`), SEAT_NOT_FREE (`seats`), PERFORMANCE_CANCELLED, NOT_ON_SALE where a price
    type is not sold there.
    """
    if evenings.called_off(session, to):
        return Refused(Code.PERFORMANCE_CANCELLED)
    tickets = live(session, orders, performance, only)
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
        moves.append(
            Move(ticket.order, ticket.id, ticket.seat, seat, ticket.price, price, level)
        )
    difference = sum(move.new_price - move.price for move in moves)
    said = json.dumps([performance, to, [list(vars(m).values()) for m in moves]])
    token = hashlib.sha256(said.encode()).hexdigest()[:20]
    return Plan(performance, to, moves, difference, token)


def best_seats(
    session: Session,
    orders: Sequence[str],
    *,
    performance: str,
    to: str,
    only: Collection[str] = (),
) -> tuple[str, ...]:
    """Give the best seats that the box office has for all of them; none: ().

    Of the levels that they have now, if there are so many left.
    """
    tickets = live(session, orders, performance, only)
    levels = [ticket.level for ticket in tickets]
    return on_sale.best_seats(session, to, len(tickets), levels, free=seating.BOX_OFFICE)


def in_order(
    session: Session,
    orders: Sequence[str],
    seats: Sequence[str],
    *,
    performance: str,
    to: str,
    only: Collection[str] = (),
) -> list[str]:
    """Put chosen seats into the order in which `plan` gives them to orders.

    Each order sits together, as far as what was chosen allows.
    """
    chart = evenings.plan_of(session, to).chart
    tickets = live(session, orders, performance, only)
    sizes = Counter(ticket.order for ticket in tickets)
    if chart is None or len(sizes) < 2 or sizes.total() != len(seats):
        return list(seats)
    own = rule.hand_out(chart, list(sizes.values()), seats)
    return [seat for order in own for seat in order]


def live(
    session: Session,
    orders: Sequence[str],
    performance: str,
    only: Collection[str] = (),
) -> list[TicketRow]:
    """Give the live tickets of orders for a performance, by order as given, then line.

    only: these of them; empty, all.
    """
    found = session.scalars(
        select(TicketRow)
        .where(
            TicketRow.order.in_(orders),
            TicketRow.performance == performance,
            TicketRow.status == "active",
        )
        .order_by(TicketRow.line)
    ).all()
    wanted = [ticket for ticket in found if not only or ticket.id in only]
    return sorted(wanted, key=lambda ticket: orders.index(ticket.order))


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
