"""Claims that nobody goes on with: others may ask for the ticket. Source: sync.md §5."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ledger import rows
from ledger.clock import Means
from ledger.tables.doors import ClaimRow, PresenceRow


def release(session: Session, means: Means, claim: str, device: str) -> bool:
    """Free a claim that its own device drops; give whether it was live.

    A claim may be on its way still: it is not granted when it comes.
    """
    freed = rows.changed(
        session,
        update(ClaimRow)
        .where(ClaimRow.id == claim, ClaimRow.device == device, ClaimRow.state == "live")
        .values(state="dropped"),
    )
    _nobody_asks(session, claim)
    known = select(ClaimRow.ticket).where(ClaimRow.id == claim).limit(1)
    if session.scalar(known) is None:
        rows.add(session, ClaimRow, [_never_heard(means, claim, device)])
    return freed > 0


def release_all(session: Session, device: str) -> None:
    """Free what a device claimed that is revoked, or was paired anew: nobody is at it."""
    live = session.scalars(
        select(ClaimRow.id).where(ClaimRow.device == device, ClaimRow.state == "live")
    ).all()
    for claim in live:
        _nobody_asks(session, claim)
    session.execute(
        update(ClaimRow)
        .where(ClaimRow.device == device, ClaimRow.state == "live")
        .values(state="dropped")
    )


def _nobody_asks(session: Session, claim: str) -> None:
    session.execute(
        update(PresenceRow).where(PresenceRow.claim == claim).values(claim=None)
    )


def _never_heard(means: Means, claim: str, device: str) -> dict[str, object]:
    return {
        "id": claim,
        "ticket": "",
        "kind": "admission",
        "space": "",
        "performance": "",
        "device": device,
        "door": "",
        "state": "dropped",
        "answer": "{}",
        "at_ms": means.now_ms,
    }
