"""The lines of statements, drawn and to come: a page of them, or all piece by piece.

Source: SET1, SET4.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, func, select, tuple_
from sqlalchemy.orm import Session

from boxoffice import ids
from boxoffice.journal import Account
from ledger import settling
from ledger.settlements import OPEN, SETTLED
from ledger.store import Store
from ledger.tables.money import JournalEntryRow, JournalLineRow
from ledger.tables.office import StatementLineRow
from ledger.tables.orders import OrderRow
from ledger.tables.settling import SettlingRow
from ledger.written import moment
from ledger.written import plain as amount

PAGE, AT_ONCE = 20, 500
HEADER = ("order", "what", "when", "settled", "charge", "handling", "theatre", "currency")
# Where a list goes on: the moment and the id of what was read last.
Place = tuple[int, str]


@dataclass(frozen=True)
class Line:
    """One entry: what of which order, and how it divides. Amounts in minor units."""

    entry: str
    order: str
    number: str
    why: str
    at_ms: int
    settled_ms: int | None
    charge: int
    handling: int

    @property
    def net(self) -> int:
        """The theatre's part."""
        return self.charge - self.handling


def drawn(session: Session, statement: str, page: int) -> list[Line]:
    """Give a page of a statement's lines as they were drawn."""
    found, _ = _drawn(session, statement, None, PAGE, page * PAGE)
    return found


def to_come(session: Session, page: int, *, settled: bool) -> list[Line]:
    """Give the entries of a page of orders that no statement counts yet.

    settled: those that the next one would count; otherwise those that wait.
    """
    found, _ = _to_come(session, settled, None, PAGE, page * PAGE)
    return found


def sheet(
    store: Store, zone: str, currency: str, statement: str | None
) -> Iterator[Sequence[str]]:
    """Give the lines of a statement, or without one of the next, as rows of HEADER."""

    def read(session: Session, after: Place | None) -> tuple[list[Line], Place | None]:
        if statement is not None:
            return _drawn(session, statement, after, AT_ONCE, 0)
        return _to_come(session, True, after, AT_ONCE, 0)

    def day(at_ms: int | None) -> str:
        return f"{moment(at_ms, zone):%Y-%m-%d %H:%M}" if at_ms is not None else ""

    for line in _all(store, read):
        yield (
            line.number,
            line.why,
            day(line.at_ms),
            day(line.settled_ms),
            amount(line.charge, currency),
            amount(-line.handling, currency),
            amount(line.net, currency),
            currency,
        )


def _all(
    store: Store, read: Callable[[Session, Place | None], tuple[list[Line], Place | None]]
) -> Iterator[Line]:
    after: Place | None = None
    while True:
        with store.read() as session:
            found, after = read(session, after)
        yield from found
        if after is None:
            return


def _drawn(
    session: Session, statement: str, after: Place | None, most: int, skipped: int
) -> tuple[list[Line], Place | None]:
    row = StatementLineRow
    shown = select(row.entry).where(row.statement == statement)
    if after is not None:
        shown = shown.where(tuple_(row.settled_ms, row.entry) > tuple_(*after))
    # Which lines they are is asked of the index alone: those before them cost nothing.
    shown = shown.order_by(row.settled_ms, row.entry).limit(most).offset(skipped)
    query = (
        select(row, JournalEntryRow, OrderRow.number)
        .join(JournalEntryRow, JournalEntryRow.id == row.entry)
        .outerjoin(OrderRow, OrderRow.id == JournalEntryRow.order)
        .where(row.entry.in_(shown))
        .order_by(row.settled_ms, row.entry)
    )
    found = [
        Line(
            entry.id,
            entry.order or "",
            ids.shown(number) if number else "",
            entry.why,
            entry.at_ms,
            line.settled_ms,
            line.charge,
            line.handling,
        )
        for line, entry, number in session.execute(query)
    ]
    last = found[-1] if len(found) == most else None
    return found, (last.settled_ms or 0, last.entry) if last else None


def _to_come(
    session: Session, settled: bool, after: Place | None, most: int, skipped: int
) -> tuple[list[Line], Place | None]:
    query = (
        select(SettlingRow.order, SettlingRow.paid_ms)
        .where(OPEN, SETTLED if settled else ~SETTLED)
        .order_by(SettlingRow.paid_ms, SettlingRow.order)
    )
    if after is not None:
        query = query.where(tuple_(SettlingRow.paid_ms, SettlingRow.order) > tuple_(*after))
    asked = session.execute(query.limit(most).offset(skipped))
    orders: dict[str, int | None] = {row.order: row.paid_ms for row in asked}
    place = {order: number for number, order in enumerate(orders)}
    rows = session.execute(_entries(list(orders))).all()
    found = [
        Line(
            entry,
            order,
            ids.shown(number) if number else "",
            why,
            at_ms,
            orders[order] if settled else None,
            -int(theatre) - int(handling),
            -int(handling),
        )
        for entry, order, why, at_ms, number, theatre, handling in rows
    ]
    found.sort(key=lambda line: (place[line.order], line.at_ms, line.entry))
    if len(orders) < most:
        return found, None
    last = list(orders)[-1]
    return found, (orders[last] or 0, last)


def _entries(orders: Sequence[str]) -> Any:
    """Ask for the entries of some orders that are on no statement."""

    def of(*accounts: Account) -> ColumnElement[Any]:
        return func.sum(
            case((JournalLineRow.account.in_(accounts), JournalLineRow.amount), else_=0)
        )

    entry = JournalEntryRow
    shown = (entry.id, entry.order, entry.why, entry.at_ms, OrderRow.number)
    return (
        select(*shown, of(Account.THEATRE, Account.GIFT_CARDS), of(Account.HANDLING))
        .join(JournalLineRow, JournalLineRow.entry == entry.id)
        .outerjoin(OrderRow, OrderRow.id == entry.order)
        .outerjoin(StatementLineRow, StatementLineRow.entry == entry.id)
        .where(
            entry.order.in_(orders),
            JournalLineRow.account.in_(settling.SHARED),
            StatementLineRow.entry.is_(None),
        )
        .group_by(*shown)
    )
