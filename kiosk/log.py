"""The device log: append in the caller's transaction, read on from a cursor.

Facts are written here in the transaction of the rows they describe, before anything leaves
the device. Acknowledged events stay 30 days, so that a restored ledger can be refilled.
Source: design.md §4, sync.md §2.4.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from boxoffice import log, wire
from kiosk.clock import Clock
from kiosk.store import statements
from kiosk.store.tables.device import IdentityRow, LogRow

KEPT_MS: Final = 30 * 24 * 3_600_000
CHECKED_AT_BOOT: Final = 1000


class Broken(Exception):
    """The log's chain does not hold: this store is damaged."""


@dataclass(frozen=True)
class Acknowledged:
    """How far the ledger has read our log, as it last said."""

    acked_seq: int = 0
    acked_hash: bytes = b""
    timeline: int = 0


def append(
    session: Session, clock: Clock, event_id: str, type: str, body: Mapping[str, Any]
) -> int:
    """Write one event, version 1, in the caller's transaction; give its seq."""
    seq, prev = head(session)
    entry = log.event(
        prev,
        seq=seq + 1,
        event_id=event_id,
        type=type,
        ver=1,
        body=wire.compact(body),
        boot_id=clock.boot_id,
        boot_ms=clock.boot_ms(),
        wall_ms=clock.now_ms(),
        trust=clock.trust,
    )
    assert len(entry.body.encode()) <= wire.MOST_BODY_BYTES, type
    statements.run(session, _APPEND, tuple(getattr(entry, name) for name in _FIELDS))
    return entry.seq


def head(session: Session) -> tuple[int, bytes]:
    """Give seq and hash of the newest event; 0 and the genesis before the first."""
    newest = statements.first(
        session, "SELECT seq, hash FROM log ORDER BY seq DESC LIMIT 1"
    )
    if newest is not None:
        return int(newest[0]), bytes(newest[1])
    me = session.get_one(IdentityRow, 1)
    return 0, log.genesis(me.device, me.incarnation)


def after(session: Session, seq: int, most: int = wire.MOST_EVENTS) -> list[log.Event]:
    """Give the events that follow seq: so many at most, at most 1 MiB on the wire."""
    found: list[log.Event] = []
    size = 0
    for row in statements.every(session, _AFTER, (seq, most)):
        event = log.Event(**dict(zip(_FIELDS, row, strict=True)))
        # Escaping may grow a body; everything else of an event is below 600 bytes.
        size += 2 * len(event.body.encode()) + 600
        if found and size > wire.MOST_BATCH_BYTES:
            break
        found.append(event)
    return found


def hash_at(session: Session, seq: int) -> bytes | None:
    """Give the hash of our event seq; None if it is not kept, genesis for 0."""
    if seq == 0:
        me = session.get_one(IdentityRow, 1)
        return log.genesis(me.device, me.incarnation)
    return session.scalar(select(LogRow.hash).where(LogRow.seq == seq))


def oldest(session: Session) -> int | None:
    """Give the seq of the oldest event kept."""
    return cast("int | None", statements.first(session, "SELECT min(seq) FROM log")[0])


def unsent(session: Session) -> int:
    """Say how many events the ledger has not acknowledged."""
    acked = acknowledged(session).acked_seq
    (waiting,) = statements.first(
        session, "SELECT count(*) FROM log WHERE seq > ?", (acked,)
    )
    return int(waiting)


def waits(session: Session, type: str) -> bool:
    """Whether an event of this type waits to be acknowledged."""
    acked = acknowledged(session).acked_seq
    found = "SELECT 1 FROM log WHERE seq > ? AND type = ? LIMIT 1"
    return statements.first(session, found, (acked, type)) is not None


def oldest_unsent_ms(session: Session) -> int | None:
    """Say when the oldest event that waits was written, by this device's clock."""
    acked = acknowledged(session).acked_seq
    query = select(LogRow.wall_ms).where(LogRow.seq > acked).order_by(LogRow.seq).limit(1)
    return session.scalar(query)


def acknowledged(session: Session) -> Acknowledged:
    """Give how far the ledger has read, as it last said."""
    row = statements.first(session, "SELECT acked_seq, acked_hash, timeline FROM log_state")
    return Acknowledged(*row) if row is not None else Acknowledged()


def acknowledge(session: Session, seq: int, hash: bytes, timeline: int) -> None:
    """Remember how far the ledger has read."""
    statements.run(session, _ACKNOWLEDGE, (seq, hash, timeline))


_ACKNOWLEDGE: Final = (
    "INSERT INTO log_state (one, acked_seq, acked_hash, timeline) VALUES (1, ?, ?, ?)"
    " ON CONFLICT (one) DO UPDATE SET acked_seq = excluded.acked_seq,"
    " acked_hash = excluded.acked_hash, timeline = excluded.timeline"
)


def prune(session: Session, *, now_ms: int) -> int:
    """Forget acknowledged events after 30 days; give how many. The newest always stays.

    now_ms: by a trusted clock. What a clock in 1970 or 2100 wrote is as old as what was
    written before and after it: the log's order tells, not the time in the event.
    """
    acked = acknowledged(session).acked_seq
    newest, _ = head(session)
    last = session.scalar(
        select(func.max(LogRow.seq)).where(
            LogRow.seq <= acked,
            LogRow.seq < newest,
            LogRow.trust == "trusted",
            LogRow.wall_ms < now_ms - KEPT_MS,
        )
    )
    gone = session.execute(delete(LogRow).where(LogRow.seq <= (last or 0)))
    return int(getattr(gone, "rowcount", 0))


def check(session: Session) -> None:
    """Check the chain of the newest events. Raises Broken. Source: sync.md §3.4."""
    query = select(LogRow).order_by(LogRow.seq.desc()).limit(CHECKED_AT_BOOT)
    events: Sequence[log.Event] = [_event(row) for row in session.scalars(query)][::-1]
    if not events:
        return
    first = events[0]
    if first.seq == 1:
        me = session.get_one(IdentityRow, 1)
        if first.prev != log.genesis(me.device, me.incarnation):
            raise Broken("the log does not begin with this device's own genesis")
    broken = log.first_break(events, after_seq=first.seq - 1, after_hash=first.prev)
    if broken is not None:
        raise Broken(f"event {broken} does not follow the one before")


_FIELDS: Final = (
    "seq",
    "event_id",
    "type",
    "ver",
    "body",
    "boot_id",
    "boot_ms",
    "wall_ms",
    "trust",
    "prev",
    "hash",
)
_APPEND: Final = (
    f"INSERT INTO log ({', '.join(_FIELDS)}) VALUES ({', '.join('?' * len(_FIELDS))})"  # noqa: S608
)

_AFTER: Final = f"SELECT {', '.join(_FIELDS)} FROM log WHERE seq > ? ORDER BY seq LIMIT ?"  # noqa: S608


def _event(row: LogRow) -> log.Event:
    return log.Event(**{name: getattr(row, name) for name in _FIELDS})
