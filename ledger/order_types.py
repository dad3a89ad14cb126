"""Kinds of orders, such as tables: how many a performance has, and for how many people.

Source: ORT1.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from boxoffice import order_types as rule
from boxoffice.refusals import Code
from ledger import audit, rivals
from ledger.clock import Means
from ledger.refused import Refused
from ledger.rivals import Overtaken
from ledger.tables.catalogue import PerformanceRow, ProductionRow
from ledger.tables.order_types import OrderTypeRow
from ledger.tables.orders import OrderRow, TicketRow

MOST_PEOPLE = 1_000
MOST_ORDERS = 100_000


@dataclass(frozen=True)
class Said:
    """What staff say of a kind of order. `fact` raises boxoffice.bad_input.OutOfRange."""

    name: str
    minimum: int
    maximum: int
    orders: int
    usual: bool = False
    online: bool = False

    @property
    def fact(self) -> rule.OrderType:
        return rule.OrderType(self.minimum, self.maximum, self.orders)


class NameTwice(ValueError):
    """Two kinds of one name could not be told apart on a list."""


def all_(session: Session, *, retired: bool = False) -> Sequence[OrderTypeRow]:
    """Give the kinds by name; with retired ones only if asked."""
    query = select(OrderTypeRow).order_by(
        OrderTypeRow.retired_ms.is_not(None), OrderTypeRow.name
    )
    if not retired:
        query = query.where(OrderTypeRow.retired_ms.is_(None))
    return session.scalars(query).all()


def usual(session: Session) -> str:
    """Give the kind that a sale at the window begins with; blank: none."""
    found = session.scalars(
        select(OrderTypeRow.id).where(
            OrderTypeRow.usual.is_(True), OrderTypeRow.retired_ms.is_(None)
        )
    ).first()
    return found or ""


def name(session: Session, id: str | None) -> str:
    """Give the name of a kind, retired or not; blank for none."""
    row = session.get(OrderTypeRow, id) if id else None
    return row.name if row else ""


def add(session: Session, means: Means, said: Said, *, by: str) -> str:
    """Add a kind and give its id. Raises NameTwice."""
    _check_name(session, said.name)
    row = OrderTypeRow(
        id=means.new_id(),
        name=said.name,
        minimum=said.minimum,
        maximum=said.maximum,
        orders=said.orders,
        usual=False,
        added_ms=means.now_ms,
        retired_ms=None,
        online=said.online,
    )
    session.add(row)
    session.flush()
    _set_usual(session, row, said.usual)
    audit.note(
        session,
        means,
        staff=by,
        action="add_order_type",
        subject=row.id,
        facts=asdict(said),
    )
    return row.id


def mark(row: OrderTypeRow) -> str:
    """Name what a kind is now, as somebody sees it."""
    return rivals.mark(
        row.name, row.minimum, row.maximum, row.orders, row.usual, row.online
    )


def change(
    session: Session, means: Means, id: str, said: Said, *, by: str, seen: str = ""
) -> bool | Overtaken:
    """Change a kind; orders that are made stay. False: no such kind. Raises NameTwice.

    seen: `mark` of what was changed; nothing is done if it is otherwise by now.
    """
    row = session.get(OrderTypeRow, id, with_for_update=True, populate_existing=True)
    if row is None:
        return False
    if seen and seen != mark(row):
        return rivals.last(session, id, "add_order_type", "change_order_type")
    _check_name(session, said.name, besides=id)
    row.name, row.minimum, row.maximum = said.name, said.minimum, said.maximum
    row.orders, row.online = said.orders, said.online
    session.flush()
    _set_usual(session, row, said.usual)
    audit.note(
        session,
        means,
        staff=by,
        action="change_order_type",
        subject=id,
        facts=asdict(said),
    )
    return True


def retire(session: Session, means: Means, id: str, *, retired: bool, by: str) -> bool:
    """Sell no more of a kind, or again. False: no such kind. Raises NameTwice."""
    row = session.get(OrderTypeRow, id, with_for_update=True)
    if row is None:
        return False
    if not retired:
        _check_name(session, row.name, besides=id)
    row.retired_ms = means.now_ms if retired else None
    row.usual = False
    audit.note(
        session,
        means,
        staff=by,
        action="retire_order_type" if retired else "bring_back_order_type",
        subject=id,
    )
    return True


def online(session: Session) -> list[OrderTypeRow]:
    """Give the kinds that the shop offers, by name."""
    return [row for row in all_(session) if row.online]


def fits(session: Session, id: str, performance: str, party: int) -> Refused | None:
    """Look whether the shop would sell one of this kind now; `take` decides.

    party: people. Refuses what `take` refuses.
    """
    row = session.get(OrderTypeRow, id)
    if row is None or row.retired_ms is not None or not row.online:
        return Refused(Code.ORDER_TYPE_SOLD_OUT)
    return _judge(session, row, performance, party)


def take(session: Session, order: OrderRow, id: str, performance: str) -> Refused | None:
    """Make a new order one of this kind, if its party fits and one is left.

    Refuses PARTY_BELOW_MINIMUM and PARTY_ABOVE_MAXIMUM (`minimum`, `maximum`),
    ORDER_TYPE_SOLD_OUT.
    """
    row = session.get(OrderTypeRow, id, with_for_update=True)
    if row is None or row.retired_ms is not None:
        return Refused(Code.ORDER_TYPE_SOLD_OUT)
    party = session.scalar(
        select(func.count()).select_from(TicketRow).where(TicketRow.order == order.id)
    )
    refused = _judge(session, row, performance, party or 0)
    if refused is not None:
        return refused
    order.order_type = id
    session.flush()
    return None


@dataclass(frozen=True)
class Tally:
    """How many orders of a kind one performance has. charge: minor units, whole orders."""

    kind: str
    title: str
    starts_ms: int
    performance: str
    taken: int
    orders: int
    people: int
    charge: int


def tally(session: Session, since_ms: int) -> list[Tally]:
    """Count the orders of each kind by performance; since_ms: of those that start later."""
    # Which orders they are is asked first: a house sells hundreds of thousands of tickets.
    typed = select(OrderRow.id).where(OrderRow.order_type.is_not(None))
    live = (
        select(
            OrderRow.id,
            OrderRow.order_type,
            OrderRow.charge,
            TicketRow.performance,
            func.count().label("people"),
        )
        .join(TicketRow, TicketRow.order == OrderRow.id)
        .where(TicketRow.order.in_(typed), TicketRow.status == "active")
        .group_by(OrderRow.id, OrderRow.order_type, OrderRow.charge, TicketRow.performance)
        .subquery()
    )
    rows = session.execute(
        select(
            OrderTypeRow.name,
            ProductionRow.title,
            PerformanceRow.starts_ms,
            PerformanceRow.id,
            func.count(),
            OrderTypeRow.orders,
            func.sum(live.c.people),
            func.sum(live.c.charge),
        )
        .join(live, live.c.order_type == OrderTypeRow.id)
        .join(PerformanceRow, PerformanceRow.id == live.c.performance)
        .join(ProductionRow, ProductionRow.id == PerformanceRow.production)
        .where(PerformanceRow.starts_ms > since_ms)
        .group_by(
            OrderTypeRow.id,
            OrderTypeRow.name,
            OrderTypeRow.orders,
            ProductionRow.title,
            PerformanceRow.starts_ms,
            PerformanceRow.id,
        )
        .order_by(PerformanceRow.starts_ms, PerformanceRow.id, OrderTypeRow.name)
    )
    return [
        Tally(kind, title, at, id, count, orders, int(people), int(charge))
        for kind, title, at, id, count, orders, people, charge in rows
    ]


def _judge(
    session: Session, row: OrderTypeRow, performance: str, party: int
) -> Refused | None:
    code = rule.refuse(
        rule.OrderType(row.minimum, row.maximum, row.orders),
        party=party,
        existing=_taken(session, row.id).get(performance, 0),
    )
    if code is None:
        return None
    return Refused(code, {"minimum": row.minimum, "maximum": row.maximum})


def _taken(session: Session, id: str) -> dict[str, int]:
    """Count live orders of a kind by performance."""
    return dict(
        session.execute(
            select(TicketRow.performance, func.count(OrderRow.id.distinct()))
            .join(OrderRow, OrderRow.id == TicketRow.order)
            .where(OrderRow.order_type == id, TicketRow.status == "active")
            .group_by(TicketRow.performance)
        ).all()
    )


def _check_name(session: Session, name: str, besides: str = "") -> None:
    for row in all_(session):
        if row.id != besides and row.name.casefold() == name.casefold():
            raise NameTwice(f"Another order type is called {row.name}.")


def _set_usual(session: Session, row: OrderTypeRow, usual: bool) -> None:
    if usual:
        session.execute(
            update(OrderTypeRow).where(OrderTypeRow.id != row.id).values(usual=False)
        )
    row.usual = usual
    session.flush()
