"""Single tickets that patrons pass on to friends, and take back.

Whoever gets one gets a new issue of it, so that nobody else's copy opens a door any more.
The seat stays in its order: money that comes back goes to who paid. Source: lobby.md §8.
"""

from collections.abc import Collection, Mapping

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from ledger import audit, evenings, issues, outbox, pickups, void_guests
from ledger.clock import Means
from ledger.tables.catalogue import PerformanceRow
from ledger.tables.orders import OrderRow, PassedTicketRow, TicketRow
from ledger.tables.records import OutboxRow

LETTER = "passed_ticket"
# So many letters an order's tickets are worth; more is somebody's game.
MOST_LETTERS = 20
_AN_EVENING_MS = 6 * 3_600_000


def may(session: Session, means: Means, ticket: TicketRow) -> bool:
    """Whether a ticket can go to somebody else now: live, paid, not used, not over.

    A name that is checked at collection stays with whoever it is.
    """
    evening = session.get_one(PerformanceRow, ticket.performance)
    over_ms = evening.ends_ms or evening.starts_ms + _AN_EVENING_MS
    return (
        ticket.status == "active"
        and ticket.seated
        and not ticket.blocked
        and not ticket.pays_later
        and ticket.paid >= ticket.price
        and ticket.issue < issues.MOST
        and means.now_ms < over_ms
        and not evenings.called_off(session, ticket.performance)
        and not session.get_one(OrderRow, ticket.order).photo_id
        and not void_guests.inside(session, means, ticket.performance, ticket.id)
    )


def on(session: Session, means: Means, ticket: str, *, to: str, language: str) -> bool:
    """Pass a ticket on to an address; False when it cannot be, or was so meanwhile.

    Older copies are void at every door from now on.
    """
    row = _lock(session, ticket)
    if row is None or holders(session, [ticket]) or not may(session, means, row):
        return False
    sent = select(func.count()).where(
        OutboxRow.order == row.order, OutboxRow.kind == LETTER
    )
    if (session.scalar(sent) or 0) >= MOST_LETTERS:
        return False
    issues.bring_out(session, means, row, row.issue + 1, why="passed on")
    row.print_state, row.delivered = "delivered", "passed on"
    _write(session, means, row, to=to, language=language)
    _told(session, means, row, "pass_ticket_on")
    return True


def back(session: Session, means: Means, ticket: str) -> bool:
    """Take a ticket back that nobody has used; False when it cannot be any more."""
    row = _lock(session, ticket)
    if row is None or not holders(session, [ticket]) or not may(session, means, row):
        return False
    session.execute(delete(PassedTicketRow).where(PassedTicketRow.ticket == ticket))
    issues.bring_out(session, means, row, row.issue + 1, why="taken back")
    row.delivered = "phone"
    _told(session, means, row, "take_ticket_back")
    return True


def holders(session: Session, tickets: Collection[str]) -> Mapping[str, str]:
    """Give the addresses of those who hold these tickets instead of their buyers."""
    found = session.execute(
        select(PassedTicketRow.ticket, PassedTicketRow.to).where(
            PassedTicketRow.ticket.in_(tickets)
        )
    )
    return dict(found.all())


def friends(
    session: Session, performance: str, statuses: Collection[str]
) -> Mapping[str, str]:
    """Give who holds tickets of a performance instead of their buyers, and their language.

    statuses: of the tickets.
    """
    found = session.execute(
        select(PassedTicketRow.to, PassedTicketRow.language)
        .join(TicketRow, TicketRow.id == PassedTicketRow.ticket)
        .where(TicketRow.performance == performance, TicketRow.status.in_(statuses))
        .order_by(PassedTicketRow.at_ms, PassedTicketRow.hash)
    )
    known = {to.strip().lower(): language for to, language in found}
    return dict(sorted(known.items()))


def again(session: Session, means: Means, ticket: TicketRow) -> bool:
    """Write once more to who holds a ticket that has changed; False: its buyer does."""
    found = session.execute(
        select(PassedTicketRow.to, PassedTicketRow.language)
        .where(PassedTicketRow.ticket == ticket.id)
        .limit(1)
    ).one_or_none()
    if found is None:
        return False
    ticket.print_state, ticket.delivered = "delivered", "passed on"
    _write(session, means, ticket, to=found.to, language=found.language)
    return True


def find(session: Session, code: str) -> str | None:
    """Give the ticket that the link of a letter shows."""
    hash_ = pickups.hash_of(pickups.PASSED + code)
    return session.scalar(
        select(PassedTicketRow.ticket).where(PassedTicketRow.hash == hash_)
    )


def _write(
    session: Session, means: Means, row: TicketRow, *, to: str, language: str
) -> None:
    code = pickups.draw(means.chance, pickups.PASSED)
    session.add(
        PassedTicketRow(
            hash=pickups.hash_of(code),
            ticket=row.id,
            to=to,
            language=language,
            at_ms=means.now_ms,
        )
    )
    link = "/shop/tickets/" + code.removeprefix(pickups.PASSED)
    facts = {"link": link, "ticket": row.id, "language": language}
    outbox.add(session, means, to=to, kind=LETTER, order=row.order, facts=facts)


def _told(session: Session, means: Means, row: TicketRow, action: str) -> None:
    facts = {"seat": row.seat}
    audit.note(
        session, means, staff=audit.PATRON, action=action, subject=row.id, facts=facts
    )


def _lock(session: Session, ticket: str) -> TicketRow | None:
    return session.get(TicketRow, ticket, with_for_update=True, populate_existing=True)
