"""What one press does to settle a discrepancy: seats, money and paper, then the decision.

Everything happens in one transaction with the settling itself, in the name of whoever
pressed. Source: sync.md §8.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import ids, journal
from boxoffice.money import Money
from boxoffice.refusals import Code
from ledger import (
    bank_refunds,
    discrepancies,
    double_charges,
    notices,
    recovery,
    refunds,
    reseats,
    takings,
    terminal_evidence,
)
from ledger import journal as book
from ledger.clock import Means
from ledger.refused import Refused
from ledger.tables.devices import DeviceRow
from ledger.tables.discrepancies import DiscrepancyRow
from ledger.tables.money import PaymentRow
from ledger.tables.orders import OrderRow, TicketRow

Facts = Mapping[str, Any]
# What a press may do, by kind; the first is usually right.
REMEDIES: Mapping[str, tuple[str, ...]] = {
    "seat_conflict": ("reseat", "refund", "keep"),
    "allotment_broken": ("note",),
    "admitted_twice": ("note",),
    "admitted_void": ("note",),
    "sale_unseen": ("book", "note"),
    "payment_unknown": ("not_taken", "taken", "device_lost"),
    "charge_without_sale": ("returned", "note"),
    "sale_without_charge": ("collect", "waive"),
    "money_mismatch": ("settle_difference", "note"),
    "price_differs": ("note",),
    "late_sale": ("note",),
    "ticket_owed": ("in_hand", "reissue"),
    "printed_twice": ("reissue", "note"),
    "log_forked": ("note",),
    "log_lost": ("note",),
    "ledger_restored": ("strike_off",),
    "event_unreadable": ("note",),
    "cash_differs": ("book_difference",),
    "paper_unmatched": ("note",),
    "refund_refused": ("by_transfer", "paid_back"),
    "transfer_owed": ("transferred", "paid_back"),
    "charged_twice": ("give_back", "note"),
}
# Nobody can propose what only the terminal knows.
UNDECIDED = frozenset({"payment_unknown"})
MONEY = frozenset(
    {"refund", "give_back", "returned", "collect", "waive", "settle_difference"}
)


def usual(row: DiscrepancyRow) -> str:
    """Name the remedy that is proposed."""
    proposal = json.loads(row.proposal) if row.proposal else {}
    wanted = str(proposal.get("do", ""))
    return wanted if wanted in REMEDIES[row.kind] else REMEDIES[row.kind][0]


def apply(
    session: Session, means: Means, id: str, *, remedy: str, staff: str, reason: str
) -> Refused | None:
    """Settle a discrepancy by one of its remedies.

    What a device has to do first leaves it open until the device has.
    Refuses REASON_NEEDED, and PLAN_STALE when somebody settled it meanwhile or the facts
    no longer allow this. Raises NoResultFound.
    """
    if not reason.strip():
        return Refused(Code.REASON_NEEDED)
    row = session.get_one(DiscrepancyRow, id, with_for_update=True)
    if row.state == "settled" or remedy not in REMEDIES[row.kind]:
        return Refused(Code.PLAN_STALE)
    if remedy in terminal_evidence.DECISIONS and terminal_evidence.tell(
        session, means, row, remedy=remedy, staff=staff, reason=reason
    ):
        return None
    deed = _DEEDS.get(remedy)
    if deed and not deed(session, means, row, json.loads(row.facts), staff):
        return Refused(Code.PLAN_STALE)
    if row.kind == "seat_conflict" and remedy != "reseat":
        reseats.drop(session, means, _mover(row, json.loads(row.facts)))
    return discrepancies.settle(session, means, id, staff=staff, how=remedy, reason=reason)


def _mover(row: DiscrepancyRow, facts: Facts) -> str:
    proposal = json.loads(row.proposal) if row.proposal else {}
    return str(proposal.get("ticket") or facts.get("moves") or facts["ticket"])


def _reseat(
    session: Session, means: Means, row: DiscrepancyRow, facts: Facts, _: str
) -> bool:
    """Give the seat that is kept; where none is, the best that is free."""
    mover = _mover(row, facts)
    found = reseats.propose(
        session, means, performance=facts["performance"], seat=facts["seat"], ticket=mover
    )
    ticket = session.get(TicketRow, mover)
    if found is None or ticket is None or ticket.status != "active":
        return False
    return reseats.give(session, means, mover, why="reseated") is not None


def _refund(
    session: Session, means: Means, row: DiscrepancyRow, facts: Facts, _: str
) -> bool:
    ticket = session.get(TicketRow, _mover(row, facts))
    order = _order(session, ticket.order if ticket else None)
    if ticket is None or order is None or ticket.status != "active":
        return False
    refunds.give_back(session, means, order, tickets=[ticket.id], include_fees=True)
    return True


def _book(session: Session, means: Means, row: DiscrepancyRow, _: Facts, __: str) -> bool:
    """A lost device's sale that only its ticket tells of becomes an order with a number.

    What the guest paid is not known, so charge and payment stay 0 until the log says more.
    """
    ticket = session.get(TicketRow, row.subject)
    order = _order(session, ticket.order if ticket else None)
    if ticket is None or order is None:
        return False
    order.number = order.number or ids.order_number(means.chance)
    order.state = "confirmed"
    return True


def _payment(session: Session, row: DiscrepancyRow) -> PaymentRow | None:
    return session.get(PaymentRow, row.subject, with_for_update=True)


def _not_taken(
    session: Session, means: Means, row: DiscrepancyRow, _: Facts, __: str
) -> bool:
    payment = _payment(session, row)
    if payment is None or payment.state not in {"unknown", "started"}:
        return False
    payment.state, payment.why = "declined", "staff looked it up at the terminal"
    payment.changed_ms = means.now_ms
    return True


def _taken(
    session: Session, means: Means, row: DiscrepancyRow, facts: Facts, _: str
) -> bool:
    """The terminal's record shows the charge, and the device is lost: it has to go back."""
    payment = _payment(session, row)
    if payment is None or payment.state not in {"unknown", "started"}:
        return False
    payment.state, payment.changed_ms = "approved", means.now_ms
    moved = payment.amount - payment.booked
    payment.booked += moved
    _post(session, means, payment, journal.payment, moved, "approved without a sale")
    discrepancies.note(
        session,
        means,
        "charge_without_sale",
        payment.intent,
        facts={
            "order": payment.order,
            "amount": payment.amount,
            "device": facts.get("device"),
        },
    )
    return True


