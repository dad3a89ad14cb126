"""One pickup, one reissue at a time: paper moves at one device only. Source: COL3-COL5."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import printing
from boxoffice.answers import Answer
from boxoffice.refusals import Code
from ledger import devices, issues, notices, unseen
from ledger.claims import Answered, Asked, Granted, NotGranted, add, repeated
from ledger.clock import Means
from ledger.happened import Happened
from ledger.tables.doors import ClaimRow
from ledger.tables.orders import OrderRow, TicketRow

_PICKUP = "pickup"
_REISSUE = "reissue"
_STATES = {
    "printed": printing.State.PRINTED,
    "delivered": printing.State.PRINTED,
    "queued": printing.State.QUEUED,
    "sending": printing.State.SENDING,
    "uncertain": printing.State.UNCERTAIN,
    "failed": printing.State.FAILED,
    "not_printed": printing.State.NOT_PRINTED,
}


def pick_up(
    session: Session, means: Means, asked: Asked, wanted: Sequence[str]
) -> Answered | None:
    """Let one device print these tickets of an order. None: no such ticket.

    All of them or none. Source: COL3, COL4.
    """
    before = repeated(session, asked)
    if before is not None:
        return before
    found = session.scalars(
        select(TicketRow)
        .where(TicketRow.id.in_(wanted))
        .order_by(TicketRow.id)
        .with_for_update()
    ).all()
    if not found or len(found) < len(set(wanted)):
        return None
    for row in found:
        refused = _not_collectable(session, asked, row)
        if refused is not None:
            return refused
    codes = {row.id: row.payload for row in found}
    granted = Granted(payload=codes[wanted[0]], payloads=codes)
    for row in found:
        add(session, means, asked, row.id, _PICKUP, "", granted)
    return granted


def reissue(session: Session, means: Means, asked: Asked) -> Answered | None:
    """Let one device print the next issue of a ticket; the ledger signs it. None: unknown.

    It is the current issue once the device's event says that it was printed.
    """
    before = repeated(session, asked)
    if before is not None:
        return before
    row = session.get(TicketRow, asked.ticket, with_for_update=True)
    if row is None:
        return None
    if row.status != "active":
        return NotGranted(row.status.upper())
    if asked.issue is not None and asked.issue < row.issue:
        return NotGranted(Answer.REPLACED.value)
    busy = _busy(session, asked, row.id, _REISSUE)
    if busy is not None:
        return busy
    code = issues.payload(session, means, row, issue=row.issue + 1)
    granted = Granted(payload=code)
    add(session, means, asked, row.id, _REISSUE, "", granted)
    return granted


def collected(session: Session, means: Means, event: Happened) -> None:
    """Will-call tickets were fetched; their paper follows as events of its own.

    One that a restored ledger has forgotten is written down again from its code. Where a
    scan has told of it before, the first pickup is of the paper that was shown there.
    """
    order = session.get(OrderRow, event.text("order"))
    claim, payload = event.maybe("claim"), event.maybe("payload") or ""
    for ticket in event.texts("tickets"):
        row = session.get(TicketRow, ticket)
        if row is None and payload:
            unseen.rebuild(session, means, event, ticket=ticket, payload=payload)
            row = session.get(TicketRow, ticket)
        if row is None:
            continue
        placeholder = session.get_one(OrderRow, row.order) if row.unseen else None
        if placeholder is not None and placeholder.collected_ms is None:
            row.print_state = issues.NOT_YET
            placeholder.collected_ms = means.now_ms
            placeholder.collected_by = event.device
        if row.print_state in issues.OUT and not _claimed(session, claim, ticket):
            issues.twice(session, means, event, row)
        elif row.print_state in {issues.NOT_YET, "failed"}:
            # Paper is about to move there, also where it had failed elsewhere before.
            row.print_state = "queued"
        notices.ticket(session, row.performance, row.id, means.now_ms)
    if claim:
        _spend_claim(session, claim)
    if order is not None and order.collected_ms is None:
        order.collected_ms, order.collected_by = means.now_ms, event.device


def _not_collectable(session: Session, asked: Asked, row: TicketRow) -> NotGranted | None:
    if row.status != "active":
        return NotGranted(row.status.upper())
    order = session.get_one(OrderRow, row.order)
    state = _STATES.get(row.print_state, printing.State.UNCERTAIN)
    step = printing.step(printing.Printing(state, row.issue), printing.Event.PICKUP)
    if step.refusal is not None:
        by = devices.place_of(session, order.collected_by or order.device)
        return NotGranted(step.refusal.value, by=by, at_ms=order.collected_ms)
    if order.photo_id:
        return NotGranted(Code.SEE_STAFF_PHOTO_ID.value)
    if row.paid < row.price and not row.pays_later and not asked.pays:
        due = row.price + row.fee_outside - row.paid
        return NotGranted(Code.AMOUNT_DUE.value, due=due, currency=order.currency)
    return _busy(session, asked, row.id, _PICKUP)


def _busy(session: Session, asked: Asked, ticket: str, kind: str) -> NotGranted | None:
    """Somebody else is at it: paper may be moving there this moment."""
    other = session.scalars(
        select(ClaimRow).where(
            ClaimRow.ticket == ticket, ClaimRow.kind == kind, ClaimRow.state == "live"
        )
    ).first()
    if other is None:
        return None
    return NotGranted(Code.PRINT_IN_PROGRESS.value, by=other.door, at_ms=other.at_ms)


def _claimed(session: Session, claim: str | None, ticket: str) -> bool:
    return bool(claim and session.get(ClaimRow, (claim, ticket)))


def _spend_claim(session: Session, claim: str) -> None:
    for row in session.scalars(select(ClaimRow).where(ClaimRow.id == claim)):
        row.state = "spent"
