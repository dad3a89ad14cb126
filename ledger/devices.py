"""Kiosks and doors: invite, pair, revoke, drain.

Pairing a known device gives it the next incarnation. The older one is draining: it may
upload and read its cursor, nothing more, and the new one inherits no seats.
Source: sync.md §2.1, §9.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from boxoffice import ids, log, wire
from ledger import book, feed, notices, released, rows
from ledger.clock import Means
from ledger.prepared import Prepared, Values
from ledger.tables.catalogue import PerformanceRow
from ledger.tables.devices import DeviceLogRow, DeviceRow, KeyRow, PairTokenRow
from ledger.tables.house import BookRow, HouseRow

INVITED_FOR_MS = 10 * 60_000
# An invitation that is handed over in a file waits for the device's first start.
FILED_FOR_MS = 30 * 86_400_000
# A device asks for news every 20 s; not every time is worth a write.
HEARD_EVERY_MS = 30_000
_TOKEN_BYTES = 16
SUPPORTED = (wire.PROTOCOL,)
# What a device is told about: evenings from a day back on.
_TOLD_SINCE_MS = 86_400_000


@dataclass(frozen=True)
class Known:
    """A device as its requests are judged by.

    state: of this incarnation's log; draining also when a newer incarnation exists.
    seen_ms: when it was last noted that it asked; None before the first time.
    """

    id: str
    name: str
    role: str
    place: str
    incarnation: int
    public: bytes
    revoked: bool
    state: str
    timeline_acked: int
    seen_ms: int | None = None


Look = Callable[[Prepared, Values], list[Any]]


def invite(
    session: Session,
    means: Means,
    *,
    name: str,
    role: str,
    url: str,
    place: str = "",
    lives_ms: int = FILED_FOR_MS,
    spki: str | None = None,
) -> dict[str, Any]:
    """Invite a device, new or known by its name, and give what it needs to pair.

    spki: the pin of `ledger.tls`. Older invitations of the same device end.
    Source: sync.md §2.1.
    """
    row = session.scalars(select(DeviceRow).where(DeviceRow.name == name)).one_or_none()
    if row is None:
        row = DeviceRow(
            id=means.new_id(),
            name=name,
            role=role,
            place=place or name,
            incarnation=0,
            hardware="",
            software="",
            added_ms=means.now_ms,
            revoked_ms=None,
            seen_ms=None,
            health="{}",
        )
        session.add(row)
        session.flush()
    session.execute(
        update(PairTokenRow)
        .where(PairTokenRow.device == row.id, PairTokenRow.public.is_(None))
        .values(expires_ms=0)
    )
    token = log.encoded(means.chance(_TOKEN_BYTES))
    session.add(
        PairTokenRow(
            hash=hash_of(token),
            device=row.id,
            expires_ms=means.now_ms + lives_ms,
            public=None,
            incarnation=None,
        )
    )
    return {
        "v": 1,
        "url": url,
        "token": token,
        "ledger_id": book.read(session).ledger_id,
        "ledger_key": means.signing.public_text,
        "spki": spki,
    }


def sender(look: Look, device: str, incarnation: int) -> tuple[Known, book.Book] | None:
    """Find who signs a request, one incarnation of a device, and the book it asks."""
    answer = look(_SENDER, {"of": device, "since": incarnation})
    if not answer:
        return None
    found = answer[0]
    newest = found.incarnation == incarnation
    known = Known(
        id=found.id,
        name=found.name,
        role=found.role,
        place=found.place,
        incarnation=incarnation,
        public=found.public,
        revoked=found.revoked_ms is not None,
        state=found.state if newest or found.state != "active" else "draining",
        timeline_acked=found.timeline_acked,
        seen_ms=found.seen_ms,
    )
    return known, book.Book(
        found.ledger_id, found.timeline, found.recovering_ms is not None, found.house
    )


def revoke(session: Session, means: Means, device: str) -> bool:
    """Believe nothing that a device signs from now on, beyond what is recorded.

    Requests are refused, doors learn it by a critical row, what it claimed is free, and its
    unsold seats stay frozen until somebody breaks the allotment. Gives False when it was
    revoked before.
    """
    row = session.get_one(DeviceRow, device, with_for_update=True)
    if row.revoked_ms is not None:
        return False
    row.revoked_ms = means.now_ms
    heads = dict(
        session.execute(
            select(DeviceLogRow.incarnation, DeviceLogRow.seq).where(
                DeviceLogRow.device == device
            )
        ).all()
    )
    for key in session.scalars(select(KeyRow).where(KeyRow.device == device)):
        key.state, key.last_seq = "revoked", heads.get(key.incarnation or 0, 0)
        notices.key(session, key.key_id, means.now_ms)
    released.release_all(session, device)
    session.flush()
    notices.device(session, device, means.now_ms)
    return True


def heard_of(session: Session, means: Means, device: str) -> None:
    """Note that a device asked for something just now."""
    session.execute(
        update(DeviceRow).where(DeviceRow.id == device).values(seen_ms=means.now_ms)
    )


def drain(session: Session, means: Means, device: str) -> bool:
    """Let a recovered device upload what it has, and nothing more.

    It is not revoked any longer, but its keys stay so. Gives False when there is none.
    """
    row = session.get(DeviceRow, device, with_for_update=True)
    if row is None:
        return False
    row.revoked_ms = None
    session.execute(
        update(DeviceLogRow)
        .where(DeviceLogRow.device == device, DeviceLogRow.state == "active")
        .values(state="draining")
    )
    session.flush()
    notices.device(session, device, means.now_ms)
    return True


def streams(session: Session, device: str, now_ms: int) -> list[str]:
    """Name the streams a device follows: the house's, its own, those of evenings."""
    house = session.scalar(select(HouseRow.id))
    evenings: Sequence[str] = session.scalars(
        select(PerformanceRow.id)
        .where(PerformanceRow.starts_ms > now_ms - _TOLD_SINCE_MS)
        .order_by(PerformanceRow.starts_ms)
    ).all()
    own = [feed.venue(house)] if house else []
    return [*own, feed.device(device), *(feed.performance(id) for id in evenings)]


