"""Ask the ledger who was first, for as long as a queue can wait.

A claim is saved before it is sent, under the id that the admission will have; a rescan
reuses the open one. Source: sync.md §5.
"""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk import log
from kiosk.carrier import HungUp
from kiosk.device import Device
from kiosk.outcomes import LineDown, NotUnderstood, Refused
from kiosk.store import statements
from kiosk.store.tables.door import ClaimRow

# The answer itself may take a little longer than anybody at the door waits for it.
_LONGER: Final = 4
_asking = ThreadPoolExecutor(max_workers=8, thread_name_prefix="claim")


@dataclass(frozen=True)
class Granted:
    """The ticket is ours to admit. after: the movement that ours follows, or None."""

    after: str | None
    unseen: bool


@dataclass(frozen=True)
class Denied:
    """Somebody else was quicker, or the ledger knows better. refused: a verdict's word."""

    refused: str
    by: str
    at_ms: int | None


def ask(device: Device, body: Mapping[str, Any]) -> Granted | Denied | None:
    """Claim; None when nobody answered in time, so that this door is on its own."""
    try:
        answer = _answered(device, body)
    except (TooLate, LineDown):
        return None
    except Refused as why:
        return _denied({**why.facts, "refused": why.code})
    except NotUnderstood as why:
        # The ledger answers and does not know the performance or the ticket.
        return Denied("UNKNOWN", "", None) if why.status == 404 else None
    if not isinstance(answer, dict):
        return None
    if answer.get("granted") is True:
        after = answer.get("after")
        return Granted(
            after if isinstance(after, str) else None, bool(answer.get("unseen"))
        )
    return _denied(answer)


def answerable(device: Device) -> bool:
    """Whether a claim would reach anybody: where nobody listens, none is saved or sent."""
    if device.up:
        return True
    wait_s = device.config.claim_wait_s
    if device.line.numbered:
        return device.line.listens(wait_s)
    try:
        # On a thread of its own: looking a name up knows no limit of time.
        return _asking.submit(device.line.listens, wait_s).result(wait_s)
    except TooLate:
        return False


def is_open(session: Session, ticket: str, space: str) -> bool:
    """Whether a claim on this ticket was saved and not used yet."""
    found = "SELECT 1 FROM claim_open WHERE ticket = ? AND space = ?"
    return statements.first(session, found, (ticket, space)) is not None


def save(session: Session, ticket: str, space: str, new: str) -> str:
    """Give the open claim on this ticket, or open one under the id given."""
    opening = (
        "INSERT INTO claim_open (ticket, space, claim) VALUES (?, ?, ?)"
        " ON CONFLICT DO NOTHING"
    )
    if statements.run(session, opening, (ticket, space, new)):
        return new
    found = "SELECT claim FROM claim_open WHERE ticket = ? AND space = ?"
    return str(statements.first(session, found, (ticket, space))[0])


def close(session: Session, ticket: str, space: str) -> None:
    """The claim is spent by a movement, or was refused."""
    spent = "DELETE FROM claim_open WHERE ticket = ? AND space = ?"
    statements.run(session, spent, (ticket, space))


def drop(session: Session, device: Device, ticket: str, space: str) -> None:
    """Give a claim back of which nobody knows whether it was granted."""
    row = session.get(ClaimRow, (ticket, space))
    if row is not None:
        body = {"claim": row.claim}
        log.append(session, device.clock, device.new_id(), "claim.dropped", body)
        session.delete(row)


def recover(session: Session, device: Device) -> int:
    """At boot: nobody stands at the door with these any more. Gives how many."""
    found = session.scalars(select(ClaimRow)).all()
    for row in found:
        drop(session, device, row.ticket, row.space)
    return len(found)


def _answered(device: Device, body: Mapping[str, Any]) -> Any:
    """Give what the ledger answers in time. Raises TooLate, and as `Line.request`."""
    wait_s = device.config.claim_wait_s
    asking = device.line.begin("/api/claims", body, timeout_s=wait_s)
    if asking is not None:
        if not asking.comes(wait_s):
            # Whether the line stands is worth knowing, though nobody waits any more.
            _asking.submit(asking.document, _LONGER * wait_s)
            raise TooLate
        with suppress(HungUp):
            return asking.document(wait_s)
    # A new connection takes a thread: looking a name up knows no limit of time.
    future: Future[Any] = _asking.submit(_post, device, body)
    return future.result(wait_s)


def _post(device: Device, body: Mapping[str, Any]) -> Any:
    return device.line.post(
        "/api/claims", body, timeout_s=_LONGER * device.config.claim_wait_s
    )


def _denied(answer: Mapping[str, Any]) -> Denied:
    at_ms = answer.get("at_ms")
    return Denied(
        str(answer.get("refused") or "UNKNOWN"),
        str(answer.get("by") or ""),
        at_ms if isinstance(at_ms, int) else None,
    )
