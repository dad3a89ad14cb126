"""Which member's credit paid for which seat: used with the sale, returned with the seat.

Source: MEM4, MEM7, ORD3, ORD4.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import members, prices, rows
from ledger.clock import Means
from ledger.refused import Refused
from ledger.tables.catalogue import PerformanceRow
from ledger.tables.members import MemberRow, SeatCreditRow
from ledger.tables.orders import TicketRow


def have_file(session: Session) -> bool:
    """Whether the house keeps a file of its members. Source: MEM3."""
    return session.scalar(select(MemberRow.id).limit(1)) is not None


def spend(
    session: Session, means: Means, tickets: Mapping[str, str], production: str
) -> Refused | None:
    """Use a credit for each ticket. tickets: their ids, to the members who pay.

    Refuses NOT_ENOUGH_SEAT_CREDITS, NOT_FOUND for a member who has left; the caller undoes.
    """
    for member in sorted(set(tickets.values())):
        own = [ticket for ticket, payer in tickets.items() if payer == member]
        used = members.use(session, member, production, len(own))
        if isinstance(used, Refused):
            return used
        _write(session, means, own, member, production)
    return None


def told(
    session: Session, means: Means, order: str, member: str, production: str, count: int
) -> None:
    """A device sold seats for credits that were promised to it: they are used already."""
    tickets = session.scalars(
        select(TicketRow.id)
        .outerjoin(SeatCreditRow, SeatCreditRow.ticket == TicketRow.id)
        .where(
            TicketRow.order == order,
            TicketRow.price_type == prices.MEMBERSHIP.id,
            SeatCreditRow.ticket.is_(None),
        )
        .order_by(TicketRow.line)
        .limit(count)
    ).all()
    _write(session, means, tickets, member, production)


def give_back(session: Session, means: Means, tickets: Sequence[str]) -> int:
    """Return the credits of tickets that were given up; give how many."""
    found = _of(session, tickets, live=True)
    for row in found:
        members.give_back(session, row.member, row.production, 1)
        row.returned_ms = means.now_ms
    session.flush()
    return len(found)


def take_again(session: Session, means: Means, tickets: Sequence[str]) -> Refused | None:
    """Use the credits of restored tickets once more. Refuses like `spend`."""
    found = _of(session, tickets, live=False)
    asked = Counter((row.member, row.production) for row in found)
    for (member, production), count in asked.items():
        used = members.use(session, member, production, count)
        if isinstance(used, Refused):
            return used
    for row in found:
        row.returned_ms, row.at_ms = None, means.now_ms
    session.flush()
    return None


def move(
    session: Session, means: Means, tickets: Sequence[str], performance: str
) -> Refused | None:
    """Use credits of the production that tickets are moved to, and return the old ones.

    Refuses like `spend`. Source: ORD3.
    """
    production = session.scalars(
        select(PerformanceRow.production).where(PerformanceRow.id == performance)
    ).one()
    found = [r for r in _of(session, tickets, live=True) if r.production != production]
    for member, count in Counter(row.member for row in found).items():
        used = members.use(session, member, production, count)
        if isinstance(used, Refused):
            return used
    for row in found:
        members.give_back(session, row.member, row.production, 1)
        row.production, row.at_ms = production, means.now_ms
    session.flush()
    return None


def _of(session: Session, tickets: Sequence[str], *, live: bool) -> list[SeatCreditRow]:
    returned = SeatCreditRow.returned_ms
    return list(
        session.scalars(
            select(SeatCreditRow)
            .where(
                SeatCreditRow.ticket.in_(tickets),
                returned.is_(None) if live else returned.is_not(None),
            )
            .order_by(SeatCreditRow.member, SeatCreditRow.ticket)
            .with_for_update()
        )
    )


def _write(
    session: Session, means: Means, tickets: Sequence[str], member: str, production: str
) -> None:
    made = [
        {
            "ticket": ticket,
            "member": member,
            "production": production,
            "at_ms": means.now_ms,
            "returned_ms": None,
        }
        for ticket in tickets
    ]
    if made:
        rows.add(session, SeatCreditRow, made)
