"""Carry the device log to the ledger, from wherever the ledger says it is.

Nothing is marked as sent before the ledger has said so, and nothing is deleted on an error
answer, so nothing can be lost. Source: sync.md §2.4.
"""

from dataclasses import dataclass

import structlog
from sqlalchemy.orm import Session

from boxoffice import failpoints, wire
from boxoffice import log as chain
from kiosk import log
from kiosk.batches import UPLOAD_S
from kiosk.device import Device
from kiosk.outcomes import LineDown, NotUnderstood, Refused
from kiosk.store.tables.device import StateRow

_words = structlog.get_logger()


@dataclass(frozen=True)
class Uploaded:
    """How an upload went. more: there may be more to send. heads: where streams stand."""

    sent: int
    more: bool
    heads: dict[str, int]


def cursor(device: Device, *, timeout_s: float = UPLOAD_S) -> wire.Cursor:
    """Ask how far the ledger has read; learn whether this store was rolled back.

    A ledger that knows more of our log than we do, or another event in its place, proves
    that this store is a copy or was restored: it uploads and never sells again (P26).
    Raises as `Line.request`, and `wire.Malformed`.
    """
    with device.store.read() as session:
        told = log.acknowledged(session)
    asked = f"/api/events?acked={told.acked_seq}&timeline={told.timeline}"
    found = wire.cursor(device.line.get(asked, timeout_s=timeout_s))
    device.store.write(_follow, found)
    return found


def upload(device: Device, *, timeout_s: float = UPLOAD_S) -> Uploaded:
    """Send one batch of what the ledger has not acknowledged.

    Raises LineDown, NotUnderstood and `wire.Malformed`; a gap is mended by asking.
    """
    with device.store.read() as session:
        state = log.acknowledged(session)
        batch = _batch(device, session, state.acked_seq)
    if batch is None:
        return Uploaded(0, False, {})
    offered = device.offered_seq
    device.offered_seq = max(offered, batch.head_seq)
    began_ms = device.clock.boot_ms()
    try:
        answer = device.line.post(
            "/api/events", wire.batch_document(batch), timeout_s=timeout_s
        )
    except LineDown as why:
        if not why.sent:
            device.offered_seq = offered
        if why.late:
            device.batches.late(len(batch.events))
        raise
    except Refused as why:
        if why.code != "gap":
            raise NotUnderstood(409, why.code) from why
        # The ledger stands elsewhere, perhaps after a restore: go on from there.
        found = wire.cursor(why.facts.get("cursor"))
        if found.seq == state.acked_seq and found.hash == state.acked_hash:
            raise NotUnderstood(409, "gap") from why  # Sending the same again is no help.
        device.store.write(_follow, found)
        return Uploaded(0, True, {})
    failpoints.reached("upload: sent")
    seq, hash_ = _acked(answer)
    device.batches.answered(len(batch.events), device.clock.boot_ms() - began_ms)
    device.store.write_together(log.acknowledge, seq, hash_, state.timeline)
    heads = answer.get("heads")
    _words.info("uploaded", first=batch.events[0].seq, last=batch.head_seq, acked=seq)
    return Uploaded(
        len(batch.events),
        bool(batch.more) or seq < batch.head_seq,
        {str(k): int(v) for k, v in heads.items()} if isinstance(heads, dict) else {},
    )


def note_revoked(device: Device, revoked: bool) -> None:
    """Remember over restarts whether the ledger still serves this device."""
    with device.store.read() as session:
        known = session.get_one(StateRow, 1).revoked
    if known != revoked:
        device.store.write(_set_revoked, revoked)
        _words.error("revoked") if revoked else _words.info("serves again")


def everything(device: Device) -> None:
    """Send all that waits. Raises as `upload`."""
    while True:
        before = _unsent(device)
        if not upload(device).more and _unsent(device) in (0, before):
            return


def _set_revoked(session: Session, revoked: bool) -> None:
    session.get_one(StateRow, 1).revoked = revoked


def _unsent(device: Device) -> int:
    with device.store.read() as session:
        return log.unsent(session)


def _batch(device: Device, session: Session, acked: int) -> wire.Batch | None:
    events = log.after(session, acked, device.batches.most)
    if not events:
        return None
    oldest = log.oldest(session)
    last, (newest, _) = events[-1], log.head(session)
    me = device.me
    return wire.Batch(
        device=me.device,
        incarnation=me.incarnation,
        events=tuple(events),
        head_seq=last.seq,
        head_hash=last.hash,
        head_signature=device.key.sign(
            chain.head_text(me.device, me.incarnation, last.seq, last.hash)
        ),
        oldest_kept=oldest if oldest and oldest > acked + 1 else None,
        more=newest > last.seq,
    )


def _follow(session: Session, found: wire.Cursor) -> None:
    state = session.get_one(StateRow, 1)
    newest, _ = log.head(session)
    ours = log.hash_at(session, found.seq) if found.seq <= newest else None
    kept = log.oldest(session)
    pruned = ours is None and kept is not None and found.seq < kept
    if found.seq > newest or (ours is not None and ours != found.hash):
        state.drains_only = True
        _words.error("store rolled back", ledger=found.seq, ours=newest)
    if found.state != "active":
        state.drains_only = True
    if found.seq > newest:
        return
    if ours == found.hash or pruned:
        log.acknowledge(session, found.seq, found.hash, found.timeline)
    else:
        # Another event stands in the place of ours. The ledger keeps both and says so.
        log.acknowledge(session, found.seq - 1 if found.seq else 0, b"", found.timeline)


def _acked(answer: object) -> tuple[int, bytes]:
    acked = answer.get("acked") if isinstance(answer, dict) else None
    if not isinstance(acked, dict) or not isinstance(acked.get("seq"), int):
        raise wire.Malformed("acked must be {seq, hash}")
    try:
        return acked["seq"], chain.decoded(acked["hash"])
    except (KeyError, ValueError):
        raise wire.Malformed("acked.hash must be base64url") from None