def _returned(
    session: Session, means: Means, row: DiscrepancyRow, _: Facts, __: str
) -> bool:
    """Staff gave the money back at the terminal."""
    payment = _payment(session, row)
    if payment is None or payment.state != "approved":
        return False
    moved, payment.booked = payment.booked, 0
    payment.state, payment.changed_ms = "refunded", means.now_ms
    _post(session, means, payment, journal.payout, moved, "reversal")
    return True


def _post(
    session: Session,
    means: Means,
    payment: PaymentRow,
    lines: Callable[[str, Money], tuple[journal.Line, ...]],
    amount: int,
    why: str,
) -> None:
    if amount > 0:
        book.post(
            session,
            means.new_id(),
            lines(payment.kind, Money(amount, payment.currency)),
            why=why,
            order=payment.order,
            now_ms=means.now_ms,
        )


def _unpaid(session: Session, means: Means, facts: Facts) -> tuple[OrderRow, int] | None:
    """The charge never came: take the payment off the order again."""
    order = _order(session, facts.get("order"))
    if order is None:
        return None
    amount = int(facts.get("amount") or 0)
    if amount:
        takings.move(session, means, order, kind="card", amount=-amount, ref="not charged")
        takings.reach(session, means, order)
    return order, amount


def _collect(
    session: Session, means: Means, _: DiscrepancyRow, facts: Facts, __: str
) -> bool:
    """The order is due again; its page takes the money."""
    return _unpaid(session, means, facts) is not None


def _waive(
    session: Session, means: Means, _: DiscrepancyRow, facts: Facts, __: str
) -> bool:
    """The theatre bears it: the order costs that much less."""
    found = _unpaid(session, means, facts)
    if found is None:
        return False
    order, amount = found
    takings.charge(session, means, order, charged=-amount, net=-amount, why="waived")
    return True


