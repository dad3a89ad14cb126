"""What guests of a cancelled performance choose by their link: another evening, their
money, a gift card, or to donate it.

The house says which of these it offers. A choice is one order's, for its live tickets
of that performance, and is done exactly as it was shown. Source: REP1, CAN1, lobby.md §8.
"""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import exchanges
from boxoffice.exchanges import Chain, Value
from boxoffice.refusals import Code
from ledger import (
    audit,
    desk_money,
    exchange_seats,
    halls,
    move_plans,
    on_sale,
    order_changes,
    outbox,
    pickups,
    previews,
    reassigning,
    refunds,
    takings,
    voucher_balances,
)
from ledger.clock import Means
from ledger.move_plans import Plan
from ledger.previews import Preview
from ledger.refused import Refused
from ledger.tables.catalogue import PerformanceRow
from ledger.tables.orders import OrderRow, PatronRow, TicketRow
from ledger.tables.self_service import PatronChoiceRow

REFUND, CREDIT, DONATE, EXCHANGE = "refund", "credit", "donate", "exchange"
LETTER = "credit"
REASON = "chosen by the patron's link"


@dataclass(frozen=True)
class Offer:
    """What a house offers instead of a cancelled performance."""

    refund: bool
    credit: bool
    donate: bool
    fees: bool
    replacements: tuple[str, ...]

    @property
    def any(self) -> bool:
        return self.refund or self.credit or self.donate or bool(self.replacements)


@dataclass(frozen=True)
class Choice:
    """One thing that an order may choose, and what it does.

    tickets: those it is about. seats: of these, or the new ones of an exchange. to, plan:
    of an exchange. back: of money that goes back, minor units: what goes where.
    token: names all of it.
    """

    kind: str
    tickets: tuple[str, ...]
    seats: tuple[str, ...]
    amount: int
    to: str = ""
    plan: Plan | None = None
    back: Preview | None = None

    @property
    def id(self) -> str:
        return f"{self.kind}-{self.to}" if self.to else self.kind

    @property
    def token(self) -> str:
        plan = self.plan.token if self.plan else ""
        said = json.dumps(
            [self.id, self.tickets, self.seats, self.amount, plan, str(self.back)]
        )
        return hashlib.sha256(said.encode()).hexdigest()[:20]


def offered(session: Session, performance: str) -> Offer | None:
    """Give what is offered for a performance; None: nothing."""
    row = session.get(PatronChoiceRow, performance)
    if row is None:
        return None
    to = tuple(json.loads(row.replacements))
    offer = Offer(row.refund, row.credit, row.donate, row.fees, to)
    return offer if offer.any else None


def offer(
    session: Session, means: Means, performance: str, wanted: Offer, *, by: str
) -> None:
    """Say what guests of a performance may choose from now on."""
    row = session.get(PatronChoiceRow, performance, with_for_update=True)
    if row is None:
        row = PatronChoiceRow(performance=performance)
        session.add(row)
    row.refund, row.credit, row.donate = wanted.refund, wanted.credit, wanted.donate
    row.fees, row.replacements = wanted.fees, json.dumps(wanted.replacements)
    session.flush()
    facts = {"replacements": list(wanted.replacements)}
    audit.note(
        session,
        means,
        staff=by,
        action="offer_choices",
        subject=performance,
        facts=facts,
    )


def waiting(session: Session, order: OrderRow) -> list[str]:
    """Give the cancelled performances about which an order may choose."""
    if order.state != "confirmed" or order.paid < order.charge:
        return []
    found = session.scalars(
        select(TicketRow.performance)
        .join(PerformanceRow, PerformanceRow.id == TicketRow.performance)
        .where(
            TicketRow.order == order.id,
            TicketRow.status == "active",
            PerformanceRow.cancelled_ms.is_not(None),
        )
        .distinct()
    )
    return sorted(one for one in found if offered(session, one))


def of(
    session: Session,
    means: Means,
    order: OrderRow,
    performance: str,
    *,
    only: Collection[str] = (),
    seats: Sequence[str] = (),
) -> list[Choice]:
    """Give all that an order may choose about a performance, each with what it does.

    only: the tickets that are meant; empty, all. seats: of a replacement, as the patron
    chose them; empty, the best.
    """
    said = offered(session, performance)
    if said is None or performance not in waiting(session, order):
        return []
    tickets = move_plans.live(session, [order.id], performance, only)
    if not tickets:
        return []
    ids, here = tuple(t.id for t in tickets), tuple(t.seat for t in tickets)
    found = []
    for to in said.replacements:
        one = _exchange(session, means, order, performance, to, tickets, seats)
        if one is not None:
            found.append(one)
    back = refunds.by_itself(
        previews.of(session, means, order.id, tickets=ids, include_fees=said.fees)
    )
    worth = back.total - back.unfunded
    if said.refund:
        found.append(Choice(REFUND, ids, here, worth, back=back))
    if worth > 0 and said.credit and _reader(session, order)[0]:
        found.append(Choice(CREDIT, ids, here, worth, back=back))
    if worth > 0 and said.donate:
        found.append(Choice(DONATE, ids, here, worth, back=back))
    return found


