"""The next issue of a ticket: the older one is void from the moment it is written.

A ticket sold here is signed here; one of the ledger's is signed there. Source: lobby.md §3.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from kiosk import documents, log, signing
from kiosk.device import Device
from kiosk.printing import jobs
from kiosk.printing.ticket import Ticket
from kiosk.store.tables.orders import SaleLineRow
from kiosk.store.tables.printing import PrintJobRow


def next_ours(
    session: Session, device: Device, job: PrintJobRow, *, why: str, staff: str
) -> PrintJobRow:
    """Queue the next issue of a ticket sold here, in the caller's transaction."""
    line = session.get_one(SaleLineRow, job.ticket)
    performance = documents.performance(session, line.performance)
    plan = documents.plan(session, line.performance)
    assert performance is not None
    issue = job.issue + 1
    seq = _note(session, device, job, why, staff)
    code = signing.payload(
        device,
        performance=performance.number,
        ticket=line.ticket,
        seat=plan.numbers.get(line.seat) if plan and plan.chart else None,
        issue=issue,
        seq=seq,
        check=False,
    )
    return _queued(session, device, job, {"issue": issue, "code": code})


def next_theirs(
    session: Session, device: Device, job: PrintJobRow, *, code: str, why: str, staff: str
) -> PrintJobRow:
    """Queue the next issue that the ledger has signed, in the caller's transaction."""
    _note(session, device, job, why, staff)
    return _queued(session, device, job, {"issue": job.issue + 1, "code": code})


def _note(session: Session, device: Device, job: PrintJobRow, why: str, staff: str) -> int:
    body = {"ticket": job.ticket, "issue": job.issue + 1, "why": why, "staff": staff}
    return log.append(session, device.clock, device.new_id(), "ticket.reprinted", body)


def _queued(
    session: Session, device: Device, job: PrintJobRow, change: Mapping[str, Any]
) -> PrintJobRow:
    job.state = "replaced"
    paper = Ticket.read({**job.document, **change})
    return jobs.queue(session, device.clock, device.new_id, [paper])[0]
