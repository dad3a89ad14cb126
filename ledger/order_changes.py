"""Staff change an order: details, payment, cancel and restore, money back.

Each with an order that ledger.order_versions gave to change. Source: ORD3-ORD5,
lobby.md §7.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from boxoffice import orders as rule
from boxoffice import will_call
from boxoffice.refusals import Code
from ledger import (
    audit,
    cards_on_file,
    desk_money,
    evenings,
    gift_cards,
    groups,
    memberships,
    notices,
    outbox,
    patrons,
    previews,
    promo_codes,
    refunds,
    reseats,
    seat_credits,
    takings,
    webhooks,
)
from ledger.clock import Means
from ledger.desk_money import Payment
from ledger.groups import Group
from ledger.patrons import Patron
from ledger.previews import Preview
from ledger.refused import Refused
from ledger.tables.orders import OrderRow, PatronRow, TicketRow
from ledger.tables.seats import SeatStateRow


@dataclass(frozen=True)
class Cancelled:
    """What a cancellation left: seats that came free, and money that stays paid."""

    seats: tuple[str, ...]
    remains: int


def pay(
    session: Session, means: Means, order: OrderRow, payment: Payment, *, by: str
) -> Refused | None:
    """Take money for what is still due. Refuses NOT_FOUND, LOCKED for a voucher's code."""
    refused = desk_money.pay(session, means, order, payment, by=by)
    if refused is not None:
        return refused
    memberships.settle(session, means, order)
    facts = {"kind": payment.kind, "amount": payment.amount}
    audit.note(
        session, means, staff=by, action="take_payment", subject=order.id, facts=facts
    )
    return None


def edit(
    session: Session,
    means: Means,
    order: OrderRow,
    *,
    patron: Patron | None,
    delivery: str,
    note: str,
    photo_id: bool,
    by: str,
    group: Group = groups.NONE,
) -> None:
    """Change who it is for, how tickets reach them, the note, and whose group it is."""
    row = session.get(PatronRow, order.patron) if order.patron else None
    changed = _changed(order, row, patron, delivery, note, photo_id, group)
    if patron is not None and row is None:
        order.patron = patrons.add(session, means, patron)
    elif patron is not None and row is not None:
        row.name, row.email, row.phone = patron.name, patron.email, patron.phone
        row.address = patron.address
        row.last_name = patron.collects_as
        row.folded = " ".join(sorted(will_call.foldings(patron.collects_as)))
    order.delivery, order.note, order.photo_id = delivery, note, photo_id
    groups.mark(order, group)
    session.flush()
    facts = {"changed": changed}
    audit.note(session, means, staff=by, action="edit_order", subject=order.id, facts=facts)
    for ticket in _tickets(session, order.id, {"active"}):
        notices.ticket(session, ticket.performance, ticket.id, means.now_ms)


def _changed(
    order: OrderRow,
    row: PatronRow | None,
    patron: Patron | None,
    delivery: str,
    note: str,
    photo_id: bool,
    group: Group,
) -> list[str]:
    """Name which details an edit changes; never what they say: that may be personal."""
    was = (row.name, row.email, row.phone, row.address) if row else ("", "", "", "")
    now = (patron.name, patron.email, patron.phone, patron.address) if patron else was
    was_led = groups.of(order)
    pairs = {
        "name": (was[0], now[0]),
        "e-mail": (was[1], now[1]),
        "phone": (was[2], now[2]),
        "address": (was[3], now[3]),
        "tickets": (order.delivery, delivery),
        "note": (order.note, note),
        "photo ID": (order.photo_id, photo_id),
        "group": (was_led.name, group.name),
        "group leader": (was_led.leader, group.leader),
    }
    return [name for name, (before, after) in pairs.items() if before != after]


def cancel(
    session: Session, means: Means, order: OrderRow, *, reason: str, by: str
) -> Cancelled | Refused:
    """Put an order into the cancelled file: seats free, no money moves. Source: ORD4.

    Refuses REASON_NEEDED.
    """
    if not reason.strip():
        return Refused(Code.REASON_NEEDED)
    tickets = _tickets(session, order.id, {"active"})
    for row in tickets:
        takings.charge(
            session,
            means,
            order,
            charged=-(row.price + row.fee_outside),
            net=-(row.price - row.fee_inside),
            why="cancelled",
        )
    freed = refunds.void(session, means, tickets, status="cancelled")
    memberships.end(session, means, order)
    gift_cards.end(session, means, order)
    promo_codes.end(session, order.id)
    cards_on_file.let_go(session, means, order.id)
    order.state, order.cancelled_ms = "cancelled", means.now_ms
    session.flush()
    audit.note(
        session, means, staff=by, action="cancel_order", subject=order.id, reason=reason
    )
    webhooks.note(session, means, "order.cancelled", order.id)
    return Cancelled(tuple(seat for _, seat in freed), order.paid - order.charge)