def choose(
    session: Session,
    means: Means,
    order_id: str,
    performance: str,
    id: str,
    token: str,
    *,
    only: Collection[str] = (),
    seats: Sequence[str] = (),
) -> Choice | Refused:
    """Do one of them, exactly as it was shown. Refuses PLAN_STALE."""
    order = session.get_one(
        OrderRow, order_id, with_for_update=True, populate_existing=True
    )
    found = of(session, means, order, performance, only=only, seats=seats)
    chosen = next((one for one in found if one.id == id), None)
    if chosen is None or chosen.token != token:
        return Refused(Code.PLAN_STALE)
    if chosen.kind == EXCHANGE:
        assert chosen.plan is not None
        refused = reassigning.apply(
            session,
            means,
            [order],
            chosen.plan,
            money=reassigning.WAIVE,
            reason=REASON,
            by=audit.PATRON,
        )
        return refused or chosen
    assert chosen.back is not None
    fees = session.get_one(PatronChoiceRow, performance).fees
    if chosen.kind == REFUND:
        order_changes.refund(
            session,
            means,
            order,
            tickets=chosen.back.tickets,
            include_fees=fees,
            refs={},
            reason=REASON,
            by=audit.PATRON,
            at_desk=False,
        )
        return chosen
    rows = move_plans.live(session, [order.id], performance, chosen.back.tickets)
    refunds.uncharge(session, means, order, chosen.back.tickets, include_fees=fees)
    if chosen.kind == CREDIT:
        _credit(session, means, order, chosen)
    else:
        desk_money.donate(session, means, order, chosen.amount)
    refunds.void(session, means, rows, status="refunded")
    takings.reach(session, means, order)
    audit.note(
        session,
        means,
        staff=audit.PATRON,
        action=f"choose_{chosen.kind}",
        subject=order.id,
        facts={"amount": chosen.amount, "tickets": list(chosen.back.tickets)},
    )
    return chosen


def _exchange(
    session: Session,
    means: Means,
    order: OrderRow,
    performance: str,
    to: str,
    tickets: Sequence[TicketRow],
    wanted: Sequence[str],
) -> Choice | None:
    """Find the seats of a replacement: those wanted, else the best.

    None where there are none, they cannot be had, or it is over.
    """
    there = session.get(PerformanceRow, to)
    if there is None or there.cancelled_ms is not None or there.starts_ms <= means.now_ms:
        return None
    value = sum(ticket.price for ticket in tickets)
    fees = sum(ticket.fee_outside for ticket in tickets)
    chain = Chain(Value(performance, value, fees))
    said = offered(session, performance)
    offers = {performance: said.replacements if said else ()}
    if isinstance(exchanges.exchange(chain, to, offers), Code):
        return None
    levels = [ticket.level for ticket in tickets]
    seats = on_sale.best_seats(session, to, len(tickets), levels)
    if wanted and there.kind != halls.GENERAL and set(wanted) != set(seats):
        seats = exchange_seats.fitted(session, to, tickets, wanted)
    if not seats:
        return None
    ids = tuple(ticket.id for ticket in tickets)
    plan = move_plans.plan(
        session, [order.id], performance=performance, to=to, seats=seats, only=ids
    )
    if isinstance(plan, Refused):
        return None
    return Choice(EXCHANGE, ids, seats, value + fees, to=to, plan=plan)


def _credit(session: Session, means: Means, order: OrderRow, chosen: Choice) -> None:
    """Book what was paid onto a new gift card, and mail its code, which nobody keeps."""
    assert chosen.back is not None
    code = voucher_balances.issue(
        session,
        means,
        kind="gift_card",
        currency=order.currency,
        amount=chosen.amount,
    )
    for back in chosen.back.back:
        takings.move(
            session,
            means,
            order,
            kind="gift_card",
            amount=-back.amount,
            ref=pickups.hash_of(code),
            refunds=back.tender,
        )
    to, language = _reader(session, order)
    facts = {"code": code, "amount": chosen.amount, "language": language}
    outbox.add(session, means, to=to, kind=LETTER, order=order.id, facts=facts)


def _reader(session: Session, order: OrderRow) -> tuple[str, str]:
    """Give whom to write to about an order, and in which language."""
    patron = session.get(PatronRow, order.patron) if order.patron else None
    return (patron.email, patron.language) if patron else ("", "en")
