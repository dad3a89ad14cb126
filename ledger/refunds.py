"""Give money back, ticket by ticket, as `ledger.previews` says; a refunded ticket frees its
seat. Source: CAN1, spec.md 4.6.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from boxoffice.refunds import BANK_TRANSFER_FORM
from ledger import (
    bank_refunds,
    card_refunds,
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

# What goes back without anybody at the window: to the card, or onto what paid.
_BY_ITSELF = {previews.ONLINE_CARD, BANK_TRANSFER_FORM, *tenders.KINDS}


def give_back(
    session: Session,
    means: Means,
    order: OrderRow,
    *,
    tickets: Collection[str] | None,
    include_fees: bool,
    refs: dict[str, str] | None = None,
    at_desk: bool = True,
) -> Preview:
    """Refund tickets of a locked order: money back, seats free, tickets void at the doors.

    refs: by tender, what the terminal or bank said of the refund. at_desk: somebody pays
    out; otherwise what does not go back by itself goes to a bank account.
    """
    done = previews.of(session, means, order.id, tickets=tickets, include_fees=include_fees)
    if not at_desk:
        done = by_itself(done)
    uncharge(session, means, order, done.tickets, include_fees=include_fees)
    pay_out(session, means, order, done, refs or {})
    kept = [row for row in _tickets(session, order.id) if row.id in done.tickets]
    void(session, means, kept, status="refunded")
    takings.reach(session, means, order)
    return done


def by_itself(planned: Preview) -> Preview:
    """Give the same refund where nobody is at the window to pay cash or hold a terminal."""
    back = (
        one if one.route in _BY_ITSELF else replace(one, route=BANK_TRANSFER_FORM)
        for one in planned.back
    )
    return replace(planned, back=tuple(back))


def uncharge(
    session: Session,
    means: Means,
    order: OrderRow,
    tickets: Collection[str],
    *,
    include_fees: bool,
) -> None:
    """Book that an order costs less by these tickets."""
    kept = {row.id: row for row in _tickets(session, order.id)}
    for id in tickets:
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
        by_bank = back.route == BANK_TRANSFER_FORM
        booked = takings.move(
            session,
            means,
            order,
            # No drawer gives it, and no terminal.
            kind="bank_transfer" if by_bank else back.kind,
            amount=-back.amount,
            ref=refs.get(back.tender, ""),
            refunds=back.tender,
            office=not online and not by_bank,
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
        if by_bank:
            bank_refunds.request(
                session, means, tender=booked, order=order, amount=back.amount
            )
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