def restore(session: Session, means: Means, order: OrderRow, *, by: str) -> Refused | None:
    """Take an order out of the cancelled file, while all its seats are free.

    Refuses SEAT_NOT_FREE (`seats`), PERFORMANCE_CANCELLED, NOT_ENOUGH_SEAT_CREDITS. Older
    codes stay void: tickets go out anew.
    """
    tickets = _tickets(session, order.id, {"cancelled"})
    if any(evenings.called_off(session, ticket.performance) for ticket in tickets):
        return Refused(Code.PERFORMANCE_CANCELLED)
    states = {
        (seat.performance, seat.seat): seat
        for ticket in tickets
        for seat in session.scalars(
            select(SeatStateRow)
            .where(
                SeatStateRow.performance == ticket.performance,
                SeatStateRow.seat == ticket.seat,
            )
            .with_for_update()
        )
    }
    free = {
        f"{performance}/{code}"
        for (performance, code), seat in states.items()
        if seat.state in {"available", "reserved"}
    }
    found = rule.restore(
        rule.Order(
            order.number or order.id,
            rule.Patron(order.patron or ""),
            tuple(f"{ticket.performance}/{ticket.seat}" for ticket in tickets),
        ),
        free,
    )
    if isinstance(found, rule.NotFree):
        return Refused(found.code, {"seats": [found.seat.split("/", 1)[1]]})
    with session.begin_nested() as point:
        short = seat_credits.take_again(session, means, [ticket.id for ticket in tickets])
        if short is not None:
            point.rollback()
            return short
    for ticket in tickets:
        session.execute(
            update(SeatStateRow)
            .where(
                SeatStateRow.performance == ticket.performance,
                SeatStateRow.seat == ticket.seat,
            )
            .values(state="sold", ticket=ticket.id, prior=None)
        )
        ticket.status, ticket.seated = "active", True
        takings.charge(
            session,
            means,
            order,
            charged=ticket.price + ticket.fee_outside,
            net=ticket.price - ticket.fee_inside,
            why="restored",
        )
        reseats.send_out(session, means, ticket, why="restored")
        notices.seats(session, ticket.performance, [ticket.seat], means.now_ms)
    memberships.renew(session, means, order)
    gift_cards.renew(session, means, order)
    promo_codes.renew(session, order.id)
    order.state, order.cancelled_ms = "confirmed", None
    takings.reach(session, means, order)
    audit.note(session, means, staff=by, action="restore_order", subject=order.id)
    webhooks.note(session, means, "order.restored", order.id)
    return None


def refund(
    session: Session,
    means: Means,
    order: OrderRow,
    *,
    tickets: Collection[str],
    include_fees: bool,
    refs: Mapping[str, str],
    reason: str,
    by: str,
    at_desk: bool = True,
) -> Preview | Refused:
    """Give money back for tickets; with none chosen, what is on account.

    refs: by tender, what the terminal said of the refund. at_desk: see
    ledger.refunds.give_back. Refuses REASON_NEEDED.
    """
    if not reason.strip():
        return Refused(Code.REASON_NEEDED)
    if tickets:
        done = refunds.give_back(
            session,
            means,
            order,
            tickets=tickets,
            include_fees=include_fees,
            refs=dict(refs),
            at_desk=at_desk,
        )
    else:
        done = previews.on_account(session, means, order)
        refunds.pay_out(session, means, order, done, dict(refs))
        takings.reach(session, means, order)
    audit.note(
        session,
        means,
        staff=by,
        action="refund",
        subject=order.id,
        reason=reason,
        facts={"amount": done.total - done.unfunded, "tickets": list(done.tickets)},
    )
    return done


def send_again(session: Session, means: Means, order: OrderRow, *, by: str) -> bool:
    """Mail the tickets once more; False where there is no address, or no live ticket."""
    patron = session.get(PatronRow, order.patron) if order.patron else None
    live = select(TicketRow.id).where(
        TicketRow.order == order.id, TicketRow.status == "active"
    )
    if patron is None or not patron.email or session.scalar(live.limit(1)) is None:
        return False
    outbox.bring_tickets(session, means, order.id, to=patron.email)
    audit.note(session, means, staff=by, action="mail_tickets", subject=order.id)
    return True


def _tickets(session: Session, order: str, statuses: Collection[str]) -> list[TicketRow]:
    return list(
        session.scalars(
            select(TicketRow)
            .where(TicketRow.order == order, TicketRow.status.in_(statuses))
            .order_by(TicketRow.line)
            .with_for_update()
        )
    )
