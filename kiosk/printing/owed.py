"""Paid but unprinted: put it on the phone, and let no half-printed twin count.

Owed = paid − delivered (printed, or put on the phone); uncertain counts as owed.
Source: lobby.md §3.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk import log
from kiosk.clock import Clock
from kiosk.device import Device
from kiosk.printing import issues, jobs
from kiosk.shown.named import Refusal, SeatShown
from kiosk.shown.printing import PhoneTicket
from kiosk.store import statements
from kiosk.store.tables.orders import SaleLineRow
from kiosk.store.tables.printing import PrintJobRow

_OWED: Final = ("queued", "failed", "uncertain")
# The page of an order whose paper stopped stands two minutes, and five more the first page
# says so without a name; a job is given up within one.
LATELY_MS: Final = 8 * 60_000


def on_phone(
    device: Device, order: str, tickets: Sequence[str] | None
) -> list[PhoneTicket] | Refusal:
    """Put owed tickets on the phone, in one transaction; again gives the same."""
    return device.store.write(_deliver, device, order, tickets)


def owed(session: Session) -> list[PrintJobRow]:
    """Give the tickets that are paid and not delivered, oldest first."""
    query = select(PrintJobRow).where(
        PrintJobRow.kind == "ticket",
        PrintJobRow.state.in_(("queued", "sending", "uncertain", "failed")),
    )
    return list(session.scalars(query.order_by(PrintJobRow.place)))


def lately(session: Session, clock: Clock) -> bool:
    """Whether paper stopped here a moment ago, so that its guest may still be near."""
    return (
        statements.first(
            session,
            "SELECT 1 FROM print_job WHERE state IN ('failed', 'uncertain')"
            " AND kind = 'ticket' AND boot_id = ? AND queued_boot_ms > ? LIMIT 1",
            (clock.boot_id, clock.boot_ms() - LATELY_MS),
        )
        is not None
    )


def _deliver(
    session: Session, device: Device, order: str, tickets: Sequence[str] | None
) -> list[PhoneTicket] | Refusal:
    found = [
        job
        for job in jobs.of_order(session, order)
        if (job.state in (*_OWED, "phone") if tickets is None else job.ticket in tickets)
    ]
    if any(job.state == "uncertain" and not _ours(session, job) for job in found):
        # Only its signer could make the next issue; without it, staff look first.
        return Refusal("collect.uncertain")
    return [
        _shown(_put(session, device, job) if job.state in _OWED else job)
        for job in found
        if job.state in (*_OWED, "phone")
    ]


def _put(session: Session, device: Device, job: PrintJobRow) -> PrintJobRow:
    if job.state == "uncertain":
        job = _next_issue(session, device, job)
    job.state = "phone"
    body = {"ticket": job.ticket, "issue": job.issue, "way": "phone"}
    log.append(session, device.clock, device.new_id(), "ticket.delivered", body)
    return job


def _next_issue(session: Session, device: Device, job: PrintJobRow) -> PrintJobRow:
    """Make the older issue void: its paper may lie half-printed in the slot."""
    again = issues.next_ours(session, device, job, why="on phone", staff="")
    again.state = "failed"  # Nobody shall print what goes to the phone.
    again.held, again.batch = True, job.batch
    session.flush()
    return again


def _ours(session: Session, job: PrintJobRow) -> bool:
    return job.ticket is not None and session.get(SaleLineRow, job.ticket) is not None


def _shown(job: PrintJobRow) -> PhoneTicket:
    document = job.document
    seat = None
    if document.get("seat"):
        seat = SeatShown(
            str(document.get("seat_code", "")),
            str(document["section"]),
            str(document["row"]),
            str(document["seat"]),
        )
    assert job.ticket is not None
    return PhoneTicket(job.ticket, job.issue, seat, str(document["code"]))
