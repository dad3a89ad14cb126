"""What a refund would give back, and which way: shown first, then done exactly so.

The rule is `boxoffice.refunds`; here its facts are gathered, for one order or for a whole
house with the same few questions. Source: CAN1, spec.md 4.6.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from boxoffice import refunds as rule
from boxoffice.orders import TicketStatus
from ledger.card_refunds import by_itself
from ledger.clock import Means
from ledger.tables.money import PaymentRow, TenderRow
from ledger.tables.orders import OrderRow, TicketRow

# A card that the bank is told of by the worker.
ONLINE_CARD = "card_online"
_STATUSES = {status.value for status in TicketStatus}


@dataclass(frozen=True)
class Back:
    """One tender that gives money back: which, how, and how much.

    intent: under which a card was charged to which money goes back by itself.
    """

    tender: str
    kind: str
    route: str
    ref: str
    amount: int
    intent: str = ""


@dataclass(frozen=True)
class Preview:
    """What a refund would give back. unfunded: what no payment covers; staff decide."""

    tickets: tuple[str, ...]
    total: int
    back: tuple[Back, ...]
    unfunded: int


@dataclass(frozen=True)
class _Paid:
    """One payment, and its reference. intent: of a charge that goes back by itself."""

    tender: rule.Tender
    ref: str
    intent: str


def of(
    session: Session,
    means: Means,
    order: str,
    *,
    tickets: Collection[str] | None,
    include_fees: bool,
) -> Preview:
    """Say what would go back for some tickets of an order, or for all of them."""
    found = each(session, means, [order], tickets=tickets, include_fees=include_fees)
    return found.get(order, Preview((), 0, (), 0))


def each(
    session: Session,
    means: Means,
    orders: Sequence[str] | Select[str],
    *,
    tickets: Collection[str] | None,
    include_fees: bool,
) -> dict[str, Preview]:
    """Say it for many orders that have tickets. tickets: of all of them; None, all."""
    paid = _paid(session, means, orders)
    return {
        order: _preview(
            own,
            paid.get(order, ()),
            include_fees=include_fees,
            means=means,
            chosen=None if tickets is None else {t.id for t in own if t.id in tickets},
        )
        for order, own in _tickets(session, orders).items()
    }


def on_account(session: Session, means: Means, order: OrderRow) -> Preview:
    """Say how money that no line of an order needs would go back: after a cancellation,
    say, or a cheaper seat.
    """
    spare = rule.Ticket("on account", max(0, order.paid - order.charge))
    paid = _paid(session, means, [order.id]).get(order.id, ())
    found = _preview([spare], paid, include_fees=False, means=means)
    return Preview((), found.total, found.back, found.unfunded)


def _preview(
    tickets: Iterable[rule.Ticket],
    paid: Sequence[_Paid],
    *,
    include_fees: bool,
    means: Means,
    chosen: Collection[str] | None = None,
) -> Preview:
    plan = rule.plan(
        list(tickets),
        [one.tender for one in paid],
        include_fees=include_fees,
        today=_day(means.now_ms),
        card_window_months=means.cards.months,
        select=chosen,
    )
    known = {one.tender.id: one for one in paid}
    back = tuple(_back(known[id], back) for id, back in plan.tenders.items())
    return Preview(tuple(plan.per_ticket), plan.total, back, plan.unfunded)


def _back(paid: _Paid, back: rule.Back) -> Back:
    tender, intent, route = paid.tender, "", back.route
    if paid.intent and route == rule.CARD:
        intent, route = paid.intent, ONLINE_CARD
    return Back(tender.id, tender.kind, route, paid.ref, back.amount, intent)


def _tickets(
    session: Session, orders: Sequence[str] | Select[str]
) -> Mapping[str, list[rule.Ticket]]:
    """Give the tickets of each order, line by line."""
    found: dict[str, list[rule.Ticket]] = defaultdict(list)
    for order, id, paid, fee_outside, status in session.execute(
        select(
            TicketRow.order,
            TicketRow.id,
            TicketRow.paid,
            TicketRow.fee_outside,
            TicketRow.status,
        )
        .where(TicketRow.order.in_(orders))
        .order_by(TicketRow.order, TicketRow.line)
    ):
        now = TicketStatus(status) if status in _STATUSES else TicketStatus.CANCELLED
        found[order].append(rule.Ticket(id, paid, fee_outside if paid else 0, now))
    return found


def _paid(
    session: Session, means: Means, orders: Sequence[str] | Select[str]
) -> Mapping[str, list[_Paid]]:
    """Give what was paid on each order, oldest first, with what went back of each."""
    returned = dict(
        session.execute(
            select(TenderRow.refunds, func.sum(-TenderRow.amount))
            .where(TenderRow.order.in_(orders), TenderRow.amount < 0)
            .group_by(TenderRow.refunds)
        ).all()
    )
    found: dict[str, list[_Paid]] = defaultdict(list)
    for (
        order,
        id,
        kind,
        amount,
        at_ms,
        ref,
        intent,
        device,
        terminal,
        brand,
    ) in session.execute(
        select(
            TenderRow.order,
            TenderRow.id,
            TenderRow.kind,
            TenderRow.amount,
            TenderRow.at_ms,
            TenderRow.ref,
            PaymentRow.intent,
            PaymentRow.device,
            PaymentRow.terminal,
            PaymentRow.brand,
        )
        .outerjoin(PaymentRow, PaymentRow.intent == TenderRow.intent)
        .where(TenderRow.order.in_(orders), TenderRow.amount > 0)
        .order_by(TenderRow.order, TenderRow.at_ms, TenderRow.id)
    ):
        back = min(amount, int(returned.get(id, 0)))
        tender = rule.Tender(
            id, kind, amount, _day(at_ms), means.cards.of(brand or ""), refunded=back
        )
        itself = intent and by_itself(means, device=device, terminal=terminal)
        found[order].append(_Paid(tender, ref, intent if itself else ""))
    return found


def _day(at_ms: int) -> date:
    return datetime.fromtimestamp(at_ms / 1000, UTC).date()