def _settle_difference(
    session: Session, means: Means, row: DiscrepancyRow, _: Facts, __: str
) -> bool:
    """Too much paid goes back in cash; too little is let go."""
    order = _order(session, row.subject)
    if order is None:
        return False
    more = order.paid - order.charge
    if more > 0:
        takings.move(
            session, means, order, kind="cash", amount=-more, ref="overpaid", office=True
        )
    elif more < 0:
        takings.charge(session, means, order, charged=more, net=more, why="waived")
    takings.reach(session, means, order)
    return True


def _in_hand(
    session: Session, means: Means, row: DiscrepancyRow, __: Facts, ___: str
) -> bool:
    ticket = session.get(TicketRow, row.subject, with_for_update=True)
    if ticket is None:
        return False
    ticket.print_state, ticket.delivered = "delivered", "hand"
    session.flush()
    notices.ticket(session, ticket.performance, ticket.id, means.now_ms)
    return True


def _reissue(
    session: Session, means: Means, row: DiscrepancyRow, __: Facts, ___: str
) -> bool:
    ticket = session.get(TicketRow, row.subject, with_for_update=True)
    if ticket is None or ticket.status != "active":
        return False
    reseats.send_out(session, means, ticket, why="reissued")
    return True


def _strike_off(
    session: Session, means: Means, _: DiscrepancyRow, __: Facts, staff: str
) -> bool:
    """Nobody waits any longer for devices that have not told what they know."""
    waiting = recovery.missing(session)
    for device in session.scalars(select(DeviceRow).where(DeviceRow.name.in_(waiting))):
        why = "struck off to open selling"
        recovery.strike_off(session, means, device.id, staff=staff, reason=why)
    return True


def _book_difference(
    session: Session, means: Means, _: DiscrepancyRow, facts: Facts, __: str
) -> bool:
    currency = str(facts.get("currency") or "EUR")
    lines = journal.difference(
        "cash",
        counted=Money(int(facts["counted"]), currency),
        expected=Money(int(facts["expected"]), currency),
    )
    book.post(session, means.new_id(), lines, why="over or short", now_ms=means.now_ms)
    return True


def _give_back(
    session: Session, means: Means, _: DiscrepancyRow, facts: Facts, staff: str
) -> bool:
    """The second charge goes back as it came."""
    order = _order(session, facts["order"])
    return order is not None and double_charges.give_back(session, means, order, by=staff)


def _order(session: Session, id: Any) -> OrderRow | None:
    return session.get(OrderRow, id, with_for_update=True) if id else None


def _by_transfer(
    session: Session, means: Means, row: DiscrepancyRow, facts: Facts, _: str
) -> bool:
    """The card takes nothing back: the patron is asked for an account. Source: BNK1."""
    order = _order(session, facts.get("order"))
    if order is None:
        return False
    bank_refunds.request(
        session, means, tender=row.subject, order=order, amount=int(facts["amount"])
    )
    return True


def _transferred(
    session: Session, means: Means, row: DiscrepancyRow, _: Facts, __: str
) -> bool:
    return bank_refunds.paid(session, means, row.subject, other=False)


def _paid_back(
    session: Session, means: Means, row: DiscrepancyRow, _: Facts, __: str
) -> bool:
    return bank_refunds.paid(session, means, row.subject, other=True)


Deed = Callable[[Session, Means, DiscrepancyRow, Facts, str], bool]
_DEEDS: Mapping[str, Deed] = {
    "reseat": _reseat,
    "refund": _refund,
    "book": _book,
    "not_taken": _not_taken,
    "taken": _taken,
    "device_lost": _taken,
    "returned": _returned,
    "collect": _collect,
    "waive": _waive,
    "settle_difference": _settle_difference,
    "in_hand": _in_hand,
    "reissue": _reissue,
    "strike_off": _strike_off,
    "book_difference": _book_difference,
    "give_back": _give_back,
    "by_transfer": _by_transfer,
    "transferred": _transferred,
    "paid_back": _paid_back,
}
