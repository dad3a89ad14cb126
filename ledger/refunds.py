"""Give money back, ticket by ticket, as `ledger.previews` says; a refunded ticket frees its
seat. Source: CAN1, spec.md 4.6.
"""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from boxoffice.refunds import BANK_TRANSFER_FORM
from ledger import (
    card_refunds,
    discrepancies,
    feed,
    notices,
    previews,
    promised_tenders,
    seat_credits,
    takings,
    tenders,
    void_guests,
    waiting_sales,
)
from ledger.clock import Means
from ledger.previews import Preview
from ledger.tables.orders import OrderRow, TicketRow
from ledger.tables.seats import SeatStateRow

TRANSFER_OWED = "transfer_owed"


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
    done = previews.of(session, means, order.id, tickets=tickets, include_fees=include_fees)
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


def pay_out(
    session: Session,
    means: Means,
    order: OrderRow,
    planned: Preview,
    refs: Mapping[str, str],
) -> None:
    """Book what goes back to each tender."""
    for back in planned.back:
        online = back.route == previews.ONLINE_CARD
        booked = takings.move(
            session,
            means,
            order,
            kind=back.kind,
            amount=-back.amount,
            ref=refs.get(back.tender, ""),
            refunds=back.tender,
            office=not online,
        )
        if online:
            card_refunds.promise(
                session,
                means,
                tender=booked,
                order=order.id,
                intent=back.intent,
                amount=back.amount,
            )
        if back.route == BANK_TRANSFER_FORM:
            # What is still to be paid is always in sight: BNK1.
            facts = {"order": order.id, "amount": back.amount}
            discrepancies.note(session, means, TRANSFER_OWED, booked, facts=facts)
        if back.kind in tenders.KINDS:
            promised_tenders.refund(session, back.ref, back.amount)


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
            {"ticket": row.id, "issue": row.issue, "why": status, "at_ms": means.now_ms},
            now_ms=means.now_ms,
        )
        notices.ticket(session, row.performance, row.id, means.now_ms)
    session.flush()
    void_guests.ended(session, means, tickets)
    for performance in {performance for performance, _ in freed}:
        seats = [seat for where, seat in freed if where == performance]
        waiting_sales.freed(session, means, performance, seats)
        notices.seats(session, performance, seats, means.now_ms)
    return freed


def _tickets(session: Session, order: str) -> Sequence[TicketRow]:
    return session.scalars(
        select(TicketRow).where(TicketRow.order == order).order_by(TicketRow.line)
    ).all()
