"""Paper and phones: which issue of a ticket is out, and whether anybody has it.

Each ticket prints once per issue; a reissue voids the older one at once. What is paid and
not delivered is owed. Source: spec.md 4.9, lobby.md §3.
"""

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from ledger import audit, discrepancies, evenings, feed, notices
from ledger.clock import Means
from ledger.evenings import Evening
from ledger.happened import Happened
from ledger.tables.doors import ClaimRow
from ledger.tables.orders import TicketRow

NOT_YET = "not_printed"
# A code has one byte for its issue.
MOST = 255
OUT = frozenset({"printed", "delivered"})


def outstanding() -> ColumnElement[bool]:
    """Say in SQL that a ticket is still to be fetched."""
    return (TicketRow.status == "active") & TicketRow.print_state.not_in(OUT)


def printed(session: Session, means: Means, event: Happened) -> None:
    """The printer proved it. Twice for one issue, by two devices: staff hear of it."""
    row = _ticket(session, event)
    if row is None:
        return
    if row.print_state == "printed" and event.whole("issue") == row.issue:
        twice(session, means, event, row)
    if event.whole("issue") >= row.issue:
        row.print_state = "printed"
    _not_owed(session, means, row, "printed")


def owed(session: Session, means: Means, event: Happened) -> None:
    """No proof of paper: uncertain, failed, or simply owed."""
    row = _ticket(session, event)
    if row is None or row.print_state in OUT:
        return
    if event.type != "ticket.owed":
        row.print_state = event.type.removeprefix("ticket.")
    elif row.print_state == "queued":
        # It waited until its guest had gone, and never moved: any kiosk may print it.
        row.print_state = "failed"
    discrepancies.note(
        session,
        means,
        "ticket_owed",
        row.id,
        facts={
            "order": row.order,
            "issue": event.whole("issue"),
            "device": event.device,
            "reason": event.text("reason", ""),
        },
        evidence=[event.id],
    )
    notices.ticket(session, row.performance, row.id, means.now_ms)


def reprinted(session: Session, means: Means, event: Happened) -> None:
    """A newer issue is out, and the older one is void from now on."""
    row = _ticket(session, event)
    if row is None:
        return
    issue = event.whole("issue")
    if not 1 < issue <= MOST:
        raise ValueError(f"issue {issue} cannot be")
    if issue <= row.issue:
        # Two devices printed it again without knowing of each other.
        twice(session, means, event, row)
    else:
        bring_out(session, means, row, issue, why=event.text("why", ""))
    row.print_state = "queued"
    audit.note(
        session,
        means,
        staff=event.text("staff", ""),
        device=event.device,
        action="reprint",
        subject=row.id,
        reason=event.text("why", ""),
    )
    _spend(session, row.id, "reissue")
    notices.ticket(session, row.performance, row.id, means.now_ms)


def delivered(session: Session, means: Means, event: Happened) -> None:
    """The guest has it: on the phone, or in hand."""
    row = _ticket(session, event)
    if row is None:
        return
    row.delivered = event.text("way", "hand")
    if row.print_state != "printed":
        row.print_state = "delivered"
    _not_owed(session, means, row, "delivered")


def bring_out(
    session: Session, means: Means, row: TicketRow, issue: int, *, why: str
) -> None:
    """Make an issue the current one, signed here; doors hear that older are void."""
    before, row.issue = row.issue, issue
    row.payload = payload(session, means, row)
    feed.publish(
        session,
        feed.performance(row.performance),
        "revocation",
        row.id,
        {"ticket": row.id, "issue": before, "why": why, "at_ms": means.now_ms},
        now_ms=means.now_ms,
    )
    notices.ticket(session, row.performance, row.id, means.now_ms)


def payload(
    session: Session, means: Means, row: TicketRow, *, issue: int | None = None
) -> str:
    """Sign the code of an issue of a ticket; by default the current one."""
    evening = evenings.read(session, row.performance)
    return code(means, evening, row, issue=issue or row.issue)


def code(means: Means, evening: Evening, row: TicketRow, *, issue: int) -> str:
    """Sign the code of an issue of a ticket. evening: that of its performance."""
    kind = evening.prices.type_of(row.price_type or "")
    return means.signing.code(
        performance=evening.number,
        ticket=row.id,
        seat=evening.plan.places.get(row.seat),
        issue=issue,
        people=row.admits,
        check=bool(kind and kind.check),
    )


def _ticket(session: Session, event: Happened) -> TicketRow | None:
    """Find the ticket of an event. A ticket that no sale has told of yet: raises."""
    row = session.get(TicketRow, event.text("ticket"), with_for_update=True)
    if row is None:
        raise ValueError(f"ticket {event.text('ticket')} is not known")
    return row


def twice(session: Session, means: Means, event: Happened, row: TicketRow) -> None:
    """Tell staff that a ticket came out more often than it should."""
    discrepancies.note(
        session,
        means,
        "printed_twice",
        row.id,
        facts={"order": row.order, "issue": row.issue, "device": event.device},
        evidence=[event.id],
    )


def _not_owed(session: Session, means: Means, row: TicketRow, how: str) -> None:
    discrepancies.close(session, means, "ticket_owed", row.id, how=how)
    notices.ticket(session, row.performance, row.id, means.now_ms)


def _spend(session: Session, ticket: str, kind: str) -> None:
    for row in session.scalars(
        select(ClaimRow).where(
            ClaimRow.ticket == ticket, ClaimRow.kind == kind, ClaimRow.state == "live"
        )
    ):
        row.state = "spent"
