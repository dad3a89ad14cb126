"""Orders that belong together: where orders sit apart, they count as one.

Each stays an order with its own number, money and tickets. The seats around a party stay
empty for everybody else, as they did. Source: DIS3.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from boxoffice import ids
from ledger import audit
from ledger.clock import Means
from ledger.tables.orders import OrderRow, PatronRow, TicketRow
from ledger.tables.parties import PartyRow

MOST = 50


@dataclass(frozen=True)
class Linked:
    """One order of a party as staff see it. tickets: live ones; amounts in minor units.

    due: never below 0; on_account: what no line of the order needs.
    """

    id: str
    number: str
    patron: str
    state: str
    tickets: int
    charge: int
    due: int
    on_account: int


class TooMany(ValueError):
    """So many orders are no party any more."""


def members(session: Session, order: str) -> list[str]:
    """Give the orders of a party, this one too; alone, only this one."""
    row = session.get(PartyRow, order)
    if row is None:
        return [order]
    return list(
        session.scalars(
            select(PartyRow.order)
            .where(PartyRow.party == row.party)
            .order_by(PartyRow.order)
        )
    )


def stands_for(session: Session, order: str) -> str:
    """Give the order that stands for the party of this one; alone, it does itself."""
    row = session.get(PartyRow, order)
    return row.party if row else order


def read(session: Session, order: str) -> list[Linked]:
    """Give the whole party of an order, oldest first; nothing where it is alone."""
    found = members(session, order)
    if len(found) < 2:
        return []
    rows_ = session.execute(
        select(OrderRow, PatronRow.name)
        .outerjoin(PatronRow, PatronRow.id == OrderRow.patron)
        .where(OrderRow.id.in_(found))
        .order_by(OrderRow.made_ms, OrderRow.id)
    ).all()
    live = session.scalars(
        select(TicketRow.order).where(
            TicketRow.order.in_(found), TicketRow.status == "active"
        )
    ).all()
    return [
        Linked(
            row.id,
            ids.shown(row.number),
            name or "",
            row.state,
            live.count(row.id),
            row.charge,
            due(row),
            max(0, row.paid - row.charge),
        )
        for row, name in rows_
    ]


def due(order: OrderRow) -> int:
    """Say what an order of a party still owes, in minor units; never below 0.

    What another has on account stays its own.
    """
    return 0 if order.state == "cancelled" else max(0, order.charge - order.paid)


def link(session: Session, means: Means, order: str, other: str, *, by: str) -> bool:
    """Make two orders, and all that belong to either, one party.

    False: they were one before, or are the same order. Raises TooMany.
    """
    first, second = members(session, order), members(session, other)
    if other in first:
        return False
    if len(first) + len(second) > MOST:
        raise TooMany(f"At most {MOST} orders belong together.")
    party = stands_for(session, order)
    for id in (*first, *second):
        session.merge(PartyRow(order=id, party=party))
    session.flush()
    _note(session, means, "link_orders", (order, other), by)
    return True


def unlink(session: Session, means: Means, order: str, *, by: str) -> bool:
    """Take an order out of its party. False: it is in none."""
    found = members(session, order)
    others = [id for id in found if id != order]
    if not others:
        return False
    if len(others) == 1:
        session.execute(delete(PartyRow).where(PartyRow.order.in_(found)))
    else:
        session.execute(delete(PartyRow).where(PartyRow.order == order))
        session.execute(
            update(PartyRow).where(PartyRow.order.in_(others)).values(party=others[0])
        )
    session.expire_all()
    _note(session, means, "unlink_orders", (order, others[0]), by)
    return True


def _note(
    session: Session, means: Means, action: str, pair: tuple[str, str], by: str
) -> None:
    """Write it into the history of both orders, each naming the other."""
    for order, other in (pair, pair[::-1]):
        number = ids.shown(session.get_one(OrderRow, other).number)
        audit.note(session, means, staff=by, action=action, subject=order, reason=number)


def find(session: Session, typed: str) -> Sequence[str]:
    """Find orders by the number that was typed."""
    number = ids.clean_code(typed)
    return session.scalars(select(OrderRow.id).where(OrderRow.number == number)).all()
