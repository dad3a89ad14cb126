"""Device events in order, each handed to the module that owns it.

One transaction takes a batch: raw events, their effects, discrepancies, feed and cursor.
The same event twice is harmless, an unknown one is kept, a bad one blocks nobody, and a log
that splits in two is kept whole on both sides. Source: sync.md §2.4.
"""

from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import structlog
from sqlalchemy import bindparam, null, select, union_all, update
from sqlalchemy.orm import Session

from boxoffice import failpoints, log, wire
from ledger import (
    blame,
    discrepancies,
    feed,
    happened,
    inserts,
    intake_locks,
    losses,
    rows,
)
from ledger.clock import Means
from ledger.effects import EFFECTS, VERSION
from ledger.inserts import Rows
from ledger.jobs import Steps
from ledger.prepared import Prepared, connection_of
from ledger.store import asks_again
from ledger.tables.devices import DeviceEventRow, DeviceLogRow, KeyRow

words = structlog.get_logger()
# The last word of an incarnation: whatever follows it is a fork. Source: sync.md §2.6.
CLOSED = "device.closed"
_SALE = "sale"


@dataclass(frozen=True)
class Taken:
    """How far the log was read, where streams stand, and whether events are missing."""

    cursor: wire.Cursor
    heads: dict[str, int]
    gap: bool


class Unsure(Exception):
    """An event failed where nothing keeps it apart from the others of its batch."""


class NotItsLog(Exception):
    """A batch of a log that nobody here knows, or whose head its device did not sign."""


def cursor(
    session: Session, device: str, incarnation: int, timeline: int
) -> wire.Cursor | None:
    """Say how far a log was read."""
    row = session.get(DeviceLogRow, (device, incarnation))
    if row is None:
        return None
    return wire.Cursor(row.state, incarnation, row.seq, row.hash, timeline)


def receive(
    means: Means, batch: wire.Batch, *, courier: str, timeline: int
) -> Steps[Taken]:
    """Take a batch of a device's log, and make it durable. courier: who brought it.

    A savepoint around each event costs a tenth of a sale, and hardly any event fails. Only
    where one does, the whole batch is taken again, with savepoints. Raises NotItsLog, and
    wire.Malformed for events that are not what their hash says.
    """
    taking = partial(upload, means=means, batch=batch, courier=courier, timeline=timeline)
    try:
        taken: Taken = yield partial(taking, apart=False)
    except Unsure:
        taken = yield taking
    return taken


def upload(
    session: Session,
    means: Means,
    batch: wire.Batch,
    *,
    courier: str,
    timeline: int,
    apart: bool = True,
) -> Taken:
    """Do what `receive` says. apart: keep each event apart by a savepoint.

    Raises NotItsLog, wire.Malformed, and Unsure where an event fails that is not apart.
    """
    head = _HEAD.first(session, {"of": batch.device, "since": batch.incarnation})
    if head is None:
        raise NotItsLog
    _prove(batch, head.public, courier)
    together = not apart and [event.type for event in batch.events] == [_SALE]
    if together:
        inserts.collect(session)  # A sale reads nothing of what it has written.
    known, told = _known(session, batch)
    intake_locks.take(session, batch.events)
    gap, state, seq, hash_ = False, head.state, head.seq, head.hash
    closed = state != "active" and _closed(session, batch, hash_)
    taken: list[dict[str, Any]] = []
    for event in batch.events:
        if event.hash in known:
            continue
        follows = event.seq == seq + 1 and event.prev == hash_ and not closed
        if not follows and event.prev not in known and event.seq != batch.oldest_kept:
            gap = True
            break
        fresh = event.event_id not in told
        applied = _take(
            session, means, batch, event, fresh=fresh, forked=not follows, apart=apart
        )
        taken.append(_row(means, batch, event, applied=applied, forked=not follows))
        known.add(event.hash)
        told.add(event.event_id)
        if follows:
            seq, hash_, closed = event.seq, event.hash, event.type == CLOSED
        else:
            _fork(session, means, batch, event, seq)
    if taken:
        inserts.later(session, Rows(DeviceEventRow, taken))
        now = {"to_seq": seq, "to_hash": hash_}
        moved = {"of": batch.device, "since": batch.incarnation} | now
        state = _MOVE.first(session, moved).state
        if state != "active":
            inserts.settle(session)
            losses.arrived(session, means, batch, seq)
    failpoints.reached("intake: applied, not committed")
    at = wire.Cursor(state, batch.incarnation, seq, hash_, timeline)
    return Taken(at, _told(session, together=together), gap)


