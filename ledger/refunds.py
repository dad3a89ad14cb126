"""Give money back, ticket by ticket: previewed, then done as previewed.

What goes back, and to which tender, is `boxoffice.refunds`; here it is gathered and booked.
A refunded ticket frees its seat. Source: CAN1, spec.md 4.6.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from boxoffice import refunds as rule
from boxoffice.orders import TicketStatus
from boxoffice.pricing import Seller
from ledger import feed, notices, seat_credits, takings, tenders, waiting_sales
from ledger.clock import Means
from ledger.tables.money import TenderRow
from ledger.tables.orders import OrderRow, TicketRow
from ledger.tables.seats import SeatStateRow

# Brands are not told by every terminal; cards go back as they came for this long. R15.
CARD_WINDOW_MONTHS = {"": 12}


@dataclass(frozen=True)
class Back:
    """One tender that gives money back: which, how, and how much."""

    tender: str
    kind: str
    route: str
    ref: str
    amount: int


@dataclass(frozen=True)
class Preview:
    """What a refund would give back. unfunded: what no payment covers; staff decide."""

    tickets: tuple[str, ...]
    total: int
    back: tuple[Back, ...]
    unfunded: int


def preview(
    session: Session,
    means: Means,
    order: str,
    *,
    tickets: Collection[str] | None,
    include_fees: bool,
) -> Preview:
    """Say what would go back for some tickets of an order, or for all of them."""
    found = _tickets(session, order)
    paid = _tenders(session, order)
    chosen = None if tickets is None else {row.id for row in found} & set(tickets)
    plan = rule.plan(
        [
            rule.Ticket(
                row.id,
                row.paid,
                row.fee_outside if row.paid else 0,
                TicketStatus(row.status)
                if row.status in _STATUSES
                else TicketStatus.CANCELLED,
            )
            for row in found
        ],
        [tender for tender, _ in paid],
        include_fees=include_fees,
        today=_day(means.now_ms),
        card_window_months=CARD_WINDOW_MONTHS,
        select=chosen,
    )
    return _preview(plan, paid, tickets=tuple(plan.per_ticket))


def _preview(
    plan: rule.Refund,
    paid: Sequence[tuple[rule.Tender, TenderRow]],
    *,
    tickets: tuple[str, ...],
) -> Preview:
    rows = {tender.id: row for tender, row in paid}
    back = tuple(
        Back(id, rows[id].kind, back.route, rows[id].ref, back.amount)
        for id, back in plan.tenders.items()
    )
    return Preview(tickets, plan.total, back, plan.unfunded)


def give_back(
    session: Session,
    means: Means,
    order: OrderRow,
    *,
    tickets: Collection[str] | None,
    include_fees: bool,
    refs: dict[str, str] | None = None,
) -> Preview:
    """Refund tickets of a locked order: money back, seats free, tickets void at the doors.

    refs: by tender, what the terminal or bank said of the refund.
    """
    done = preview(session, means, order.id, tickets=tickets, include_fees=include_fees)
    kept = {row.id: row for row in _tickets(session, order.id)}
    for id in done.tickets:
        row = kept[id]
        outside = row.fee_outside if include_fees else 0
        inside = row.fee_inside if include_fees else 0
        net = row.price - inside
        takings.charge(
            session,
            means,
            order,
            charged=-(row.price + outside),
            net=-net,
            why="ticket refunded",
        )
    pay_out(session, means, order, done, refs or {})
    void(session, means, [kept[id] for id in done.tickets], status="refunded")
    takings.reach(session, means, order)
    return done


def on_account(session: Session, means: Means, order: OrderRow) -> Preview:
    """Say how money that no line of an order needs would go back: after a cancellation,
    say, or a cheaper seat.
    """
    paid = _tenders(session, order.id)
    plan = rule.plan(
        [rule.Ticket("on account", max(0, order.paid - order.charge))],
        [tender for tender, _ in paid],
        include_fees=False,
        today=_day(means.now_ms),
        card_window_months=CARD_WINDOW_MONTHS,
    )
    return _preview(plan, paid, tickets=())


def pay_out(
    session: Session,
    means: Means,
    order: OrderRow,
    planned: Preview,
    refs: Mapping[str, str],
) -> None:
    """Book what goes back to each tender."""
    for back in planned.back:
        takings.move(
            session,
            means,
            order,
            kind=back.kind,
            amount=-back.amount,
            ref=refs.get(back.tender, ""),
            refunds=back.tender,
            # A card that was charged online goes back through the processor.
            office=not (order.seller == Seller.ONLINE and back.kind == "card"),
        )
        if back.kind in tenders.KINDS:
            tenders.refund(session, back.ref, back.amount)


def void(
    session: Session, means: Means, tickets: Sequence[TicketRow], *, status: str
) -> list[tuple[str, str]]:
    """End tickets as refunded or cancelled; give the seats that came free.

    Seat credits that paid for them come back (MEM7).
    Doors hear of it by their ticket and by a revocation of every issue so far.
    """
    freed: list[tuple[str, str]] = []
    seat_credits.give_back(session, means, [row.id for row in tickets])
    for row in tickets:
        row.status = status
        won = session.execute(
            update(SeatStateRow)
            .where(
                SeatStateRow.performance == row.performance,
                SeatStateRow.seat == row.seat,
                SeatStateRow.state == "sold",
                SeatStateRow.ticket == row.id,
            )
            .values(state="available", ticket=None, device=None, incarnation=None)
            .returning(SeatStateRow.seat)
        ).all()
        freed += [(row.performance, seat) for (seat,) in won]
        row.seated = False
        feed.publish(
            session,
            feed.performance(row.performance),
            "revocation",
            row.id,
            {"ticket": row.id, "issue": row.issue, "why": status},
            now_ms=means.now_ms,
        )
        notices.ticket(session, row.performance, row.id, means.now_ms)
    session.flush()
    for performance in {performance for performance, _ in freed}:
        seats = [seat for where, seat in freed if where == performance]
        waiting_sales.freed(session, means, performance, seats)
        notices.seats(session, performance, seats, means.now_ms)
    return freed


_STATUSES = {status.value for status in TicketStatus}


def _tickets(session: Session, order: str) -> Sequence[TicketRow]:
    return session.scalars(
        select(TicketRow).where(TicketRow.order == order).order_by(TicketRow.line)
    ).all()


def _tenders(session: Session, order: str) -> list[tuple[rule.Tender, TenderRow]]:
    """Give what was paid, oldest first, with what went back of each."""
    returned = dict(
        session.execute(
            select(TenderRow.refunds, func.sum(-TenderRow.amount))
            .where(TenderRow.order == order, TenderRow.amount < 0)
            .group_by(TenderRow.refunds)
        ).all()
    )
    return [
        (
            rule.Tender(
                row.id,
                row.kind,
                row.amount,
                _day(row.at_ms),
                refunded=min(row.amount, int(returned.get(row.id, 0))),
            ),
            row,
        )
        for row in session.scalars(
            select(TenderRow)
            .where(TenderRow.order == order, TenderRow.amount > 0)
            .order_by(TenderRow.at_ms, TenderRow.id)
        )
    ]


def _day(at_ms: int) -> date:
    return datetime.fromtimestamp(at_ms / 1000, UTC).date()
