"""Print jobs as rows: queued with their cause, each step with its event.

What may happen to a job is `boxoffice.printing`'s to say; here it is written down.
Source: spec.md 4.9, sync.md §3.3.
"""

from collections.abc import Callable, Sequence
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from boxoffice import printing
from kiosk import log
from kiosk.clock import Clock
from kiosk.printing.receipt import Receipt
from kiosk.printing.report import Report
from kiosk.printing.ticket import Ticket
from kiosk.store import statements
from kiosk.store.tables.printing import PrintJobRow

# An older job waits for somebody to look: nobody may stand there any more.
FRESH_MS: Final = 60_000

NewId = Callable[[], str]


def queue(
    session: Session, clock: Clock, new_id: NewId, tickets: Sequence[Ticket]
) -> list[PrintJobRow]:
    """Queue the paper of some tickets, in order, in the caller's transaction."""
    ids = [new_id() for _ in tickets]
    found = []
    for id, ticket in zip(ids, tickets, strict=True):
        job = _job(clock, id, "ticket", ticket.order, ticket.document())
        job.batch, job.ticket, job.issue = ids[0], ticket.ticket, ticket.issue
        found.append(_add(session, job))
    return found


def queue_receipt(
    session: Session, clock: Clock, new_id: NewId, receipt: Receipt
) -> PrintJobRow:
    """Queue a receipt, in the caller's transaction."""
    return _add(
        session, _job(clock, new_id(), "receipt", receipt.order, receipt.document())
    )


def queue_report(
    session: Session, clock: Clock, new_id: NewId, report: Report
) -> PrintJobRow:
    """Queue paper for staff, in the caller's transaction."""
    return _add(session, _job(clock, new_id(), "report", "", report.document()))


def waiting(session: Session) -> PrintJobRow | None:
    """Give the job that is next, if any."""
    found = statements.first(
        session, "SELECT id FROM print_job WHERE state = 'queued' ORDER BY place LIMIT 1"
    )
    return None if found is None else session.get_one(PrintJobRow, found[0])


def young_failures(session: Session, clock: Clock) -> list[PrintJobRow]:
    """Give the failed jobs whose guest is still likely to stand there."""
    found = statements.every(
        session,
        "SELECT id FROM print_job WHERE state = 'failed' AND boot_id = ?",
        (clock.boot_id,),
    )
    failed = [session.get_one(PrintJobRow, id) for (id,) in found]
    return [job for job in failed if fresh(job, clock)]


def of_order(session: Session, order: str) -> list[PrintJobRow]:
    """Give the newest job of each ticket of an order, in the order of the tickets."""
    query = select(PrintJobRow).where(
        PrintJobRow.order == order,
        PrintJobRow.kind == "ticket",
        PrintJobRow.state != "replaced",
    )
    newest: dict[str, PrintJobRow] = {}
    for job in session.scalars(query.order_by(PrintJobRow.issue)):
        newest[job.ticket or job.id] = job
    return sorted(newest.values(), key=lambda job: int(job.document.get("n", 0)))


def asked_for(session: Session, order: str) -> list[PrintJobRow]:
    """Give the tickets that were asked for last, and older ones still not delivered."""
    found = of_order(session, order)
    if not found:
        return []
    newest = max(found, key=lambda job: job.place).batch
    return [
        job for job in found if job.batch == newest or job.state not in {"printed", "phone"}
    ]


def printed_here(session: Session, tickets: Sequence[str]) -> int | None:
    """Say when one of these tickets was last printed here, in ms; None: never."""
    query = select(func.max(PrintJobRow.printed_ms)).where(PrintJobRow.ticket.in_(tickets))
    return session.scalar(query)


def fresh(job: PrintJobRow, clock: Clock) -> bool:
    """Whether the job is young enough to print by itself."""
    if job.held or job.boot_id != clock.boot_id:
        return False
    return clock.boot_ms() - job.queued_boot_ms < FRESH_MS


def begin(session: Session, id: str) -> bool:
    """Note that bytes are about to leave. False: it is no longer to be printed."""
    return _step(session.get_one(PrintJobRow, id), printing.Event.SEND)


def proven(session: Session, clock: Clock, new_id: NewId, id: str, proof: str) -> None:
    """Note the printer's proof."""
    job = session.get_one(PrintJobRow, id)
    assert _step(job, printing.Event.PROOF)
    job.proof, job.printed_ms = proof, clock.now_ms()
    if job.ticket:
        body = {"ticket": job.ticket, "issue": job.issue, "job": job.id, "proof": proof}
        log.append(session, clock, new_id(), "ticket.printed", body)