def _told(session: Session, *, together: bool) -> dict[str, int]:
    """Say where streams stand. together: with the event's rows, which may fail only now."""
    if not together:
        return feed.flush(session)
    try:
        heads = feed.flush(session)
        inserts.settle(session)
    except Exception as trouble:
        if asks_again(trouble):
            raise
        raise Unsure from trouble
    return heads


def apply_waiting(session: Session, means: Means, *, most: int = 500) -> int:
    """Apply kept events that an upgrade has taught us to read; give how many."""
    waiting = session.scalars(
        select(DeviceEventRow)
        .where(DeviceEventRow.applied.is_(False), DeviceEventRow.type.in_(list(EFFECTS)))
        .order_by(DeviceEventRow.received_ms, DeviceEventRow.device, DeviceEventRow.seq)
        .limit(most)
    ).all()
    done = 0
    for row in waiting:
        event = _event(row)
        if _effect(session, means, row.device, row.incarnation, event):
            row.applied = True
            how = "applied later"
            discrepancies.close(session, means, "event_unreadable", row.event_id, how=how)
            done += 1
    return done


def _prove(batch: wire.Batch, public: bytes, courier: str) -> None:
    """The head's signature proves a batch, not who carries it."""
    said = log.head_text(batch.device, batch.incarnation, batch.head_seq, batch.head_hash)
    if not log.head_holds(public, batch.head_signature, said):
        raise NotItsLog
    if batch.events:
        last = batch.events[-1]
        if last.hash != batch.head_hash and (
            courier != batch.device or batch.head_seq <= last.seq
        ):
            raise NotItsLog
    for place, event in enumerate(batch.events):
        if not log.holds(event):
            raise wire.Malformed(f"upload.events[{place}].hash is not that of the event")


def _known(session: Session, batch: wire.Batch) -> tuple[set[bytes], set[str]]:
    """Say what came before: hashes in and just before this part of the log, and ids.

    The ids are those of these events that are recorded, in whatever log.
    """
    known, told = {log.genesis(batch.device, batch.incarnation)}, set[str]()
    if not batch.events:
        return known, told
    seqs = [event.seq for event in batch.events]
    ids = [event.event_id for event in batch.events]
    part = {"first": min(seqs) - 1, "last": max(seqs)}
    asked = {"of": batch.device, "since": batch.incarnation} | part
    for row in _before(rows.width(ids)).all(session, asked | rows.spread("id", ids)):
        if row.hash is None:
            told.add(row.event_id)
        else:
            known.add(row.hash)
    return known, told


def _closed(session: Session, batch: wire.Batch, at: bytes) -> bool:
    """Say whether this log had ended where the ledger has read it to."""
    said = session.scalar(
        select(DeviceEventRow.type).where(
            DeviceEventRow.device == batch.device,
            DeviceEventRow.incarnation == batch.incarnation,
            DeviceEventRow.hash == at,
        )
    )
    return said == CLOSED


def _take(
    session: Session,
    means: Means,
    batch: wire.Batch,
    event: log.Event,
    *,
    fresh: bool,
    forked: bool,
    apart: bool,
) -> bool:
    """Let an event have its effect; give whether it had."""
    log_of = batch.device, batch.incarnation
    applied = fresh and _effect(session, means, *log_of, event, apart=apart)
    if not applied and (fresh or not forked):
        discrepancies.note(
            session,
            means,
            "event_unreadable",
            event.event_id,
            facts={
                "device": batch.device,
                "incarnation": batch.incarnation,
                "seq": event.seq,
                "type": event.type,
                "ver": event.ver,
                "why": "unknown or unreadable" if fresh else "its id came before",
            },
            evidence=[event.event_id],
        )
    return applied


