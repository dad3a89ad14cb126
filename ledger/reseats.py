"""Another seat for somebody who lost theirs: proposed, kept free meanwhile, and given.

A proposal that anybody could sell before staff have read it would be worth nothing, so its
seat is held until somebody decides. Source: sync.md §8, spec.md 4.7.
"""

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ledger import issues, notices, outbox, passed_on, rows, seating, waiting_sales
from ledger.clock import Means
from ledger.tables.catalogue import PerformanceRow
from ledger.tables.orders import OrderRow, PatronRow, TicketRow
from ledger.tables.seats import HoldRow, SeatStateRow

STAFF = "staff"
_TRIES = 4
# Nobody settles a proposal later than this after curtain.
_KEPT_AFTER_MS = 86_400_000


def hold_of(ticket: str) -> str:
    """Name the hold that keeps a seat for this ticket."""
    return f"reseat/{ticket}"


def propose(
    session: Session, means: Means, *, performance: str, seat: str, ticket: str
) -> str | None:
    """Find another seat for a ticket and keep it; None where the house is full.

    The seat that was proposed before is proposed again. seat: the one it was sold for.
    """
    kept = proposed(session, ticket)
    if kept is not None:
        return kept
    for _ in range(_TRIES):
        found = waiting_sales.another_seat(session, performance, seat)
        if found is None:
            return None
        if _keep(session, means, performance, found, ticket):
            notices.seats(session, performance, [found], means.now_ms)
            return found
    return None


def proposed(session: Session, ticket: str) -> str | None:
    """Give the seat that is kept for a ticket, if one is."""
    return session.scalar(
        select(SeatStateRow.seat).where(SeatStateRow.hold == hold_of(ticket))
    )


def drop(session: Session, means: Means, ticket: str) -> None:
    """Let go of the seat that was kept: it is not needed any more."""
    seating.release(session, means, hold_of(ticket), seller=STAFF)


def give(session: Session, means: Means, ticket: str, *, why: str) -> str | None:
    """Seat a ticket in the seat that is kept for it, and send it out anew.

    Its older code is void at every door; whoever has an address gets a letter. Gives the
    seat; None when none is kept.
    """
    row = session.get_one(TicketRow, ticket, with_for_update=True)
    won = session.execute(
        update(SeatStateRow)
        .where(SeatStateRow.hold == hold_of(ticket), SeatStateRow.state == "held")
        .values(state="sold", ticket=ticket, prior=None, hold=None)
        .returning(SeatStateRow.seat, SeatStateRow.epoch)
    ).one_or_none()
    if won is None:
        return None
    session.execute(delete(HoldRow).where(HoldRow.id == hold_of(ticket)))
    row.seat, row.epoch, row.seated = won.seat, won.epoch, True
    send_out(session, means, row, why=why)
    notices.seats(session, row.performance, [won.seat], means.now_ms)
    return str(won.seat)


def send_out(session: Session, means: Means, row: TicketRow, *, why: str) -> None:
    """Bring out a new issue of a ticket that has changed, by letter where that is known."""
    row.print_state, row.delivered = issues.NOT_YET, None
    session.flush()
    issues.bring_out(session, means, row, row.issue + 1, why=why)
    if passed_on.again(session, means, row):
        return
    email = session.scalar(
        select(PatronRow.email)
        .join(OrderRow, OrderRow.patron == PatronRow.id)
        .where(OrderRow.id == row.order)
    )
    # One letter says all that moved with it.
    if email and not outbox.left(session, means, row.order):
        outbox.bring_tickets(session, means, row.order, to=email)


def _keep(session: Session, means: Means, performance: str, seat: str, ticket: str) -> bool:
    evening = session.get_one(PerformanceRow, performance)
    order = session.scalar(select(TicketRow.order).where(TicketRow.id == ticket))
    won = rows.changed(
        session,
        update(SeatStateRow)
        .where(
            seating.these(session, performance, [seat]),
            SeatStateRow.state.in_(seating.BOX_OFFICE),
        )
        .values(state="held", prior=SeatStateRow.state, hold=hold_of(ticket)),
    )
    if not won:
        return False
    session.add(
        HoldRow(
            id=hold_of(ticket),
            performance=performance,
            order=order or ticket,
            seller=STAFF,
            made_ms=means.now_ms,
            expires_ms=max(evening.starts_ms, means.now_ms) + _KEPT_AFTER_MS,
            extended=True,
        )
    )
    session.flush()
    return True
