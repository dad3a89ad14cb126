"""Recorded sales that wait for their seat, and other seats for those who lost theirs.

A seat that becomes free while a recorded sale waits for it goes to that sale, not to the
pool. Source: sync.md §3.6, §8.
"""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from boxoffice import best
from ledger import discrepancies, evenings, notices, offers, reseats, rows, seating
from ledger.clock import Means
from ledger.tables.orders import TicketRow
from ledger.tables.seats import SeatStateRow


def freed(
    session: Session, means: Means, performance: str, seats: Sequence[str]
) -> dict[str, str]:
    """Give seats that came free to recorded sales that wait for them: seat to ticket.

    Never to the pool first. Source: sync.md §3.6.
    """
    waiting = session.execute(
        select(TicketRow.seat, TicketRow.id, TicketRow.signer, TicketRow.incarnation)
        .where(
            TicketRow.performance == performance,
            TicketRow.seat.in_(seats),
            TicketRow.seated.is_(False),
            TicketRow.status == "active",
        )
        .order_by(TicketRow.made_ms, TicketRow.id)
    ).all()
    given: dict[str, str] = {}
    for seat, ticket, device, incarnation in waiting:
        if seat in given:
            continue
        won = rows.changed(
            session,
            update(SeatStateRow)
            .where(
                seating.these(session, performance, [seat]),
                SeatStateRow.state == "available",
            )
            .values(state="sold", ticket=ticket, device=device, incarnation=incarnation),
        )
        if won:
            given[seat] = ticket
            session.execute(
                update(TicketRow).where(TicketRow.id == ticket).values(seated=True)
            )
            notices.ticket(session, performance, ticket, means.now_ms)
            discrepancies.close(
                session,
                means,
                "seat_conflict",
                f"{performance}/{seat}/{ticket}",
                how="seat came free",
            )
            reseats.drop(session, means, ticket)
    return given


def another_seat(session: Session, performance: str, seat: str) -> str | None:
    """Find a seat to move somebody to: a house seat first, on the same level or a dearer.

    Source: sync.md §8, reseat proposal.
    """
    plan = evenings.plan_of(session, performance)
    if plan.chart is None:
        return session.scalars(
            select(SeatStateRow.seat)
            .where(
                SeatStateRow.performance == performance,
                SeatStateRow.state.in_(seating.BOX_OFFICE),
            )
            .order_by(SeatStateRow.state.desc(), SeatStateRow.number)
            .limit(1)
        ).first()
    level = plan.chart.levels.get(seat)
    levels = evenings.prices_of(session, performance).at_least(level) if level else None
    request = best.Request(count=1, levels=levels, avoid_orphans=False)
    for free in (("reserved",), seating.PUBLIC):
        offer = offers.find(session, performance, request, free=free)
        if isinstance(offer, best.Offer):
            return offer.seats[0]
    return None
