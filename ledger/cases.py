"""A discrepancy as staff read it: whose facts meet, and where to look further."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import ids
from ledger import doubts, evenings, remedies, reseats
from ledger.tables.catalogue import PerformanceRow, ProductionRow
from ledger.tables.devices import DeviceRow
from ledger.tables.discrepancies import DiscrepancyRow
from ledger.tables.doors import MovementRow
from ledger.tables.house import StaffRow
from ledger.tables.money import PaymentRow
from ledger.tables.orders import OrderRow, PatronRow, TicketRow


@dataclass(frozen=True)
class Evening:
    """Which performance it is about."""

    id: str
    title: str
    starts_ms: int


@dataclass(frozen=True)
class Side:
    """What one party brings: a ticket and its order, as far as they are known.

    admitted_ms, door: of the first live admission. keeps: the rule leaves it the seat.
    """

    ticket: str
    order: str
    number: str
    patron: str
    sold_by: str
    made_ms: int
    paid: int
    currency: str
    seated: bool
    admitted_ms: int | None
    door: str
    keeps: bool


@dataclass(frozen=True)
class Case:
    """A discrepancy with its two sides. place: the seat in words. proposed: another one."""

    id: str
    kind: str
    subject: str
    facts: Mapping[str, Any]
    noted_ms: int
    evening: Evening | None
    place: str
    sides: Sequence[Side]
    device: str
    order: str
    number: str
    amount: int | None
    currency: str
    proposed: str
    usual: str
    others: Sequence[str]
    settled_ms: int | None
    settled_by: str
    settled_how: str
    settled_why: str


def in_doubt(session: Session, typed: str) -> str | None:
    """Give the open case of a payment by what its guest's slip says, typed or scanned."""
    found = doubts.case(session, typed, settled=False)
    return found.id if found is not None else None


def read(session: Session, row: DiscrepancyRow) -> Case:
    """Gather what is known about one discrepancy."""
    facts = json.loads(row.facts)
    performance = facts.get("performance")
    ticket = session.get(TicketRow, facts.get("ticket") or row.subject)
    if ticket is not None:
        performance = performance or ticket.performance
    order = session.get(
        OrderRow, facts.get("order") or (ticket.order if ticket else row.subject)
    )
    payment = session.get(PaymentRow, row.subject)
    device = facts.get("device") or (order.device if order else None)
    mover = json.loads(row.proposal)["ticket"] if row.proposal else None
    kept = reseats.proposed(session, mover) if mover else None
    usual = remedies.usual(row)
    return Case(
        id=row.id,
        kind=row.kind,
        subject=row.subject,
        facts=facts,
        noted_ms=row.noted_ms,
        evening=_evening(session, performance),
        place=_place(session, performance, facts.get("seat") or ""),
        sides=_sides(session, row.kind, facts, ticket),
        device=_device(session, device or row.subject),
        order=order.id if order else "",
        number=ids.shown(order.number) if order and order.number else "",
        amount=facts.get("amount") if payment or "amount" in facts else None,
        currency=order.currency if order else payment.currency if payment else "EUR",
        proposed=_place(session, performance, kept) if kept else "",
        usual=usual,
        others=[one for one in remedies.REMEDIES[row.kind] if one != usual],
        settled_ms=row.settled_ms,
        settled_by=_name(session, row.settled_by),
        settled_how=row.settled_how or "",
        settled_why=row.settled_why or "",
    )


def _sides(
    session: Session, kind: str, facts: Mapping[str, Any], ticket: TicketRow | None
) -> list[Side]:
    if kind == "seat_conflict":
        wanted = [facts.get("other"), facts.get("ticket")]
        found = [session.get(TicketRow, id) for id in wanted if id]
        return [_side(session, one, facts.get("keeps")) for one in found if one]
    return [_side(session, ticket, None)] if ticket else []


def _side(session: Session, ticket: TicketRow, keeps: str | None) -> Side:
    order = session.get_one(OrderRow, ticket.order)
    patron = session.get(PatronRow, order.patron) if order.patron else None
    went_in = session.execute(
        select(MovementRow.at_ms, MovementRow.door)
        .where(
            MovementRow.ticket == ticket.id,
            MovementRow.kind == "admission",
            MovementRow.undone.is_(None),
        )
        .order_by(MovementRow.at_ms)
    ).first()
    return Side(
        ticket=ticket.id.replace("-", "")[-8:].upper(),
        order=order.id,
        number=ids.shown(order.number) if order.number else "",
        patron=patron.name if patron else "",
        sold_by=_device(session, order.device) if order.device else order.seller,
        made_ms=ticket.made_ms,
        paid=ticket.paid + (ticket.fee_outside if ticket.paid else 0),
        currency=order.currency,
        seated=ticket.seated,
        admitted_ms=went_in.at_ms if went_in else None,
        door=went_in.door if went_in else "",
        keeps=keeps == ticket.id,
    )


def _evening(session: Session, performance: str | None) -> Evening | None:
    found = session.execute(
        select(PerformanceRow.id, ProductionRow.title, PerformanceRow.starts_ms)
        .join(ProductionRow, ProductionRow.id == PerformanceRow.production)
        .where(PerformanceRow.id == performance)
    ).one_or_none()
    return Evening(found.id, found.title, found.starts_ms) if found else None


def _place(session: Session, performance: str | None, seat: str) -> str:
    if not seat or performance is None or session.get(PerformanceRow, performance) is None:
        return seat
    plan = evenings.plan_of(session, performance)
    return str(plan.name(seat)) if seat in plan.places else seat


def _device(session: Session, id: str) -> str:
    return session.scalar(select(DeviceRow.name).where(DeviceRow.id == id)) or ""


def _name(session: Session, staff: str | None) -> str:
    if staff is None:
        return ""
    return session.scalar(select(StaffRow.name).where(StaffRow.id == staff)) or staff
