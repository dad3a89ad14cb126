"""What stands on each seat of the staff's chart, and why.

Letter and pattern before colour; nobody has to guess what a mark means. Source: APP5,
lobby.md §7.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import applications, ids
from boxoffice.applications import Colour
from boxoffice.refusals import Code
from ledger import audit, distances, evenings, feed
from ledger.tables.devices import DeviceRow
from ledger.tables.feed import StreamHeadRow
from ledger.tables.orders import OrderRow, PatronRow, TicketRow
from ledger.tables.records import AuditRow
from ledger.tables.seats import HoldRow, SeatStateRow

# The kind of mark: its letter and its words.
KINDS = {
    "available": ("", "Available"),
    "reserved": ("R", "Reserved: box office only"),
    "held": ("H", "Held by an open order"),
    "allotted": ("T", "Allotted to a device"),
    "paid": ("P", "Sold and paid"),
    "part": ("½", "Sold, paid in part"),
    "unpaid": ("U", "Sold, not paid"),
    "buffer": ("B", "Buffer: keeps orders apart"),
    "killed": ("X", "Killed: taken out for tonight"),
}


@dataclass(frozen=True)
class Mark:
    """One seat and its kind of mark."""

    seat: str
    kind: str

    @property
    def letter(self) -> str:
        return KINDS[self.kind][0]


@dataclass(frozen=True)
class Why:
    """All there is to say of one seat. Amounts in minor units; moments in ms.

    beside: the orders that a buffer seat keeps apart from others: id and number; a hold or
    a device has no id.
    """

    seat: str
    name: str
    kind: str
    level: str
    order: str
    number: str
    patron: str
    ticket: str
    paid: int
    price: int
    missing: int
    reason: Code | None
    light_blue: bool
    hold: str
    until_ms: int | None
    held_by: str
    device: str
    sell_by_ms: int | None
    prior: str
    prices: Sequence[tuple[str, int]]
    currency: str
    last: Sequence[tuple[int, str, str]]
    beside: Sequence[tuple[str, str]] = ()


def read(session: Session, performance: str) -> list[Mark]:
    """Give the mark of every seat, in chart order."""
    rows = session.execute(
        select(SeatStateRow.seat, SeatStateRow.state, TicketRow.price, TicketRow.paid)
        .outerjoin(TicketRow, TicketRow.id == SeatStateRow.ticket)
        .where(SeatStateRow.performance == performance)
        .order_by(SeatStateRow.number)
    ).all()
    buffers = distances.whose(session, performance)
    return [
        Mark(seat, "buffer" if seat in buffers else _kind(state, price, paid))
        for seat, state, price, paid in rows
    ]


def position(session: Session, performance: str) -> int:
    """Say how far the performance's stream is: marks change only with it."""
    stream = feed.performance(performance)
    found = session.scalar(select(StreamHeadRow.pos).where(StreamHeadRow.stream == stream))
    return found or 0


def counts(marks: Sequence[Mark]) -> Counter[str]:
    """Count seats by kind of mark."""
    return Counter(mark.kind for mark in marks)


def _kind(state: str, price: int | None, paid: int | None) -> str:
    if state != "sold":
        return state
    if applications.colour(price or 0, paid or 0).colour is Colour.PINK:
        return "paid"
    return "part" if paid else "unpaid"


def why(session: Session, performance: str, seat: str) -> Why | None:
    """Explain one seat; None where there is no such seat."""
    row = session.get(SeatStateRow, (performance, seat))
    if row is None:
        return None
    evening = evenings.read(session, performance)
    ticket = session.get(TicketRow, row.ticket) if row.ticket else None
    order = session.get(OrderRow, ticket.order) if ticket else None
    patron = session.get(PatronRow, order.patron) if order and order.patron else None
    hold = session.get(HoldRow, row.hold) if row.hold else None
    shade = applications.colour(ticket.price, ticket.paid) if ticket else None
    level = evening.plan.level_of(seat)
    listed = next(
        (one for one in evening.prices.levels if one.id == level),
        evening.prices.levels[0] if evening.prices.levels else None,
    )
    kind = _kind(row.state, ticket.price if ticket else 0, ticket.paid if ticket else 0)
    beside = distances.whose(session, performance).get(seat, ())
    return Why(
        seat=seat,
        name=str(evening.plan.name(seat)),
        kind="buffer" if beside else kind,
        level=listed.name if listed else "",
        order=order.id if order else "",
        number=ids.shown(order.number) if order and order.number else "",
        patron=patron.name if patron else "",
        ticket=ticket.id if ticket else "",
        paid=ticket.paid if ticket else 0,
        price=ticket.price if ticket else 0,
        missing=shade.missing if shade else 0,
        reason=shade.reason if shade else None,
        light_blue=shade is not None and shade.colour is Colour.LIGHT_BLUE,
        hold=row.hold or "",
        until_ms=hold.expires_ms if hold else None,
        held_by=hold.seller if hold else "",
        device=_device(session, row.device or (hold.seller if hold else None)),
        sell_by_ms=row.sell_by_ms,
        prior=row.prior or "",
        prices=[
            (kind.name, listed.prices[kind.id])
            for kind in evening.prices.types
            if listed and kind.id in listed.prices
        ],
        currency=evening.prices.currency,
        last=_last(session, f"{performance}/{seat}"),
        beside=_named(session, beside),
    )


def _named(session: Session, orders: Sequence[str]) -> list[tuple[str, str]]:
    """Give the orders with their numbers; what is not an order yet, in words."""
    numbers = dict(
        session.execute(
            select(OrderRow.id, OrderRow.number).where(OrderRow.id.in_(orders))
        ).all()
    )
    found = []
    for id in orders:
        if id in numbers:
            found.append((id, ids.shown(numbers[id]) if numbers[id] else id))
        elif id.startswith("device "):
            found.append(("", _device(session, id.removeprefix("device ")) or "a device"))
        else:
            found.append(("", "an order that is being made"))
    return found


def _last(session: Session, subject: str) -> list[tuple[int, str, str]]:
    rows = session.execute(
        select(AuditRow.at_ms, AuditRow.action, AuditRow.reason)
        .where(AuditRow.subject == subject)
        .order_by(*(column.desc() for column in audit.IN_ORDER))
        .limit(3)
    )
    return [(at_ms, action, reason) for at_ms, action, reason in rows]


def _device(session: Session, id: str | None) -> str:
    if id is None:
        return ""
    return session.scalar(select(DeviceRow.name).where(DeviceRow.id == id)) or ""
