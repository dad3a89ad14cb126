"""What is done for a party at once: paid, mailed, cancelled, refunded, or nothing.

Each order keeps its own money and tickets; where one of them refuses, none is touched.
Source: DIS3.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import ids
from boxoffice.refusals import Code
from ledger import order_changes, previews, window_cards
from ledger.clock import Means
from ledger.desk_money import Payment
from ledger.parties import due
from ledger.previews import Preview
from ledger.refused import Refused
from ledger.tables.orders import OrderRow, TicketRow


@dataclass(frozen=True)
class Stopped:
    """One order refuses, so nothing was done. number: as people read it."""

    number: str
    why: Refused | str


def pay(
    session: Session, means: Means, orders: Sequence[OrderRow], payment: Payment, *, by: str
) -> Stopped | None:
    """Take what locked orders owe, or a part of it, in one payment, a tender for each.

    The oldest order is paid first, then the next (R12).

    payment: its amount is above 0 and at most the sum of what is due.
    """
    left = payment.amount
    if not 0 < left <= sum(map(due, orders)):
        raise ValueError("nobody pays more than a party owes")
    with session.begin_nested() as point:
        for order in sorted(orders, key=lambda it: (it.made_ms, it.id)):
            part = replace(payment, amount=min(left, due(order)))
            left -= part.amount
            if not part.amount:
                continue
            refused = _busy(session, order) or order_changes.pay(
                session, means, order, part, by=by
            )
            if refused is not None:
                point.rollback()
                return Stopped(ids.shown(order.number), refused)
    return None


def cancel(
    session: Session, means: Means, orders: Sequence[OrderRow], *, reason: str, by: str
) -> int | Stopped | Refused:
    """Put all locked orders that stand into the cancelled file; no money moves (ORD4).

    Gives what remains paid. Refuses REASON_NEEDED.
    """
    remains = 0
    with session.begin_nested() as point:
        for order in orders:
            if order.state != "confirmed":
                continue
            done = _busy(session, order) or order_changes.cancel(
                session, means, order, reason=reason, by=by
            )
            if isinstance(done, Refused):
                point.rollback()
                return done
            if isinstance(done, str):
                point.rollback()
                return Stopped(ids.shown(order.number), done)
            remains += done.remains
    return remains


def refund_plan(
    session: Session,
    means: Means,
    orders: Sequence[OrderRow],
    *,
    include_fees: bool,
    tickets: Collection[str] | None = None,
) -> dict[str, Preview]:
    """Say what goes back to each order of a party: for some tickets, or for all live ones.

    Of the whole party, an order without live tickets gets what is on account. Orders that
    get nothing are not named.
    """
    live = previews.each(
        session,
        means,
        [order.id for order in orders],
        tickets=tickets,
        include_fees=include_fees,
    )
    found = {}
    for order in orders:
        planned = live.get(order.id)
        if tickets is None and (planned is None or not planned.tickets):
            planned = previews.on_account(session, means, order)
        if planned is not None and (planned.tickets or planned.total):
            found[order.id] = planned
    return found


def refund(
    session: Session,
    means: Means,
    orders: Sequence[OrderRow],
    planned: Mapping[str, Preview],
    *,
    include_fees: bool,
    tickets: Collection[str] | None = None,
    refs: Mapping[str, str],
    reason: str,
    by: str,
) -> int | Refused:
    """Give back to locked orders what was planned; give how much that was.

    tickets: as in the plan. refs: by tender, what the terminal said. Refuses REASON_NEEDED,
    and PLAN_STALE where it would not be exactly what was planned.
    """
    now = refund_plan(session, means, orders, include_fees=include_fees, tickets=tickets)
    if now != planned:
        return Refused(Code.PLAN_STALE)
    with session.begin_nested() as point:
        for order in orders:
            if order.id not in now:
                continue
            done = order_changes.refund(
                session,
                means,
                order,
                tickets=now[order.id].tickets,
                include_fees=include_fees,
                refs=refs,
                reason=reason,
                by=by,
            )
            if isinstance(done, Refused):
                point.rollback()
                return done
    return sum(preview.total - preview.unfunded for preview in now.values())


def _busy(session: Session, order: OrderRow) -> str | None:
    """Say why nobody should pay for an order now: a card may be paying this moment."""
    card = window_cards.latest(session, order.id)
    return "A card is being asked for at the terminal." if card and card.open else None


def send_again(
    session: Session, means: Means, orders: Sequence[OrderRow], *, by: str
) -> int | Stopped:
    """Mail the tickets of each locked order once more; give how many letters go out.

    An order without a live ticket has nothing to send. One with tickets and no address
    stops them all.
    """
    live = set(
        session.scalars(
            select(TicketRow.order).where(
                TicketRow.order.in_([order.id for order in orders]),
                TicketRow.status == "active",
            )
        )
    )
    with session.begin_nested() as point:
        for order in orders:
            if order.id in live and not order_changes.send_again(
                session, means, order, by=by
            ):
                point.rollback()
                return Stopped(ids.shown(order.number), "It has no e-mail address.")
    return len(live)
