"""Find orders, newest first, by number, code, name, seat or ticket.

Which orders fit is asked first, and of a page of them the rest: a house may have a hundred
thousand.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select, union
from sqlalchemy.orm import Session

from boxoffice import ids, will_call
from ledger import pickups
from ledger.tables.catalogue import PerformanceRow, ProductionRow
from ledger.tables.devices import DeviceRow
from ledger.tables.orders import OrderRow, PatronRow, PickupRow, TicketRow

PAGE = 20
# So much of the end of a ticket's id stands on its paper.
SHORTEST_TICKET = 8


@dataclass(frozen=True)
class OrderLine:
    """One row of the list of orders. Amounts in minor units."""

    id: str
    number: str
    state: str
    patron: str
    title: str
    starts_ms: int | None
    tickets: int
    charge: int
    paid: int
    currency: str
    seller: str
    device: str | None
    made_ms: int


@dataclass(frozen=True)
class Page:
    """Some of the orders that fit. count: all that fit."""

    lines: Sequence[OrderLine]
    count: int
    page: int

    @property
    def first(self) -> int:
        return self.page * PAGE + 1 if self.lines else 0

    @property
    def last(self) -> int:
        return self.page * PAGE + len(self.lines)


def find(session: Session, wanted: str = "", page: int = 0) -> Page:
    """Give a page of the orders that fit, or of all."""
    words = wanted.strip()
    if session.get(OrderRow, ids.clean_code(words)) is not None:
        # A whole number means that order; it is what clerks type all day.
        return Page(_lines(session, [ids.clean_code(words)]), 1, 0)
    fitting = select(OrderRow.id)
    if words:
        ways = union(*_ways(words)).subquery()
        fitting = fitting.where(OrderRow.id.in_(select(ways.c.id)))
    count = session.scalar(select(func.count()).select_from(fitting.subquery())) or 0
    newest = fitting.order_by(OrderRow.made_ms.desc(), OrderRow.id)
    shown = session.scalars(newest.limit(PAGE).offset(page * PAGE)).all()
    return Page(_lines(session, shown), count, page)


def _ways(words: str) -> Iterator[Select[Any]]:
    """Give what words may mean: an order number, a name, a seat, a ticket."""
    if code := ids.clean_code(words):
        number = OrderRow.number
        yield select(OrderRow.id).where(number.startswith(code, autoescape=True))
        # The code on a screen that owes tickets; only its hash is kept.
        yield select(PickupRow.order.label("id")).where(
            PickupRow.hash == pickups.hash_of(code)
        )
    names = [
        func.lower(PatronRow.name).contains(words.lower(), autoescape=True),
        *(PatronRow.folded.contains(f) for f in will_call.foldings(words) if f),
    ]
    yield select(OrderRow.id).where(
        OrderRow.patron.in_(select(PatronRow.id).where(or_(*names)))
    )
    if any(character.isdecimal() for character in words):
        yield select(TicketRow.order.label("id")).where(
            func.lower(TicketRow.seat) == words.lower()
        )
    if len(words) >= SHORTEST_TICKET:
        yield select(TicketRow.order.label("id")).where(
            TicketRow.id.endswith(words.lower(), autoescape=True)
        )


def _lines(session: Session, shown: Sequence[str]) -> list[OrderLine]:
    tickets = (
        select(
            TicketRow.order.label("order"),
            func.count().label("n"),
            func.min(TicketRow.performance).label("performance"),
        )
        .where(TicketRow.order.in_(shown))
        .group_by(TicketRow.order)
        .subquery()
    )
    rows = session.execute(
        select(
            OrderRow, PatronRow.name, ProductionRow.title, PerformanceRow.starts_ms,
            tickets.c.n, DeviceRow.name,
        )
        .outerjoin(PatronRow, PatronRow.id == OrderRow.patron)
        .outerjoin(tickets, tickets.c.order == OrderRow.id)
        .outerjoin(PerformanceRow, PerformanceRow.id == tickets.c.performance)
        .outerjoin(ProductionRow, ProductionRow.id == PerformanceRow.production)
        .outerjoin(DeviceRow, DeviceRow.id == OrderRow.device)
        .where(OrderRow.id.in_(shown))
        .order_by(OrderRow.made_ms.desc(), OrderRow.id)
    ).all()  # fmt: skip
    return [
        OrderLine(
            id=order.id,
            number=ids.shown(order.number),
            state=order.state,
            patron=patron or "",
            title=title or "",
            starts_ms=starts_ms,
            tickets=n or 0,
            charge=order.charge,
            paid=order.paid,
            currency=order.currency,
            seller=order.seller,
            device=device,
            made_ms=order.made_ms,
        )
        for order, patron, title, starts_ms, n, device in rows
    ]
