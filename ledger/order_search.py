"""Find orders, newest first, by number, code, name, seat or ticket.

Which orders fit is asked first, of indexes where that can be, and of a page of them the
rest: a house may have a hundred thousand. Who sits in a seat is asked of coming evenings
first; seat_search knows.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
    exists,
    func,
    literal_column,
    or_,
    select,
)
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
SORTS = ("made", "name", "performance", "state", "charge", "paid")
Found = TypeVar("Found", Select[str], Select[str, int])
# So many orders a search finds; more are not turned over one by one.
MOST_FOUND = 1_000
# Tickets that are no longer counted; those of a cancelled order are, as it may come back.
GIVEN_BACK = ("refunded", "exchanged")
# So many evenings are counted by themselves: most pages that are asked for are the first.
_EVENINGS = 4
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

    performance: with a ticket for it; blank, any. sorting: by one of SORTS. until_ms: made
    until then, so that pages turn over no row twice while orders come in; 0, all.
    """

    state: str = ""
    performance: str = ""
    sorting: Sorting = USUAL
    until_ms: int = 0

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
        if self.until_ms:
            found.append(OrderRow.made_ms <= self.until_ms)
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
        here = _page(session, only.where(), only, page)
        return Page(_lines(session, here), count, page)
    fit = fitting_words(session, words, now_ms=now_ms, only=only)
    kept = fit[:MOST_FOUND]
    shown: Sequence[str] = kept[page * PAGE : (page + 1) * PAGE]
    if only.sorting != USUAL:
        shown = _page(session, [OrderRow.id.in_(kept)], only, page)
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


def _page(
    session: Session, where: Sequence[ColumnElement[bool]], only: Only, page: int
) -> Sequence[str]:
    """Give the orders of one page of a list."""
    if only.sorting.by == "performance":
        return _by_performance(session, where, only, page)
    found = _sorted(select(OrderRow.id).where(*where), only)
    return session.scalars(found.limit(PAGE).offset(page * PAGE)).all()


def _sorted(found: Select[str], only: Only) -> Select[str]:
    keys = only.sorting.keys
    match only.sorting.by:
        case "name":
            found = found.outerjoin(PatronRow, PatronRow.id == OrderRow.patron)
            first = keys(func.lower(PatronRow.name))
        case "state":
            first = keys(OrderRow.state)
        case "charge":
            first = keys(OrderRow.charge)
        case "paid":
            first = keys(OrderRow.paid)
        case _:
            # As the index has it, or read backwards.
            return found.order_by(*keys(OrderRow.made_ms, OrderRow.id))
    # Of one name or amount the newest comes first, whichever way they are sorted.
    return found.order_by(*first, *USUAL.keys(OrderRow.made_ms, OrderRow.id))


def _by_performance(
    session: Session, where: Sequence[ColumnElement[bool]], only: Only, page: int
) -> list[str]:
    """Give a page of orders by the start of the performance that they are listed with.

    How many orders each evening lists is counted, so that only the orders of a page's own
    evenings are put in order. Orders without seats come last.
    """
    starts = only.sorting.keys(PerformanceRow.starts_ms, PerformanceRow.id)
    evenings = session.scalars(select(PerformanceRow.id).order_by(*starts)).all()
    first, last = page * PAGE, (page + 1) * PAGE
    found: list[str] = []
    passed = 0
    for evening, count in _counts(session, evenings, where):
        if passed + count > first:
            skip = max(0, first - passed)
            found += session.scalars(
                _of_evening(evening, where)
                .order_by(*USUAL.keys(OrderRow.made_ms, OrderRow.id))
                .offset(skip)
                .limit(last - passed - skip)
            )
        passed += count
        if passed >= last:
            return found
    without = ~exists().where(TicketRow.order == OrderRow.id)
    rest = _newest(select(OrderRow.id).where(without, *where))
    skip = max(0, first - passed)
    return [*found, *session.scalars(rest.offset(skip).limit(PAGE - len(found)))]


def _counts(
    session: Session, evenings: Sequence[str], where: Sequence[ColumnElement[bool]]
) -> Iterator[tuple[str, int]]:
    """Give how many orders each evening lists: the first one by one, then all at once."""
    for evening in evenings[:_EVENINGS]:
        own = select(func.count()).select_from(_of_evening(evening, where).subquery())
        yield evening, session.scalar(own) or 0
    listed = (
        select(
            TicketRow.order.label("order"),
            func.min(TicketRow.performance).label("performance"),
        )
        .group_by(TicketRow.order)
        .subquery()
    )
    counts = select(listed.c.performance, func.count()).group_by(listed.c.performance)
    if where:
        counts = counts.join(OrderRow, OrderRow.id == listed.c.order).where(*where)
    many: dict[str, int] = dict(session.execute(counts).all())
    for evening in evenings[_EVENINGS:]:
        yield evening, many.get(evening, 0)


def _of_evening(evening: str, where: Sequence[ColumnElement[bool]]) -> Select[str]:
    """The orders that are listed with an evening."""
    first = select(func.min(TicketRow.performance)).where(TicketRow.order == OrderRow.id)
    there = select(TicketRow.order).where(TicketRow.performance == evening)
    return select(OrderRow.id).where(
        OrderRow.id.in_(there),
        first.correlate(OrderRow).scalar_subquery() == evening,
        *where,
    )


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
            func.count().filter(TicketRow.status.not_in(GIVEN_BACK)).label("n"),
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
