"""Find orders, newest first, by number, code, name, seat or ticket.

Which orders fit is asked first, of indexes where that can be, and of a page of them the
rest: a house may have a hundred thousand.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from boxoffice import ids, will_call
from ledger import pickups
from ledger.tables.catalogue import PerformanceRow, ProductionRow
from ledger.tables.devices import DeviceRow
from ledger.tables.orders import OrderRow, PatronRow, PickupRow, TicketRow

PAGE = 20
Found = TypeVar("Found", Select[str], Select[str, int])
# So many orders a search finds; more are not turned over one by one.
MOST_FOUND = 1_000
# So much of the end of a ticket's id stands on its paper, at least.
_TICKET = re.compile("[0-9a-f-]{8,}")
# However a seat's code is typed.
_SPELT = (str.upper, str.lower, str.title)


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
    """Some of the orders that fit. count: all that fit; with more, others fit, too."""

    lines: Sequence[OrderLine]
    count: int
    page: int
    more: bool = False

    @property
    def first(self) -> int:
        return self.page * PAGE + 1 if self.lines else 0

    @property
    def last(self) -> int:
        return self.page * PAGE + len(self.lines)


def find(session: Session, wanted: str = "", page: int = 0) -> Page:
    """Give a page of the orders that fit, or of all.

    Of a search the newest MOST_FOUND are found; whoever wants others says more.
    """
    words = wanted.strip()
    if session.get(OrderRow, ids.clean_code(words)) is not None:
        # A whole number means that order; it is what clerks type all day.
        return Page(_lines(session, [ids.clean_code(words)]), 1, 0)
    if not words:
        count = session.scalar(select(func.count()).select_from(OrderRow)) or 0
        newest = _newest(select(OrderRow.id)).limit(PAGE).offset(page * PAGE)
        return Page(_lines(session, session.scalars(newest).all()), count, page)
    found: dict[str, int] = {}
    for way in _ways(session, words):
        # Each way is asked for its newest alone: a name may have thousands.
        found.update(session.execute(_newest(way).limit(MOST_FOUND + 1)).all())
    newest_first = sorted(found, key=lambda id: (found[id], id), reverse=True)
    kept = newest_first[:MOST_FOUND]
    shown = kept[page * PAGE : (page + 1) * PAGE]
    more = len(newest_first) > MOST_FOUND
    return Page(_lines(session, shown), len(kept), page, more)


def _newest(found: Found) -> Found:
    # As the index has it, read backwards.
    return found.order_by(OrderRow.made_ms.desc(), OrderRow.id.desc())


def _ways(session: Session, words: str) -> Iterator[Select[str, int]]:
    """Give what words may mean: an order number, a name, a seat, a ticket."""
    order = select(OrderRow.id, OrderRow.made_ms)
    if code := ids.clean_code(words):
        yield order.where(_begins(session, OrderRow.number, code))
        # The code on a screen that owes tickets; only its hash is kept.
        owed = select(PickupRow.order).where(PickupRow.hash == pickups.hash_of(code))
        yield order.where(OrderRow.id.in_(owed))
    names = [
        func.lower(PatronRow.name).contains(words.lower(), autoescape=True),
        *(PatronRow.folded.contains(f) for f in will_call.foldings(words) if f),
    ]
    yield order.where(OrderRow.patron.in_(select(PatronRow.id).where(or_(*names))))
    if any(character.isdecimal() for character in words):
        # Evening by evening, as the index of tickets has them.
        yield order.where(
            OrderRow.id.in_(
                select(TicketRow.order)
                .join(PerformanceRow, PerformanceRow.id == TicketRow.performance)
                .where(TicketRow.seat.in_({words, *(way(words) for way in _SPELT)}))
            )
        )
    if _TICKET.fullmatch(words.lower()):
        ends = TicketRow.id.endswith(words.lower(), autoescape=True)
        yield order.where(OrderRow.id.in_(select(TicketRow.order).where(ends)))


def _begins(
    session: Session, column: InstrumentedAttribute[str], code: str
) -> ColumnElement[bool]:
    """Say in SQL that a column begins with a code, so that its index is used."""
    if session.get_bind().dialect.name == "sqlite":
        return column.op("GLOB", is_comparison=True)(f"{code}*")
    return column.startswith(code, autoescape=True)


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
        .order_by(OrderRow.made_ms.desc(), OrderRow.id.desc())
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
