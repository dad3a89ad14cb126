"""Become part of a house: once, with an invitation. Source: sync.md §2.1."""

from typing import Final

import httpx
import structlog
from sqlalchemy.orm import Session

from boxoffice import log as chain
from boxoffice import wire
from kiosk import identity, line, log
from kiosk.config import Invite
from kiosk.device import Device
from kiosk.identity import Identity
from kiosk.line import Line, NotUnderstood

SOFTWARE: Final = "front-of-house 0.1.0"
_words = structlog.get_logger()


def pair(
    device: Device, invite: Invite, *, transport: httpx.BaseTransport | None = None
) -> Identity:
    """Post this device's key with the one-time token and become what the answer says.

    The key was stored before, so a retry after a power cut sends the same one.
    transport: for tests.
    Raises LineDown (try again), NotUnderstood (the invitation is used up or wrong).
    """
    public = chain.encoded(device.key.public)
    proof = device.key.sign(wire.pairing_text(invite.token, public, invite.ledger_id))
    answer = line.pair(
        device.config.ledger_url,
        {
            "token": invite.token,
            "public_key": public,
            "proof": chain.encoded(proof),
            "hardware": "",
            "software": SOFTWARE,
            "protocols": [wire.PROTOCOL],
        },
        transport=transport,
    )
    if answer.get("ledger_id") != invite.ledger_id or (
        answer.get("ledger_key") != invite.ledger_key
    ):
        raise NotUnderstood(0, "another ledger answered")
    try:
        me = device.store.write(identity.take, device.clock, answer)
    except (KeyError, TypeError, ValueError) as why:
        raise NotUnderstood(0, f"pairing answer: {why!r}") from why
    device.become(me)
    device.connect(line_of(device))
    _words.info("paired", device=me.device, role=me.role, incarnation=me.incarnation)
    return me


def line_of(device: Device) -> Line:
    """Give a line to the ledger for the device as it is now."""
    return Line(
        device.config.ledger_url,
        clock=device.clock,
        key=device.key,
        identity=device.me,
        new_id=device.new_id,
    )


def started(session: Session, device: Device) -> None:
    """Log that this device has started, in the caller's transaction."""
    body = {
        "software": SOFTWARE,
        "boot": device.clock.boot_id,
        "trust": device.clock.trust,
    }
    log.append(session, device.clock, device.new_id(), "device.started", body)
