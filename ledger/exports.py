"""Lists to download: orders, customers, envelopes. Read in pieces, so memory stays bounded.

How they are written: ledger.documents.sheets. Source: ORD7, ORD10.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from boxoffice import ids
from ledger import order_types, ticketing
from ledger.store import Store
from ledger.tables.catalogue import PerformanceRow, ProductionRow
from ledger.tables.gift_cards import GiftCardRow
from ledger.tables.memberships import MembershipKindRow, MembershipRow
from ledger.tables.orders import OrderRow, PatronRow, TicketRow
from ledger.written import plain as amount

AT_ONCE = 500
MOST_ENVELOPES = 20_000
ORDERS = (
    "order", "state", "made", "name", "email", "phone", "production", "performance",
    "seats", "tickets", "charge", "paid", "currency", "sold by", "delivery", "note",
    "order type",
)  # fmt: skip
CUSTOMERS = (
    "name", "email", "phone", "orders", "tickets", "spent", "currency", "address",
)  # fmt: skip
ENVELOPES = (
    "order", "name", "email", "phone", "production", "performance", "tickets", "delivery",
    "note", "address",
)  # fmt: skip


def orders(
    store: Store, zone: str, where: Sequence[ColumnElement[bool]] = ()
) -> Iterator[Sequence[str]]:
    """Give every order, or some, one a row, in the order of their ids."""
    last = ""
    while True:
        with store.read() as session:
            found = _orders(session, last, zone, where)
        yield from (row for _, row in found)
        if len(found) < AT_ONCE:
            return
        last = found[-1][0]


def _orders(
    session: Session, after: str, zone: str, where: Sequence[ColumnElement[bool]]
) -> list[tuple[str, Sequence[str]]]:
    rows = session.execute(
        select(OrderRow, PatronRow)
        .outerjoin(PatronRow, PatronRow.id == OrderRow.patron)
        .where(OrderRow.id > after, *where)
        .order_by(OrderRow.id)
        .limit(AT_ONCE)
    ).all()
    tickets: dict[str, list[Any]] = {}
    for ticket in session.execute(
        select(
            TicketRow.order, TicketRow.seat, ProductionRow.title, PerformanceRow.starts_ms
        )
        .join(PerformanceRow, PerformanceRow.id == TicketRow.performance)
        .join(ProductionRow, ProductionRow.id == PerformanceRow.production)
        .where(TicketRow.order.in_([order.id for order, _ in rows]))
        .order_by(TicketRow.order, TicketRow.line)
    ):
        tickets.setdefault(ticket.order, []).append(ticket)
    kinds: dict[str, str] = dict(
        session.execute(
            select(MembershipRow.order, MembershipKindRow.name)
            .join(MembershipKindRow, MembershipKindRow.id == MembershipRow.kind)
            .where(MembershipRow.order.in_([order.id for order, _ in rows]))
        ).all()
    )
    sold = session.scalars(
        select(GiftCardRow.order).where(
            GiftCardRow.order.in_([order.id for order, _ in rows])
        )
    )
    kinds |= dict.fromkeys(sold, "Gift card")
    types = {kind.id: kind.name for kind in order_types.all_(session, retired=True)}
    found: list[tuple[str, Sequence[str]]] = []
    for order, patron in rows:
        own = tickets.get(order.id, [])
        row = (
            ids.shown(order.number) if order.number else "",
            order.state,
            _moment(order.made_ms, zone),
            patron.name if patron else "",
            patron.email if patron else "",
            patron.phone if patron else "",
            own[0].title if own else kinds.get(order.id, ""),
            _moment(own[0].starts_ms, zone) if own else "",
            " ".join(ticket.seat for ticket in own),
            str(len(own)),
            amount(order.charge, order.currency),
            amount(order.paid, order.currency),
            order.currency,
            order.seller,
            order.delivery,
            order.note,
            types.get(order.order_type or "", ""),
        )
        found.append((order.id, row))
    return found


def customers(store: Store) -> Iterator[Sequence[str]]:
    """Give everybody who bought, one a row, with what they bought in all."""
    last = ""
    while True:
        with store.read() as session:
            # Who they are is asked first: grouping everybody who is left, for each page,
            # took most of the time.
            patrons = session.execute(
                select(
                    PatronRow.id,
                    PatronRow.name,
                    PatronRow.email,
                    PatronRow.phone,
                    PatronRow.address,
                )
                .where(PatronRow.id > last)
                .order_by(PatronRow.id)
                .limit(AT_ONCE)
            ).all()
            here = [patron.id for patron in patrons]
            bought = session.execute(
                select(
                    OrderRow.patron,
                    func.count(),
                    func.sum(OrderRow.paid),
                    func.max(OrderRow.currency),
                )
                .where(OrderRow.patron.in_(here))
                .group_by(OrderRow.patron)
            )
            sums = {row[0]: (int(row[1]), int(row[2]), str(row[3])) for row in bought}
            counted = session.execute(
                select(OrderRow.patron, func.count())
                .join(TicketRow, TicketRow.order == OrderRow.id)
                .where(
                    OrderRow.patron.in_(here),
                    TicketRow.status == "active",
                )
                .group_by(OrderRow.patron)
            )
            counts = {row[0]: int(row[1]) for row in counted}
        for id, name, email, phone, address in patrons:
            orders, paid, currency = sums.get(id, (0, 0, ""))
            spent = amount(paid, currency) if currency else ""
            tickets = str(counts.get(id, 0))
            yield (name, email, phone, str(orders), tickets, spent, currency, address)
        if len(patrons) < AT_ONCE:
            return
        last = here[-1]


def envelopes(store: Store, zone: str, status: str, now_ms: int) -> Iterator[Sequence[str]]:
    """Give the work list for a mail merge, one order a row. Source: ORD7."""
    with store.read() as session:
        waiting = ticketing.worklist(session, now_ms, status=status, most=MOST_ENVELOPES)
    for one in waiting:
        yield (
            one.number,
            one.patron,
            one.email,
            one.phone,
            one.title,
            _moment(one.starts_ms, zone),
            str(one.tickets),
            one.delivery,
            one.note,
            one.address,
        )


def _moment(at_ms: int, zone: str) -> str:
    return (
        datetime.fromtimestamp(at_ms / 1000, UTC)
        .astimezone(ZoneInfo(zone))
        .strftime("%Y-%m-%d %H:%M")
    )
