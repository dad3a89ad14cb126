"""Paper that failed a moment ago prints by itself, for as long as it is still ours.

Once the ledger knows that a ticket failed here, any kiosk may print it. So whoever tries
again claims it first, like any other kiosk, and writes its pickup with the job. While the
ledger cannot know of the failure nobody else can have the ticket, and it prints at once;
where it may know and does not answer, the paper waits. Source: COL4, lobby.md §3.
"""

from typing import Any, Final

from sqlalchemy.orm import Session

from kiosk import log
from kiosk.device import Device
from kiosk.line import LineDown, NotUnderstood, Refused
from kiosk.printing import jobs
from kiosk.store import statements
from kiosk.store.tables.printing import PrintJobRow

CLAIM_S: Final = 1.5
# What another kiosk says of paper that moves there now: it may fail there, too.
_FOR_NOW: Final = frozenset({"PRINT_IN_PROGRESS", "claimed"})


def again(device: Device) -> None:
    """Queue young failures again, those that the ledger knows of with its leave."""
    with device.store.read() as session:
        failed = [job.id for job in jobs.young_failures(session, device.clock)]
    for id in failed:
        asked = device.store.write(_begin, device, id)
        if asked is None:
            continue
        try:
            answer = device.line.post("/api/claims", asked, timeout_s=CLAIM_S)
        except Refused as why:
            answer = {**why.facts, "granted": False, "refused": why.code}
        except NotUnderstood:
            continue  # A ledger that was restored may not know the ticket yet.
        except LineDown:
            return  # The claim is kept: the next try asks under the same id.
        device.store.write(_answered, device, id, asked["claim"], answer)


def let_go(device: Device) -> None:
    """Give back claims that nobody will use any more: others may print."""
    with device.store.read() as session:
        unused = bool(_unused(session, device))
    if unused:
        device.store.write(_drop_unused, device)


def _begin(session: Session, device: Device, id: str) -> dict[str, Any] | None:
    """Queue the job if nobody else can have it; else give the claim to be sent, if any."""
    job = session.get_one(PrintJobRow, id)
    if job.state != "failed":
        return None
    if not job.ticket:
        jobs.requeue(session, device.clock, id)
        return None
    if job.told is None:
        return None  # Failed under an older program, which did not note what it told.
    if job.told > log.acknowledged(session).acked_seq:
        if job.told > device.offered_seq:
            _queue(session, device, job, device.new_id())
        return None  # Else it may have arrived, and its acknowledgement will say so.
    job.claim = job.claim or device.new_id()
    return {
        "claim": job.claim,
        "kind": "pickup",
        "ticket": job.ticket,
        "issue": job.issue,
        "performance": str(job.document.get("performance", "")),
        "order": job.order,
        # Whatever was due was paid before the first try.
        "pays": True,
    }


def _answered(session: Session, device: Device, id: str, claim: str, answer: Any) -> None:
    job = session.get_one(PrintJobRow, id)
    if job.claim != claim or job.state != "failed" or not isinstance(answer, dict):
        return  # It went to the phone meanwhile, say; the claim is given back.
    if answer.get("granted"):
        _queue(session, device, job, claim)
        return
    job.claim = None
    why = answer.get("refused")
    if why == "ALREADY_PRINTED":
        job.state = "replaced"
    elif why not in _FOR_NOW:
        job.held = True


def _queue(session: Session, device: Device, job: PrintJobRow, claim: str) -> None:
    job.claim = None
    if not jobs.requeue(session, device.clock, job.id):
        return
    body = {
        "claim": claim,
        "order": job.order,
        "tickets": [job.ticket],
        "way": "again",
        "payload": str(job.document.get("code", "")),
    }
    log.append(session, device.clock, device.new_id(), "pickup", body)


def _unused(session: Session, device: Device) -> list[PrintJobRow]:
    found = statements.every(session, "SELECT id FROM print_job WHERE claim IS NOT NULL")
    claimed = [session.get_one(PrintJobRow, id) for (id,) in found]
    return [
        job for job in claimed if job.state != "failed" or not jobs.fresh(job, device.clock)
    ]


def _drop_unused(session: Session, device: Device) -> None:
    for job in _unused(session, device):
        body = {"claim": job.claim}
        log.append(session, device.clock, device.new_id(), "claim.dropped", body)
        job.claim = None