def _row(
    means: Means, batch: wire.Batch, event: log.Event, *, applied: bool, forked: bool
) -> dict[str, Any]:
    return {
        "device": batch.device,
        "incarnation": batch.incarnation,
        "seq": event.seq,
        "hash": event.hash,
        "event_id": event.event_id,
        "type": event.type,
        "ver": event.ver,
        "body": event.body,
        "boot_id": event.boot_id,
        "boot_ms": event.boot_ms,
        "wall_ms": event.wall_ms,
        "trust": event.trust,
        "prev": event.prev,
        "received_ms": means.now_ms,
        "applied": applied,
        "forked": forked,
    }


def _effect(
    session: Session,
    means: Means,
    device: str,
    incarnation: int,
    event: log.Event,
    *,
    apart: bool = True,
) -> bool:
    """Apply one event; False when it cannot be read, or fails in a savepoint of its own.

    apart: whether it has one. Without, Unsure is raised where it fails.
    """
    effect = EFFECTS.get(event.type)
    if effect is None or event.ver != VERSION:
        return False
    driver = connection_of(session).connection.dbapi_connection
    if not apart:
        try:
            effect(session, means, happened.read(event, device, incarnation))
            session.flush()
        except Exception as trouble:
            if asks_again(trouble):
                raise
            raise Unsure from trouble
        if not blame.goes_on(driver):
            raise Unsure
        return True
    told = feed.mark(session)
    try:
        with session.begin_nested():
            effect(session, means, happened.read(event, device, incarnation))
            session.flush()
    except Exception as trouble:
        if not blame.is_events(trouble, driver):
            raise  # The whole batch runs again, at once (40001, 40P01) or later.
        feed.forget(session, told)
        words.exception("effect failed", id=event.event_id, type=event.type)
        return False
    return True


def _fork(
    session: Session, means: Means, batch: wire.Batch, event: log.Event, cursor: int
) -> None:
    """Two devices write as one, or one was rolled back. The cursor stays."""
    _SPLIT.count(session, {"of": batch.device, "since": batch.incarnation})
    discrepancies.note(
        session,
        means,
        "log_forked",
        f"{batch.device}/{batch.incarnation}",
        facts={"seq": event.seq, "cursor": cursor},
        evidence=[event.event_id],
    )


def _event(row: DeviceEventRow) -> log.Event:
    return log.Event(
        row.seq,
        row.event_id,
        row.type,
        row.ver,
        row.body,
        row.boot_id,
        row.boot_ms,
        row.wall_ms,
        row.trust,
        row.prev,
        row.hash,
    )


_LOG, _KEY, _EVENT = (rows.table(r) for r in (DeviceLogRow, KeyRow, DeviceEventRow))
_THIS_LOG = (_LOG.c.device == bindparam("of")) & (_LOG.c.incarnation == bindparam("since"))
_HEAD = Prepared(
    select(_LOG.c.state, _LOG.c.seq, _LOG.c.hash, _KEY.c.public)
    .join(
        _KEY, (_KEY.c.device == _LOG.c.device) & (_KEY.c.incarnation == _LOG.c.incarnation)
    )
    .where(_THIS_LOG)
    .with_for_update(of=_LOG)
)
_MOVE = Prepared(
    update(_LOG)
    .where(_THIS_LOG)
    .values(seq=bindparam("to_seq"), hash=bindparam("to_hash"))
    .returning(_LOG.c.state)
)
_SPLIT = Prepared(update(_LOG).where(_THIS_LOG).values(state="forked"))


@cache
def _before(width: int) -> Prepared:
    """Look for hashes between two places of a log, and for ids anywhere."""
    hashes = select(_EVENT.c.hash, null().label("event_id")).where(
        _EVENT.c.device == bindparam("of"),
        _EVENT.c.incarnation == bindparam("since"),
        _EVENT.c.seq.between(bindparam("first"), bindparam("last")),
    )
    ids = select(null().label("hash"), _EVENT.c.event_id).where(
        _EVENT.c.event_id.in_(rows.slots("id", width))
    )
    return Prepared(union_all(hashes, ids))
