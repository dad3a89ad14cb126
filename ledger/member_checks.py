"""Orders whose subscriber is on no record: accepted by staff, or their seats are paid.

Source: MEM3, MEM9.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import members as rule
from boxoffice import pricing
from boxoffice.pricing import Buyer, SeatLine, Seller
from boxoffice.refusals import Code
from ledger import audit, cards_on_file, evenings, members, notices, prices, takings
from ledger.clock import Means
from ledger.refused import Refused
from ledger.tables.members import MemberCheckRow, MemberRow, SeatCreditRow
from ledger.tables.orders import OrderRow, TicketRow


def waits(session: Session, order: OrderRow) -> bool:
    """Whether somebody still has to find out about the order's subscriber."""
    return (
        order.member is not None
        and order.state == "confirmed"
        and session.get(MemberRow, order.member) is None
        and session.get(MemberCheckRow, order.id) is None
    )


def unknown(session: Session, subscriber: str) -> bool:
    """Whether an order of this subscriber would wait: they are on no record."""
    return bool(subscriber) and members.by_number(session, subscriber) is None


def subscriber(session: Session, order: OrderRow) -> str:
    """Say who the order's subscriber is: number and name, or what was told."""
    row = session.get(MemberRow, order.member) if order.member else None
    return f"{row.number}, {row.name}" if row else order.member or ""


def accept(session: Session, means: Means, order: OrderRow, *, by: str) -> None:
    """Take the subscriber's word: the seats stay free of charge."""
    _write(session, means, order, "accepted", "", by)
    cards_on_file.let_go(session, means, order.id)


def charge(
    session: Session,
    means: Means,
    order: OrderRow,
    *,
    price_type: str,
    consent: str,
    by: str,
) -> int | Refused:
    """Let the unproven member seats be paid in full after all; give how much more is due.

    consent: how and when the patron agreed. Refuses CONSENT_NEEDED, and NOT_ON_SALE where
    a seat has no such price; nothing is changed then. Source: MEM9.
    """
    if refused := rule.change_closed_order(consent=consent):
        return Refused(refused)
    changes = []
    for row in _seats(session, order.id):
        evening = evenings.read(session, row.performance)
        kind = evening.prices.type_of(price_type)
        price = evening.prices.price(row.level, price_type)
        if kind is None or price is None or kind.admits != row.admits:
            return Refused(Code.NOT_ON_SALE, {"seats": [row.seat]})
        if kind is prices.MEMBERSHIP:
            return Refused(Code.NOT_ON_SALE, {"seats": [row.seat]})
        quoted = pricing.quote(
            seller=Seller(order.seller),
            rules=evening.prices.fees,
            seats=[SeatLine(price, kind.buyer)],
        )
        changes.append((row, quoted.seats[0]))
    charged = sum(priced.charge - row.price - row.fee_outside for row, priced in changes)
    if charged < 0:
        return Refused(Code.NOT_ON_SALE)
    net = sum(
        priced.price - priced.fee_inside - row.price + row.fee_inside
        for row, priced in changes
    )
    for row, priced in changes:
        row.price_type, row.price = price_type, priced.price
        row.fee_outside, row.fee_inside = priced.fee_outside, priced.fee_inside
    takings.charge(
        session, means, order, charged=charged, net=net, why="member seats charged"
    )
    takings.reach(session, means, order)
    for row, _ in changes:
        notices.ticket(session, row.performance, row.id, means.now_ms)
    _write(session, means, order, "charged", consent.strip(), by, charged)
    return charged


def _seats(session: Session, order: str) -> list[TicketRow]:
    """The live seats at a price for members or subscribers, which no credit has paid."""
    found = session.scalars(
        select(TicketRow)
        .outerjoin(SeatCreditRow, SeatCreditRow.ticket == TicketRow.id)
        .where(
            TicketRow.order == order,
            TicketRow.status == "active",
            SeatCreditRow.ticket.is_(None),
        )
        .order_by(TicketRow.line)
    ).all()
    return [row for row in found if _claims(session, row)]


def _claims(session: Session, row: TicketRow) -> bool:
    kind = evenings.prices_of(session, row.performance).type_of(row.price_type or "")
    return kind is not None and kind.buyer is not Buyer.GUEST


def _write(
    session: Session,
    means: Means,
    order: OrderRow,
    how: str,
    consent: str,
    by: str,
    amount: int = 0,
) -> None:
    session.add(
        MemberCheckRow(
            order=order.id,
            how=how,
            consent=consent,
            staff=by,
            at_ms=means.now_ms,
            amount=amount,
        )
    )
    audit.note(
        session,
        means,
        staff=by,
        action=f"subscriber_{how}",
        subject=order.id,
        reason=consent,
    )
    session.flush()
