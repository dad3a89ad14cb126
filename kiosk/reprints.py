"""Print a ticket again: only staff may, with a reason, and the older paper is dead at once.

Source: lobby.md §3, sync.md §2.6.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kiosk import collecting
from kiosk.device import Device
from kiosk.outcomes import LineDown, NotUnderstood, Refused
from kiosk.printing import issues
from kiosk.shown.named import Refusal
from kiosk.store.tables.orders import CollectionRow, SaleLineRow
from kiosk.store.tables.printing import PrintJobRow

CLAIM_S: Final = 3.0
MOST: Final = 60


@dataclass(frozen=True)
class Paper:
    """A ticket whose paper this device knows. state: as of its job, see `PrintJobRow`."""

    ticket: str
    order: str
    seat: str
    title: str
    issue: int
    state: str
    n: int
    of: int


def recent(device: Device) -> list[Paper]:
    """Give the newest tickets of this device, newest first."""
    with device.store.read() as session:
        newest = (
            select(func.max(PrintJobRow.place))
            .where(PrintJobRow.kind == "ticket")
            .group_by(PrintJobRow.ticket)
        )
        query = select(PrintJobRow).where(
            PrintJobRow.place.in_(newest), PrintJobRow.state != "replaced"
        )
        found = session.scalars(query.order_by(PrintJobRow.place.desc()).limit(MOST))
        return [_paper(job) for job in found]


def find(device: Device, ticket: str) -> Paper | None:
    """Find one ticket's newest paper."""
    with device.store.read() as session:
        job = _newest(session, ticket)
        return _paper(job) if job is not None else None


def again(device: Device, ticket: str, *, staff: str, why: str) -> Paper | Refusal:
    """Print the next issue. Refuses: reprint.gone, reprint.link, reprint.busy."""
    with device.store.read() as session:
        job = _newest(session, ticket)
        ours = job is not None and session.get(SaleLineRow, ticket) is not None
    if job is None or job.state in {"queued", "sending"}:
        return Refusal("reprint.busy" if job else "reprint.gone")
    if ours:
        refused = _elsewhere(device, job)
        if refused is not None:
            return refused
        return device.store.write(_ours, device, ticket, staff, why)
    code = _ask(device, job)
    if isinstance(code, Refusal):
        return code
    return device.store.write(_theirs, device, ticket, code, staff, why)


def _elsewhere(device: Device, job: PrintJobRow) -> Refusal | None:
    """Say why the next issue is not ours: another device prints it, or the ticket is void.

    We sign it ourselves, so without a line nobody is asked. The claim's id is that of the
    job which it replaces: it outlives a lost answer, and the event of the new issue spends
    it.
    """
    body = {**_body(job), "claim": job.id}
    try:
        answer = device.line.post("/api/claims", body, timeout_s=CLAIM_S)
    except Refused:
        return Refusal("reprint.busy")
    except (LineDown, NotUnderstood):
        return None
    if not isinstance(answer, dict) or answer.get("granted"):
        return None
    busy = answer.get("refused") == "PRINT_IN_PROGRESS"
    return Refusal("reprint.busy" if busy else "reprint.gone")


def _body(job: PrintJobRow) -> dict[str, str | int | None]:
    return {
        "kind": "reissue",
        "ticket": job.ticket,
        "issue": job.issue,
        "performance": str(job.document.get("performance", "")),
    }


def _ours(
    session: Session, device: Device, ticket: str, staff: str, why: str
) -> Paper | Refusal:
    job = _newest(session, ticket)
    if job is None or job.state in {"queued", "sending"}:
        return Refusal("reprint.busy")  # The second of two quick taps.
    return _paper(issues.next_ours(session, device, job, why=why, staff=staff))


def _theirs(
    session: Session, device: Device, ticket: str, code: str, staff: str, why: str
) -> Paper | Refusal:
    job = _newest(session, ticket)
    if job is None or job.state in {"queued", "sending"}:
        return Refusal("reprint.busy")
    return _paper(issues.next_theirs(session, device, job, code=code, why=why, staff=staff))


def _ask(device: Device, job: PrintJobRow) -> str | Refusal:
    """Have the ledger sign the next issue. Without an answer the claim is given back:
    staff may go to another kiosk.
    """
    claim = device.store.write(_claim, device, job)
    if claim is None:
        return Refusal("reprint.gone")
    body = {**_body(job), "claim": claim}
    try:
        answer = device.line.post("/api/claims", body, timeout_s=CLAIM_S, request=claim)
    except Refused:
        return Refusal("reprint.busy")
    except LineDown:
        code = _copied(device, job)
        if code is None:
            device.store.write(_give_back, device, job)
        return code or Refusal("reprint.link")
    except NotUnderstood as why:
        device.store.write(_give_back, device, job)
        return Refusal("reprint.gone" if why.status == 404 else "reprint.link")
    code = answer.get("payload") if isinstance(answer, dict) else None
    return code if isinstance(code, str) and code else Refusal("reprint.busy")


def _copied(device: Device, job: PrintJobRow) -> str | None:
    """Give the next issue's code from the copy that a collection opened, if one did."""
    with device.store.read() as session:
        query = select(CollectionRow).where(CollectionRow.order == job.order)
        for row in session.scalars(query.order_by(CollectionRow.found_ms.desc())):
            for ticket in row.document["tickets"]:
                code = ticket.get("payloads", {}).get(str(job.issue + 1))
                if ticket["ticket"] == job.ticket and code:
                    return str(code)
    return None


def _claim(session: Session, device: Device, job: PrintJobRow) -> str | None:
    row = _collection(session, job)
    if row is None:
        return None
    claims = dict(row.claims)
    claims.setdefault(_name(job), device.new_id())
    row.claims = claims
    return str(claims[_name(job)])


def _give_back(session: Session, device: Device, job: PrintJobRow) -> None:
    row = _collection(session, job)
    if row is not None:
        collecting.drop(session, device, row.ref, [_name(job)])


def _collection(session: Session, job: PrintJobRow) -> CollectionRow | None:
    query = select(CollectionRow).where(CollectionRow.order == job.order)
    return session.scalars(query.limit(1)).first()


def _name(job: PrintJobRow) -> str:
    """Name a reissue among the claims of its collection."""
    return f"reissue {job.ticket} {job.issue}"


def _newest(session: Session, ticket: str) -> PrintJobRow | None:
    query = select(PrintJobRow).where(
        PrintJobRow.ticket == ticket, PrintJobRow.state != "replaced"
    )
    return session.scalars(query.order_by(PrintJobRow.issue.desc()).limit(1)).first()


def _paper(job: PrintJobRow) -> Paper:
    document = job.document
    named = (document.get("section"), document.get("row"), document.get("seat"))
    return Paper(
        ticket=str(job.ticket),
        order=job.order,
        seat=" ".join(str(part) for part in named if part),
        title=str(document.get("title", "")),
        issue=job.issue,
        state=job.state,
        n=int(document.get("n", 1)),
        of=int(document.get("of", 1)),
    )
