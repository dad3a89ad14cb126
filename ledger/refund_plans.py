"""What everybody gets back when a performance does not take place: order by order, and by
tender. A ticket that was refunded already is skipped. Source: CAN1.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import ids
from ledger import previews
from ledger.clock import Means
from ledger.previews import Preview
from ledger.tables.orders import OrderRow, PatronRow, TicketRow


@dataclass(frozen=True)
class Part:
    """What one order gets back. seats: by ticket, all live ones of the performance."""

    order: str
    number: str
    patron: str
    seats: Mapping[str, str]
    preview: Preview


@dataclass(frozen=True)
class Plan:
    """What goes back to everybody, in minor units. skipped: tickets that are void already.

    token: names the plan, so that exactly this one is carried out.
    """

    parts: Sequence[Part]
    skipped: int
    token: str

    @property
    def total(self) -> int:
        return sum(part.preview.total for part in self.parts)

    @property
    def unfunded(self) -> int:
        return sum(part.preview.unfunded for part in self.parts)

    @property
    def tickets(self) -> int:
        return sum(len(part.preview.tickets) for part in self.parts)

    @property
    def routes(self) -> list[tuple[str, str, int, int]]:
        """Give kind of tender, way back, how many payments, and how much: by tender."""
        found: dict[tuple[str, str], list[int]] = {}
        for part in self.parts:
            for back in part.preview.back:
                found.setdefault((back.kind, back.route), []).append(back.amount)
        return [
            (kind, route, len(all_), sum(all_))
            for (kind, route), all_ in sorted(found.items())
        ]


def plan(
    session: Session,
    means: Means,
    performance: str,
    *,
    tickets: Collection[str] | None,
    include_fees: bool,
) -> Plan:
    """Say what would go back, by order. tickets: those chosen; None, all.

    An order is listed while it has a live ticket, chosen or not.
    """
    rows = session.execute(
        select(TicketRow.id, TicketRow.order, TicketRow.seat, TicketRow.status)
        .where(TicketRow.performance == performance)
        .order_by(TicketRow.order, TicketRow.line)
    ).all()
    live: dict[str, dict[str, str]] = {}
    for row in rows:
        if row.status == "active":
            live.setdefault(row.order, {})[row.id] = row.seat
    concerned = select(TicketRow.order).where(
        TicketRow.performance == performance, TicketRow.status == "active"
    )
    named = session.execute(
        select(OrderRow.id, OrderRow.number, PatronRow.name)
        .outerjoin(PatronRow, PatronRow.id == OrderRow.patron)
        .where(OrderRow.id.in_(concerned))
        .order_by(PatronRow.name, OrderRow.number, OrderRow.id)
    ).all()
    all_ = {id for own in live.values() for id in own}
    found = previews.each(
        session,
        means,
        concerned,
        tickets=all_ if tickets is None else all_ & set(tickets),
        include_fees=include_fees,
    )
    parts = [
        Part(order, ids.shown(number), name or "", live[order], found[order])
        for order, number, name in named
    ]
    said = json.dumps([[part.order, asdict(part.preview)] for part in parts])
    token = hashlib.sha256(f"{include_fees} {said}".encode()).hexdigest()[:20]
    return Plan(parts, sum(row.status != "active" for row in rows), token)
