"""Device events in order, each handed to the module that owns it.

One transaction takes a batch: raw events, their effects, discrepancies, feed and cursor.
The same event twice is harmless, an unknown one is kept, a bad one blocks nobody, and a log
that splits in two is kept whole on both sides. Source: sync.md §2.4.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import structlog
from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from boxoffice import failpoints, log, wire
from ledger import discrepancies, feed, happened, losses, rows
from ledger.clock import Means
from ledger.effects import EFFECTS, VERSION
from ledger.prepared import Prepared
from ledger.tables.devices import DeviceEventRow, DeviceLogRow, KeyRow
from ledger.tables.orders import TicketRow
from ledger.tables.seats import SeatStateRow

words = structlog.get_logger()
# The last word of an incarnation: whatever follows it is a fork. Source: sync.md §2.6.
CLOSED = "device.closed"


@dataclass(frozen=True)
class Taken:
    """How far the log was read, where streams stand, and whether events are missing."""

    cursor: wire.Cursor
    heads: dict[str, int]
    gap: bool


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


def upload(
    session: Session, means: Means, batch: wire.Batch, *, courier: str, timeline: int
) -> Taken:
    """Take a batch of a device's log. courier: the device that brought it.

    Raises NotItsLog, and wire.Malformed for events that are not what their hash says.
    """
    head = _HEAD.first(session, {"of": batch.device, "since": batch.incarnation})
    if head is None:
        raise NotItsLog
    _prove(batch, head.public, courier)
    known, told = _known(session, batch), _told(session, batch.events)
    _lock(session, batch.events)
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
        applied = _take(session, means, batch, event, fresh=fresh, forked=not follows)
        taken.append(_row(means, batch, event, applied=applied, forked=not follows))
        known.add(event.hash)
        told.add(event.event_id)
        if follows:
            seq, hash_, closed = event.seq, event.hash, event.type == CLOSED
        else:
            _fork(session, means, batch, event, seq)
    if taken:
        rows.add(session, DeviceEventRow, taken)
        now = {"to_seq": seq, "to_hash": hash_}
        moved = {"of": batch.device, "since": batch.incarnation} | now
        state = _MOVE.first(session, moved).state
        if state != "active":
            losses.arrived(session, means, batch, seq)
    failpoints.reached("intake: applied, not committed")
    at = wire.Cursor(state, batch.incarnation, seq, hash_, timeline)
    return Taken(at, feed.flush(session), gap)


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


def _known(session: Session, batch: wire.Batch) -> set[bytes]:
    """Give the hashes that are recorded in and just before this part of the log."""
    known = {log.genesis(batch.device, batch.incarnation)}
    if not batch.events:
        return known
    seqs = [event.seq for event in batch.events]
    part = {"first": min(seqs) - 1, "last": max(seqs)}
    asked = {"of": batch.device, "since": batch.incarnation} | part
    return known | {row.hash for row in _BETWEEN.all(session, asked)}


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


def _told(session: Session, events: Sequence[log.Event]) -> set[str]:
    """Give the ids of these events that came before, in whatever log."""
    ids = [event.event_id for event in events]
    if not ids:
        return set()
    found = _ids(rows.width(ids)).all(session, rows.spread("id", ids))
    return {row.event_id for row in found}


def _lock(session: Session, events: Sequence[log.Event]) -> None:
    """Lock all seats, then all tickets that a batch names, sorted. Source: §2.4, §3.5.

    On SQLite the one writing thread has everything locked already.
    """
    if session.get_bind().dialect.name == "sqlite":
        return
    seats: set[tuple[str, str]] = set()
    tickets: set[str] = set()
    for event in events:
        try:
            body = happened.read(event, "", 0)
            named = [*body.parts("lines"), *body.parts("seats")]
            seats.update(
                (happened.text(part, "performance"), happened.text(part, "seat"))
                for part in named
            )
            tickets.update(
                ticket
                for part in (body.body, *named)
                if (ticket := happened.maybe(part, "ticket"))
            )
        except (ValueError, TypeError, KeyError):
            continue
    by_performance: dict[str, list[str]] = {}
    for performance, seat in seats:
        by_performance.setdefault(performance, []).append(seat)
    for performance in sorted(by_performance):
        session.execute(
            select(SeatStateRow.seat)
            .where(
                SeatStateRow.performance == performance,
                SeatStateRow.seat.in_(by_performance[performance]),
            )
            .order_by(SeatStateRow.seat)
            .with_for_update()
        )
    if tickets:
        session.execute(
            select(TicketRow.id)
            .where(TicketRow.id.in_(tickets))
            .order_by(TicketRow.id)
            .with_for_update()
        )


def _take(
    session: Session,
    means: Means,
    batch: wire.Batch,
    event: log.Event,
    *,
    fresh: bool,
    forked: bool,
) -> bool:
    """Let an event have its effect; give whether it had."""
    applied = fresh and _effect(session, means, batch.device, batch.incarnation, event)
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
    session: Session, means: Means, device: str, incarnation: int, event: log.Event
) -> bool:
    """Apply one event in a savepoint; False when it cannot be read or its effect fails."""
    effect = EFFECTS.get(event.type)
    if effect is None or event.ver != VERSION:
        return False
    told = feed.mark(session)
    driver = session.connection().connection.dbapi_connection
    try:
        with session.begin_nested():
            effect(session, means, happened.read(event, device, incarnation))
            session.flush()
    except DBAPIError as trouble:
        if getattr(trouble.orig, "sqlstate", None) in {"40001", "40P01"}:
            raise  # The whole batch runs again.
        if trouble.connection_invalidated or _is_disk(trouble) or _is_over(driver):
            raise  # Not this event's fault.
        feed.forget(session, told)
        words.exception("effect failed", id=event.event_id, type=event.type)
        return False
    except Exception:
        feed.forget(session, told)
        words.exception("effect failed", id=event.event_id, type=event.type)
        return False
    return True


def _is_over(driver: Any) -> bool:
    """Whether SQLite has ended the whole transaction: nothing more is to be written.

    A disk that is full does that; what is heard of it then is a missing savepoint.
    """
    return not getattr(driver, "in_transaction", True)


def _is_disk(trouble: DBAPIError) -> bool:
    said = str(trouble.orig).lower()
    return "full" in said or "disk i/o" in said or "locked" in said


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
_BETWEEN = Prepared(
    select(_EVENT.c.hash).where(
        _EVENT.c.device == bindparam("of"),
        _EVENT.c.incarnation == bindparam("since"),
        _EVENT.c.seq.between(bindparam("first"), bindparam("last")),
    )
)


@cache
def _ids(width: int) -> Prepared:
    wanted = _EVENT.c.event_id.in_(rows.slots("id", width))
    return Prepared(select(_EVENT.c.event_id).where(wanted))