def doubt(
    session: Session,
    clock: Clock,
    new_id: NewId,
    id: str,
    why: str,
    *,
    event: printing.Event = printing.Event.NO_ANSWER,
) -> None:
    """Note that nobody knows whether paper came out."""
    job = session.get_one(PrintJobRow, id)
    assert _step(job, event)
    job.reason = why
    _tell(session, clock, new_id, job, "ticket.uncertain")


def fail(session: Session, clock: Clock, new_id: NewId, id: str, why: str) -> None:
    """Note that not a byte left: proof that nothing came out."""
    job = session.get_one(PrintJobRow, id)
    if _step(job, printing.Event.NOT_READY):
        job.reason = why
        _tell_again(session, clock, new_id, job, "ticket.failed")


def fail_rest(session: Session, clock: Clock, new_id: NewId, order: str, why: str) -> None:
    """Stop the rest of an order at the first doubt."""
    query = select(PrintJobRow.id).where(
        PrintJobRow.order == order, PrintJobRow.state == "queued"
    )
    for id in session.scalars(query.order_by(PrintJobRow.place)).all():
        fail(session, clock, new_id, id, why)


def owe(session: Session, clock: Clock, new_id: NewId, job: PrintJobRow, why: str) -> None:
    """Leave a queued ticket to be fetched: its guest may have gone."""
    assert _step(job, printing.Event.NOT_READY)
    job.reason, job.held = why, True
    _tell_again(session, clock, new_id, job, "ticket.owed")


def requeue(session: Session, clock: Clock, id: str) -> bool:
    """Queue a failed job again, as new: somebody touched it, or it is still fresh."""
    job = session.get_one(PrintJobRow, id)
    if job.state != "failed" or not _step(job, printing.Event.PICKUP):
        return False
    job.reason = ""
    return True


def touch(
    session: Session,
    clock: Clock,
    order: str,
    tickets: Sequence[str] | None = None,
    *,
    claimed: bool = False,
) -> int:
    """Let the failed jobs of an order print from now on; give how many.

    tickets: None for all of them. claimed: they have been, so nobody need be asked.
    """
    count = 0
    for job in of_order(session, order):
        if tickets is not None and job.ticket not in tickets:
            continue
        if requeue(session, clock, job.id):
            job.held, job.boot_id, job.queued_boot_ms = (
                False,
                clock.boot_id,
                clock.boot_ms(),
            )
            job.touched = not claimed
            count += 1
    return count


def recover(session: Session, clock: Clock, new_id: NewId) -> int:
    """At boot: what was being sent is uncertain. Gives how many. Source: sync.md §6."""
    query = select(PrintJobRow.id).where(PrintJobRow.state == "sending")
    found = session.scalars(query).all()
    for id in found:
        doubt(session, clock, new_id, id, "restart", event=printing.Event.RESTART)
    return len(found)


def _job(
    clock: Clock, id: str, kind: str, order: str, document: dict[str, object]
) -> PrintJobRow:
    return PrintJobRow(
        id=id,
        kind=kind,
        order=order,
        batch=id,
        ticket=None,
        issue=1,
        document=document,
        state="queued",
        reason="",
        proof="",
        held=False,
        length_mm=0,
        boot_id=clock.boot_id,
        queued_boot_ms=clock.boot_ms(),
    )


def _add(session: Session, job: PrintJobRow) -> PrintJobRow:
    last = session.scalar(select(func.max(PrintJobRow.place))) or 0
    job.place = last + 1
    session.add(job)
    session.flush()
    return job


def _step(job: PrintJobRow, event: printing.Event) -> bool:
    """Ask the rule; take the job there if the event has a place in its state."""
    if job.state not in {state.value for state in printing.State}:
        return False  # On the phone, or replaced: no paper of it is wanted.
    now = printing.Printing(printing.State(job.state), job.issue)
    step = printing.step(now, event)
    if step.ignored or step.refusal is not None:
        return False
    job.state = step.printing.state.value
    return True


def _tell_again(
    session: Session, clock: Clock, new_id: NewId, job: PrintJobRow, type: str
) -> None:
    """Tell that nothing came out, unless that was told and the job is not ours again yet.

    Another kiosk may print it this moment, and its pickup must not be undone.
    """
    if not job.touched:
        job.told = _tell(session, clock, new_id, job, type)
    job.touched = False


def _tell(
    session: Session, clock: Clock, new_id: NewId, job: PrintJobRow, type: str
) -> int | None:
    if not job.ticket:
        return None
    body = {
        "ticket": job.ticket,
        "issue": job.issue,
        "job": job.id,
        "reason": job.reason,
    }
    return log.append(session, clock, new_id(), type, body)
