"""Become part of a house: once, with an invitation. Source: sync.md §2.1."""

from typing import Any, Final

import structlog
from sqlalchemy.orm import Session

from boxoffice import log as chain
from boxoffice import wire
from kiosk import identity, log, strangers
from kiosk.carrier import Carrier
from kiosk.config import Invite
from kiosk.device import Device
from kiosk.identity import Identity
from kiosk.introduction import Trouble
from kiosk.line import Line
from kiosk.outcomes import LineDown, NotUnderstood

SOFTWARE: Final = "front-of-house 0.1.0"
OTHER_LEDGER: Final = "another ledger answered"
_words = structlog.get_logger()


def pair(device: Device, invite: Invite, *, carrier: Carrier | None = None) -> Identity:
    """Post this device's key with the one-time token and become what the answer says.

    The key was stored before, so a retry after a power cut sends the same one.
    carrier: for tests.
    Raises LineDown (try again), NotUnderstood (the invitation is used up or wrong).
    """
    answer = _ask(device, invite.token, invite.ledger_id, carrier, invite.spki)
    if answer.get("ledger_id") != invite.ledger_id or (
        answer.get("ledger_key") != invite.ledger_key
    ):
        raise NotUnderstood(0, OTHER_LEDGER)
    return _become(device, answer, invite.spki)


def pair_by_code(
    device: Device, code: str, *, carrier: Carrier | None = None
) -> Identity | str:
    """Ask with the code that somebody typed; give the check number while staff compare it.

    Whoever answers first is who must answer to the end: the number is made from that key.
    Raises LineDown (try again), NotUnderstood (the code is used up or wrong).
    """
    told = device.introduction
    ledger_id = strangers.ledger_id(
        device.config.ledger_url, device.new_id(), carrier=carrier
    )
    answer = _ask(device, code, ledger_id, carrier)
    key = answer.get("ledger_key")
    if not isinstance(key, str) or told.ledger_key not in {None, key}:
        raise NotUnderstood(0, OTHER_LEDGER)
    if answer.get("waiting") is True:
        told.ledger_key = key
        return wire.check_number(key, chain.encoded(device.key.public))
    if told.ledger_key is None:  # It never waited: nobody compared anything.
        raise NotUnderstood(0, OTHER_LEDGER)
    return _become(device, answer)


def introduce(device: Device) -> bool:
    """Go on with what was shown or typed at this device; True once it is paired.

    Raises LineDown when nobody answers; the code stays good.
    """
    told = device.introduction
    try:
        if told.invite is not None:
            pair(device, told.invite)
            return True
        if told.code is not None:
            got = pair_by_code(device, told.code)
            told.trouble = None
            told.check = got if isinstance(got, str) else None
            return told.check is None
    except LineDown:
        told.trouble = Trouble.LINE
        raise
    except NotUnderstood as why:
        _words.warning("not paired", why=str(why))
        other = why.code == OTHER_LEDGER
        told.failed(Trouble.OTHER_LEDGER if other else Trouble.GONE)
    return False


def _ask(
    device: Device,
    token: str,
    ledger_id: str,
    carrier: Carrier | None,
    spki: bytes | None = None,
) -> dict[str, Any]:
    public = chain.encoded(device.key.public)
    proof = device.key.sign(wire.pairing_text(token, public, ledger_id))
    return strangers.pair(
        device.config.ledger_url,
        {
            "token": token,
            "public_key": public,
            "proof": chain.encoded(proof),
            "hardware": "",
            "software": SOFTWARE,
            "protocols": [wire.PROTOCOL],
        },
        carrier=carrier,
        spki=spki,
    )


def _become(device: Device, answer: dict[str, Any], spki: bytes | None = None) -> Identity:
    try:
        me = device.store.write(identity.take, device.clock, answer, spki)
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
        patience=device.config.demo_patience,
    )


def started(session: Session, device: Device) -> None:
    """Log that this device has started, in the caller's transaction."""
    body = {
        "software": SOFTWARE,
        "boot": device.clock.boot_id,
        "trust": device.clock.trust,
    }
    log.append(session, device.clock, device.new_id(), "device.started", body)
