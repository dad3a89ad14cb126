"""Find orders, newest first, by number, code, name, seat or ticket.

Which orders fit is asked first, of indexes where that can be, and of a page of them the
rest: a house may have a hundred thousand. Who sits in a seat is asked of coming evenings
first; seat_search knows.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Boolean, ColumnElement, Select, func, literal_column, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from boxoffice import ids, will_call
from ledger import pickups, seat_search
from ledger.sorting import Sorting
from ledger.tables.catalogue import PerformanceRow, ProductionRow
from ledger.tables.devices import DeviceRow
from ledger.tables.orders import OrderRow, PatronRow, PickupRow, TicketRow

PAGE = 20
STATES = {
    "due": "state <> 'cancelled' AND paid < charge",
    "cancelled": "state = 'cancelled'",
}
USUAL = Sorting("made", down=True)
Found = TypeVar("Found", Select[str], Select[str, int])
# So many orders a search finds; more are not turned over one by one.
MOST_FOUND = 1_000
# So much of the end of a ticket's id stands on its paper, at least.
_TICKET = re.compile("[0-9a-f-]{8,}")


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
class Only:
    """Which orders are wanted besides what is typed. state: of STATES; blank, any.

    performance: with a ticket for it; blank, any. sorting: by made or name.
    """

    state: str = ""
    performance: str = ""
    sorting: Sorting = USUAL

    @property
    def narrow(self) -> bool:
        """Whether some orders are left out."""
        return bool(self.state or self.performance)

    def where(self) -> list[ColumnElement[bool]]:
        """Say it in SQL, as the indexes have it."""
        found: list[ColumnElement[bool]] = []
        if self.state in STATES:
            found.append(literal_column(STATES[self.state], Boolean))
        if self.performance:
            there = select(TicketRow.order).where(TicketRow.performance == self.performance)
            found.append(OrderRow.id.in_(there))
        return found


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


def find(
    session: Session,
    wanted: str = "",
    page: int = 0,
    *,
    now_ms: int,
    only: Only = Only(),
) -> Page:
    """Give a page of the orders that fit, or of all. now_ms: Unix time.

    Orders of a seat come first: tonight's, the next evening's, then those gone by.
    Of a search the newest MOST_FOUND are found; whoever wants others says more.
    """
    words = wanted.strip()
    if session.get(OrderRow, ids.clean_code(words)) is not None:
        # A whole number means that order; it is what clerks type all day.
        return Page(_lines(session, [ids.clean_code(words)]), 1, 0)
    if not words:
        fitting = select(func.count()).select_from(OrderRow).where(*only.where())
        count = session.scalar(fitting) or 0
        shown_ids = _sorted(select(OrderRow.id).where(*only.where()), only)
        here = session.scalars(shown_ids.limit(PAGE).offset(page * PAGE)).all()
        return Page(_lines(session, here), count, page)
    fit = fitting_words(session, words, now_ms=now_ms, only=only)
    kept = fit[:MOST_FOUND]
    if only.sorting != USUAL:
        some = select(OrderRow.id).where(OrderRow.id.in_(kept))
        kept = list(session.scalars(_sorted(some, only)))
    shown = kept[page * PAGE : (page + 1) * PAGE]
    return Page(_lines(session, shown), len(kept), page, len(fit) > MOST_FOUND)


def fitting_words(
    session: Session, words: str, *, now_ms: int, only: Only
) -> Sequence[str]:
    """Give the ids of the orders that words mean: a seat's first, then the newest."""
    found: dict[str, int] = {}
    seated = seat_search.orders(session, words, now_ms=now_ms, most=MOST_FOUND + 1)
    if seated and only.narrow:
        some = select(OrderRow.id).where(OrderRow.id.in_(seated), *only.where())
        left = set(session.scalars(some))
        seated = [id for id in seated if id in left]
    # What calls a seat is nobody's name, and names take longest.
    for way in _ways(session, words, names=not seated):
        # Each way is asked for its newest alone: a name may have thousands.
        newest = _newest(way.where(*only.where())).limit(MOST_FOUND + 1)
        found.update(session.execute(newest).all())
    newest_first = sorted(found, key=lambda id: (found[id], id), reverse=True)
    return list(dict.fromkeys((*seated, *newest_first)))


def _sorted(found: Select[str], only: Only) -> Select[str]:
    keys = only.sorting.keys
    if only.sorting.by == "name":
        named = found.outerjoin(PatronRow, PatronRow.id == OrderRow.patron)
        return named.order_by(*keys(func.lower(PatronRow.name), OrderRow.id))
    # As the index has it, or read backwards.
    return found.order_by(*keys(OrderRow.made_ms, OrderRow.id))


def _newest(found: Found) -> Found:
    return found.order_by(*USUAL.keys(OrderRow.made_ms, OrderRow.id))


def _ways(session: Session, words: str, *, names: bool) -> Iterator[Select[str, int]]:
    """Give what words may mean besides a seat: an order number, a name, a ticket."""
    order = select(OrderRow.id, OrderRow.made_ms)
    if code := ids.clean_code(words):
        yield order.where(_begins(session, OrderRow.number, code))
        # The code on a screen that owes tickets; only its hash is kept.
        owed = select(PickupRow.order).where(PickupRow.hash == pickups.hash_of(code))
        yield order.where(OrderRow.id.in_(owed))
    if names:
        yield order.where(OrderRow.patron.in_(_named(words)))
    if _TICKET.fullmatch(words.lower()):
        ends = TicketRow.id.endswith(words.lower(), autoescape=True)
        yield order.where(OrderRow.id.in_(select(TicketRow.order).where(ends)))


def _named(words: str) -> Select[str]:
    spelt = [
        func.lower(PatronRow.name).contains(words.lower(), autoescape=True),
        *(PatronRow.folded.contains(f) for f in will_call.foldings(words) if f),
    ]
    return select(PatronRow.id).where(or_(*spelt))


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
    ).all()  # fmt: skip
    place = {id: number for number, id in enumerate(shown)}
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
        for order, patron, title, starts_ms, n, device in sorted(
            rows, key=lambda row: place[row[0].id]
        )
    ]