def may_read(look: Look, device: str, stream: str) -> bool:
    """Whether a stream is this device's, or of this house."""
    kind, _, id = stream.partition(":")
    if kind == "dev":
        return id == device
    if kind == "venue":
        return bool(look(_IS_HOUSE, {"of": id}))
    if kind == "perf":
        return bool(look(_IS_PERFORMANCE, {"of": id}))
    return False


def hash_of(token: str) -> str:
    """Give what is kept of an invitation's token."""
    return log.encoded(log.digest(token.encode()))


def place_of(session: Session, device: str | None) -> str | None:
    """Say where a device stands, in the words of the house."""
    if device is None:
        return None
    return session.scalar(select(DeviceRow.place).where(DeviceRow.id == device)) or device


def health(session: Session, device: str, facts: Mapping[str, Any]) -> None:
    """Remember what a device last said about itself."""
    row = session.get_one(DeviceRow, device)
    row.health = json.dumps({**json.loads(row.health), **facts})


def typed_code(chance: ids.Chance) -> str:
    """Draw the twelve characters of an invitation that is typed."""
    return "".join(ids.ALPHABET[byte & 31] for byte in chance(12))


_DEVICE, _KEY, _LOG = (rows.table(row) for row in (DeviceRow, KeyRow, DeviceLogRow))
_BOOK, _HOUSE = rows.table(BookRow), rows.table(HouseRow)
_EVENING = rows.table(PerformanceRow)
_IS_HOUSE = Prepared(select(_HOUSE.c.id).where(_HOUSE.c.id == bindparam("of")))
_IS_PERFORMANCE = Prepared(select(_EVENING.c.id).where(_EVENING.c.id == bindparam("of")))
_SENDER = Prepared(
    select(
        _DEVICE.c.id,
        _DEVICE.c.name,
        _DEVICE.c.role,
        _DEVICE.c.place,
        _DEVICE.c.incarnation,
        _DEVICE.c.revoked_ms,
        _DEVICE.c.seen_ms,
        _KEY.c.public,
        _LOG.c.state,
        _LOG.c.timeline_acked,
        _BOOK.c.ledger_id,
        _BOOK.c.timeline,
        _BOOK.c.recovering_ms,
        _HOUSE.c.id.label("house"),
    )
    .join(_KEY, _KEY.c.device == _DEVICE.c.id)
    .join(
        _LOG, (_LOG.c.device == _DEVICE.c.id) & (_LOG.c.incarnation == _KEY.c.incarnation)
    )
    .join(_BOOK, _BOOK.c.one == 1)
    .outerjoin(_HOUSE, _BOOK.c.one == 1)
    .where(_DEVICE.c.id == bindparam("of"), _KEY.c.incarnation == bindparam("since"))
)
