"""Tonight's will-call orders in our own copy, for when nobody answers.

A copy opens for its way in alone; whoever guesses waits as long as whoever knows. It says
what was true when the line went down, so what this device printed since counts first, and
what another printed meanwhile the ledger finds out. Source: sync.md §9, lobby.md §2.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from boxoffice import copies, log
from kiosk import documents
from kiosk.device import Device
from kiosk.printing import jobs

_KEPT_MS: Final = timedelta(days=1) // timedelta(milliseconds=1)


def by_code(device: Device, code_hash: str) -> dict[str, Any] | None:
    """Open an order by its code; None when there is no such copy here."""
    return _open(device, [copies.by_code(code_hash)])


def by_name(device: Device, number: str, last_name: str) -> dict[str, Any] | None:
    """Open an order by number and last name; None when there is no such copy here."""
    return _open(device, copies.by_name(number, last_name))


def as_here(session: Session, document: dict[str, Any]) -> dict[str, Any]:
    """Give a copied order with what became of its paper on this device since."""
    states = {job.ticket: job.state for job in jobs.of_order(session, document["order"])}
    tickets = [
        {**ticket, "print_state": states.get(ticket["ticket"], ticket["print_state"])}
        for ticket in document["tickets"]
    ]
    return {**document, "tickets": tickets, "copied": True}


def at_work(session: Session, order: str, tickets: Sequence[str]) -> str | None:
    """Say how far the paper of one of these tickets got here; None: it never began.

    Gives printed, uncertain, or busy.
    """
    states = {
        job.state for job in jobs.of_order(session, order) if job.ticket in set(tickets)
    }
    if states & {"printed", "phone"}:
        return "printed"
    if "uncertain" in states:
        return "uncertain"
    return "busy" if states else None


def _open(device: Device, ways: Sequence[str]) -> dict[str, Any] | None:
    with device.store.read() as session:
        told = documents.plain(session, "config", "willcall")
    pepper = _pepper(told)
    if pepper is None:
        return None
    found = None
    for way in ways:
        # Each is stretched, whether it is there or not: the time says nothing.
        stretched = copies.stretch(way, pepper)
        sealed = _sealed(device, copies.index(stretched, pepper))
        if sealed is not None:
            found = copies.unseal(stretched, sealed) or found
    return found


def _pepper(told: dict[str, Any] | None) -> bytes | None:
    try:
        pepper = log.decoded(str((told or {})["pepper"]))
    except (KeyError, ValueError):
        return None
    return pepper if len(pepper) == copies.PEPPER_BYTES else None


def _sealed(device: Device, id: str) -> str | None:
    now_ms = device.clock.now_ms()
    with device.store.read() as session:
        for evening in documents.performances(session):
            if abs(evening.starts_ms - now_ms) > _KEPT_MS:
                continue
            found = documents.plain(session, "willcall", id, performance=evening.id)
            if found is not None:
                return str(found.get("sealed", ""))
    return None
