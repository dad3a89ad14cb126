"""A device becomes part of the house: once, with an invitation. Source: sync.md §2.1."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from boxoffice import log, wire
from boxoffice.signatures import genuine
from ledger import book, devices, introductions, losses, notices, released
from ledger.clock import Means
from ledger.tables.devices import DeviceLogRow, DeviceRow, KeyRow, PairTokenRow


@dataclass(frozen=True)
class Paired:
    """What a device is told when it is paired: the answer of POST /api/pair."""

    answer: Mapping[str, Any]


@dataclass(frozen=True)
class NotPaired:
    """The invitation is no good: used, too old, unknown, or the proof does not hold."""


@dataclass(frozen=True)
class Waiting:
    """A typed code is good; staff have yet to compare the check number of both screens."""

    ledger_key: str


def pair(
    session: Session,
    means: Means,
    *,
    token: str,
    public: bytes,
    proof: bytes,
    hardware: str = "",
    software: str = "",
) -> Paired | Waiting | NotPaired:
    """Pair a device; the same token and key again get the same answer.

    proof: signature over wire.pairing_text by the key that wants to be paired.
    """
    ledger = book.read(session)
    said = wire.pairing_text(token, log.encoded(public), ledger.ledger_id)
    if not genuine(public, proof, said):
        return NotPaired()
    book.lock(session)
    invitation = session.get(
        PairTokenRow, devices.hash_of(introductions.plain(token)), with_for_update=True
    )
    if invitation is None:
        introductions.missed(session, means.now_ms)
        return NotPaired()
    device = session.get_one(DeviceRow, invitation.device)
    if invitation.public is not None:
        if invitation.public != public or invitation.incarnation is None:
            return NotPaired()
        return Paired(_answer(session, means, ledger, device, invitation.incarnation))
    if means.now_ms >= invitation.expires_ms or device.revoked_ms is not None:
        return NotPaired()
    if invitation.typed and not introductions.asked(session, means, invitation, public):
        return NotPaired()
    if invitation.typed and invitation.confirmed_ms is None:
        return Waiting(means.signing.public_text)
    losses.left_behind(session, means, device)
    released.release_all(session, device.id)
    device.incarnation += 1
    device.hardware, device.software = hardware, software
    # What was heard of the one before says nothing of this one, whose answer may be lost.
    device.seen_ms = None
    invitation.public, invitation.incarnation = public, device.incarnation
    session.execute(
        update(DeviceLogRow)
        .where(DeviceLogRow.device == device.id, DeviceLogRow.state == "active")
        .values(state="draining")
    )
    retired = session.scalars(
        select(KeyRow).where(KeyRow.device == device.id, KeyRow.state == "active")
    ).all()
    for key in retired:
        key.state = "retired"
        notices.key(session, key.key_id, means.now_ms)
    key_id = book.next_key_id(session)
    session.add(
        DeviceLogRow(
            device=device.id,
            incarnation=device.incarnation,
            seq=0,
            hash=log.genesis(device.id, device.incarnation),
            state="active",
            timeline_acked=ledger.timeline,
        )
    )
    session.add(
        KeyRow(
            key_id=key_id,
            kind="device",
            owner=device.id,
            device=device.id,
            incarnation=device.incarnation,
            state="active",
            public=public,
            last_seq=None,
            added_ms=means.now_ms,
        )
    )
    session.flush()
    notices.key(session, key_id, means.now_ms)
    notices.device(session, device.id, means.now_ms)
    return Paired(_answer(session, means, ledger, device, device.incarnation))


def _answer(
    session: Session, means: Means, ledger: book.Book, device: DeviceRow, incarnation: int
) -> dict[str, Any]:
    keys = session.scalars(select(KeyRow).order_by(KeyRow.key_id)).all()
    own = next(k for k in keys if k.device == device.id and k.incarnation == incarnation)
    told = notices.keys(session, [str(key.key_id) for key in keys])
    return {
        "device": device.id,
        "name": device.name,
        "place": device.place,
        "incarnation": incarnation,
        "role": device.role,
        "key_id": own.key_id,
        "ledger_id": ledger.ledger_id,
        "ledger_key": means.signing.public_text,
        "venue": ledger.house,
        "streams": devices.streams(session, device.id, means.now_ms),
        "keys": [told[str(key.key_id)] for key in keys],
    }
