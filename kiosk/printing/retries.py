"""Paper that failed prints again, by itself or when touched, while it is still ours.

Once the ledger knows that a ticket failed here, any kiosk may print it. So whoever tries
again claims it first, like any other kiosk, and writes its pickup with the job. While the
ledger cannot know of the failure nobody else can have the ticket, and it prints at once.
Where it may know and does not answer, a failure of a moment ago waits; what somebody
touched prints, because a lobby goes on without its line. Source: COL4, lobby.md §3.
"""

from typing import Any, Final

from sqlalchemy.orm import Session

from kiosk import log
from kiosk.device import Device
from kiosk.outcomes import LineDown, NotUnderstood, Refused
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
            answer = _claim(device, asked)
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


def leave(device: Device, id: str) -> bool:
    """Ask whether touched paper may move; while it may not, its job waits no more."""
    asked = device.store.write(_begin_touched, device, id)
    if asked is None:
        return True
    try:
        answer = _claim(device, asked)
    except NotUnderstood:
        answer = {
            "granted": True
        }  # A ledger that does not know the ticket gave it to none.
    except LineDown:
        # For one is for all of the order: nobody waits for each of them in turn.
        return device.store.write(_cut_off, device, id)
    return device.store.write(_answered_touched, device, id, asked["claim"], answer)


def _claim(device: Device, asked: dict[str, Any]) -> Any:
    try:
        return device.line.post("/api/claims", asked, timeout_s=CLAIM_S)
    except Refused as why:
        return {**why.facts, "granted": False, "refused": why.code}


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
    return _asked(device, job)


def _begin_touched(session: Session, device: Device, id: str) -> dict[str, Any] | None:
    """Let the job go if nobody else can have it; else give the claim to be sent."""
    job = session.get_one(PrintJobRow, id)
    if job.state != "queued" or not job.touched or not jobs.fresh(job, device.clock):
        return None  # It went to the phone, or waited for too long: who prints sees that.
    if not job.ticket:
        job.touched = False
        return None
    if job.told is not None and job.told > device.offered_seq:
        _go(session, device, job, device.new_id())
        return None
    return _asked(device, job)


def _asked(device: Device, job: PrintJobRow) -> dict[str, Any]:
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
    _refused(job, answer)


def _answered_touched(
    session: Session, device: Device, id: str, claim: str, answer: Any
) -> bool:
    job = session.get_one(PrintJobRow, id)
    if job.claim != claim or job.state != "queued" or not isinstance(answer, dict):
        return False
    if answer.get("granted"):
        _go(session, device, job, claim)
        return True
    jobs.fail(session, device.clock, device.new_id, id, "elsewhere")
    _refused(job, answer)
    return False


def _refused(job: PrintJobRow, answer: dict[str, Any]) -> None:
    job.claim = None
    why = answer.get("refused")
    if why == "ALREADY_PRINTED":
        job.state = "replaced"
    elif why not in _FOR_NOW:
        job.held = True


def _cut_off(session: Session, device: Device, id: str) -> bool:
    for job in jobs.of_order(session, session.get_one(PrintJobRow, id).order):
        if job.state == "queued" and job.touched:
            # The claim may have arrived: the pickup spends it.
            _go(session, device, job, job.claim or device.new_id())
    return True


def _queue(session: Session, device: Device, job: PrintJobRow, claim: str) -> None:
    if jobs.requeue(session, device.clock, job.id):
        _go(session, device, job, claim)
    job.claim = None


def _go(session: Session, device: Device, job: PrintJobRow, claim: str) -> None:
    """Tell that the paper moves here, under a claim that was granted or could not be."""
    job.claim, job.touched = None, False
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
    return [job for job in claimed if not _waits(job) or not jobs.fresh(job, device.clock)]


def _waits(job: PrintJobRow) -> bool:
    return job.state == "failed" or (job.state == "queued" and job.touched)


def _drop_unused(session: Session, device: Device) -> None:
    for job in _unused(session, device):
        body = {"claim": job.claim}
        log.append(session, device.clock, device.new_id(), "claim.dropped", body)
        job.claim = None
