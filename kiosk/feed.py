"""Apply what the ledger tells: rows, cursor and digest in one transaction.

A hole or a digest that differs means that this copy cannot be trusted: a snapshot replaces
it whole, and never merges. Source: sync.md §2.5.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import structlog
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from boxoffice import failpoints, wire
from kiosk import changes, documents, sync, told
from kiosk.device import Device
from kiosk.outcomes import NotUnderstood
from kiosk.store import statements
from kiosk.store.tables.device import CursorRow, DocRow, IdentityRow, StateRow
from kiosk.store.tables.seats import AllottedRow

ENTITIES = frozenset(
    {
        "config",
        "performance",
        "key",
        "device",
        "chart",
        "price",
        "seat",
        "ticket",
        "foreign_code",
        "revocation",
        "allotment",
        "resolution",
        "call",
        "tender",
        "willcall",
        "staff",
    }
)
CRITICAL = frozenset({"key", "device", "revocation"})
CLIENT = 1
SNAPSHOT_S = 20.0
SLACK_S = 5.0
_DAY_MS = 86_400_000
_MOST_PERFORMANCES = 40
_words = structlog.get_logger()


@dataclass(frozen=True)
class Pulled:
    """How a pull went. rows: applied; poll_again_ms: how soon the ledger wants us back."""

    rows: int
    poll_again_ms: int


def wanted(session: Session, *, now_ms: int) -> list[str]:
    """Name the streams to follow: the house's, our own, and the performances' that matter.

    A kiosk follows what is on sale, a door what is on within a day.
    """
    always, role = statements.noted(session, "followed", lambda: _always(session))
    followed = [
        documents.stream_of(performance.id)
        for performance in documents.performances(session)
        if _matters(performance, role, now_ms)
    ][:_MOST_PERFORMANCES]
    return list(dict.fromkeys([*always, *followed]))


def _always(session: Session) -> tuple[list[str], str]:
    """Give the streams of the house and our own, and in which role we follow them."""
    device, venue, role, streams = statements.first(
        session, "SELECT device, venue, role, streams FROM identity"
    )
    return [*json.loads(streams), f"venue:{venue}", f"dev:{device}"], role


def heard_all(session: Session, *, now_ms: int) -> bool:
    """Whether every stream that this device follows has been read once.

    Before that it cannot serve guests: some evening would look closed.
    """
    return all(
        documents.cursor(session, stream) is not None
        for stream in wanted(session, now_ms=now_ms)
    )


def forget(session: Session, *, now_ms: int) -> int:
    """Forget performances that nobody needs any more; give how many.

    What was sold and who went in stays in rows of its own.
    """
    kept = set(wanted(session, now_ms=now_ms))
    streams = session.scalars(select(CursorRow.stream)).all()
    old = [stream for stream in streams if stream not in kept]
    session.execute(delete(DocRow).where(DocRow.stream.in_(old)))
    session.execute(delete(CursorRow).where(CursorRow.stream.in_(old)))
    return len(old)


def pull(device: Device, streams: Sequence[str], *, wait_s: int = 0) -> Pulled:
    """Read on in these streams, waiting for news if asked to; snapshot where it must be.

    Raises as `Line.request`, and `wire.Malformed` for an answer that cannot be read.
    """
    troubles: list[Exception] = []
    known: list[tuple[str, str]] = []
    with device.store.read() as session:
        heard = {stream: documents.cursor(session, stream) for stream in streams}
    for stream, position in heard.items():
        if position is None:
            try:
                snapshot(device, stream)
            except (NotUnderstood, wire.Malformed) as why:
                troubles.append(why)  # One bad stream does not keep the others from us.
            position = _position(device, stream)
        if position is not None:
            known.append((stream, str(position)))
    query = "&".join(f"s={quote(stream, safe=':')}@{cursor}" for stream, cursor in known)
    answer = device.line.get(f"/api/feed?{query}&wait={wait_s}", timeout_s=wait_s + SLACK_S)
    told = answer.get("streams")
    if not isinstance(told, list):
        raise wire.Malformed("feed.streams must be a list")
    applied = 0
    for part in told:
        try:
            applied += _take(device, part)
        except (NotUnderstood, wire.Malformed) as why:
            troubles.append(why)
    if troubles:
        raise troubles[0]
    again = answer.get("poll_again_ms")
    return Pulled(applied, again if isinstance(again, int) and again >= 0 else 0)


def pull_to(device: Device, stream: str, pos: int, *, tries: int = 3) -> bool:
    """Read one stream until it stands at pos: an answer sent us here."""
    for _ in range(tries):
        found = _position(device, stream)
        if found is not None and found.pos >= pos:
            return True
        pull(device, [stream])
    found = _position(device, stream)
    return found is not None and found.pos >= pos


def snapshot(device: Device, stream: str) -> None:
    """Replace this copy of a stream by the ledger's, whole, at one position.

    Raises as `Line.request`, and `wire.Malformed`.
    """
    page: int | None = 0
    start: wire.Position | None = None
    until: wire.Position | None = None
    found: dict[tuple[str, str], tuple[int, str]] = {}
    while page is not None:
        answer = device.line.get(
            f"/api/snapshot?s={quote(stream, safe=':')}&page={page}", timeout_s=SNAPSHOT_S
        )
        start = start or wire.position(str(answer.get("from")))
        until = wire.position(str(answer.get("until")))
        for document in _documents(answer.get("docs")):
            found[document.entity, document.id] = (document.ver, document.body)
        page = answer.get("next") if isinstance(answer.get("next"), int) else None
    assert start is not None
    assert until is not None
    _catch_up(device, stream, start, until, found)
    digest = 0
    for (entity, id), (ver, body) in found.items():
        part = wire.document_digest(entity, id, ver, body)
        digest = wire.digest_after(digest, old=None, new=part)
    if digest != until.digest:
        raise wire.Malformed(f"snapshot of {stream} does not add up to its digest")
    device.store.write(_replace, stream, until, found)
    _words.info("snapshot", stream=stream, pos=until.pos, documents=len(found))


def _catch_up(
    device: Device,
    stream: str,
    start: wire.Position,
    until: wire.Position,
    found: dict[tuple[str, str], tuple[int, str]],
) -> None:
    """Read the feed from before the first page to after the last one."""
    if start.timeline != until.timeline:
        raise wire.Malformed("the ledger was restored during a snapshot")
    at = start
    while at.pos < until.pos:
        answer = device.line.get(
            f"/api/feed?s={quote(stream, safe=':')}@{at}&wait=0", timeout_s=SLACK_S
        )
        told = answer.get("streams")
        part = told[0] if isinstance(told, list) and told else {}
        if not isinstance(part, dict) or "gone" in part:
            raise wire.Malformed(f"snapshot of {stream} cannot be caught up")
        rows = wire.rows(part.get("rows"))
        if not rows or wire.has_hole(rows, after=at.pos):
            raise wire.Malformed(f"snapshot of {stream} cannot be caught up")
        for row in rows:
            if row.pos > until.pos:
                break
            if row.op == "delete":
                found.pop((row.entity, row.id), None)
            else:
                found[row.entity, row.id] = (row.ver, row.body)
        at = wire.position(str(part.get("cursor")))


def _take(device: Device, part: object) -> int:
    if not isinstance(part, dict) or not isinstance(part.get("stream"), str):
        raise wire.Malformed("feed.streams[] must name its stream")
    stream = part["stream"]
    gone = part.get("gone")
    if gone is None:
        rows = wire.rows(part.get("rows"), stream)
        after = wire.position(str(part.get("cursor")))
        if not rows and _stands(device, stream, after):
            return 0
        gone = device.store.write(_apply, stream, rows, after)
    if gone is None:
        return len(rows)
    _words.warning("stream gone", stream=stream, why=gone)
    if gone == "timeline":
        # The ledger was restored: it must have all we know before we take what it knows.
        sync.cursor(device)
        sync.everything(device)
    snapshot(device, stream)
    return 1


def _stands(device: Device, stream: str, at: wire.Position) -> bool:
    """Whether our copy stands there, or beyond: then there is nothing to write."""
    found = _position(device, stream)
    return found is not None and found.timeline == at.timeline and at.pos <= found.pos


def _apply(
    session: Session, stream: str, rows: Sequence[wire.Row], after: wire.Position
) -> str | None:
    """Apply rows in one transaction; give why a snapshot is needed, if it is."""
    cursor = documents.cursor(session, stream)
    if cursor is None or cursor.timeline != after.timeline:
        return "timeline"
    if after.pos <= cursor.pos:
        return None  # Somebody else was quicker.
    fresh = [row for row in rows if row.pos > cursor.pos]
    if wire.has_hole(fresh, after=cursor.pos) or not fresh or fresh[-1].pos != after.pos:
        return "drift"
    digest = cursor.digest
    before = _bodies(session, stream, fresh)
    for row in fresh:
        old = before.get((row.entity, row.id))
        new = None if row.op == "delete" else (row.ver, row.body)
        digest = wire.digest_after(
            digest, old=_part(row.entity, row.id, old), new=_part(row.entity, row.id, new)
        )
        before[row.entity, row.id] = new
    if digest != after.digest:
        return "drift"
    changed = {(row.entity, row.id): before[row.entity, row.id] for row in fresh}
    for (entity, id), now in changed.items():
        _put(session, stream, entity, id, now)
    _look_for_unknown(session, fresh)
    stands = (after.pos, f"{after.digest:032x}", stream)
    statements.run(
        session, "UPDATE cursor SET pos = ?, digest = ? WHERE stream = ?", stands
    )
    changes.note(stream, cursor, after, changed)
    failpoints.reached("feed: rows written")
    return None


def _replace(
    session: Session,
    stream: str,
    position: wire.Position,
    found: dict[tuple[str, str], tuple[int, str]],
) -> None:
    session.execute(delete(DocRow).where(DocRow.stream == stream))
    if stream.startswith("dev:"):
        session.execute(delete(AllottedRow))
    documents_found = [
        {"stream": stream, "entity": entity, "id": id, "ver": ver, "body": body}
        for (entity, id), (ver, body) in found.items()
    ]
    if documents_found:
        session.execute(insert(DocRow), documents_found)
    for (entity, id), (_, body) in found.items():
        if entity == "allotment":
            _own(session, id, body)
    cursor = session.get(CursorRow, stream)
    if cursor is None:
        cursor = CursorRow(stream=stream)
        session.add(cursor)
    cursor.timeline, cursor.pos = position.timeline, position.pos
    cursor.digest = f"{position.digest:032x}"
    failpoints.reached("feed: rows written")


def _put(
    session: Session, stream: str, entity: str, id: str, now: tuple[int, str] | None
) -> None:
    if now is None:
        gone = "DELETE FROM doc WHERE stream = ? AND entity = ? AND id = ?"
        statements.run(session, gone, (stream, entity, id))
    else:
        statements.run(session, _PUT, (stream, entity, id, *now))
    if entity == "allotment":
        _own(session, id, None if now is None else now[1])


_PUT: Final = (
    "INSERT INTO doc (stream, entity, id, ver, body) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (stream, entity, id)"
    " DO UPDATE SET ver = excluded.ver, body = excluded.body"
)


def _own(session: Session, id: str, body: str | None) -> None:
    """Keep `allotted` as the ledger says: ownership arrives here and nowhere else."""
    performance, _, seat = id.partition("/")
    row = session.get(AllottedRow, (performance, seat))
    given = documents.allotment(body) if body is not None else None
    me = session.get_one(IdentityRow, 1)
    if given is None or given.incarnation != me.incarnation:
        if row is not None:
            session.delete(row)
        return
    if row is None:
        row = AllottedRow(performance=performance, seat=seat)
        session.add(row)
    row.epoch, row.sell_by_ms = given.epoch, given.sell_by_ms


def _look_for_unknown(session: Session, rows: Iterable[wire.Row]) -> None:
    """Unknown optional documents wait for an upgrade; a critical one degrades us."""
    if any(
        row.min_client > CLIENT and (row.entity in CRITICAL or row.entity not in ENTITIES)
        for row in rows
    ):
        session.get_one(StateRow, 1).degraded = True


def _bodies(
    session: Session, stream: str, rows: Sequence[wire.Row]
) -> dict[tuple[str, str], tuple[int, str] | None]:
    found: dict[tuple[str, str], tuple[int, str] | None] = {}
    asked = "SELECT ver, body FROM doc WHERE stream = ? AND entity = ? AND id = ?"
    for entity, id in {(row.entity, row.id) for row in rows}:
        doc = statements.first(session, asked, (stream, entity, id))
        if doc is not None:
            found[entity, id] = (doc[0], doc[1])
    return found


def _part(entity: str, id: str, document: tuple[int, str] | None) -> int | None:
    if document is None:
        return None
    return wire.document_digest(entity, id, document[0], document[1])


def _position(device: Device, stream: str) -> wire.Position | None:
    with device.store.read() as session:
        return documents.cursor(session, stream)


def _documents(entries: Any) -> tuple[wire.Row, ...]:
    if not isinstance(entries, list):
        raise wire.Malformed("snapshot.docs must be a list")
    return wire.rows(
        [
            {**entry, "op": "put", "pos": 0} if isinstance(entry, dict) else entry
            for entry in entries
        ],
        "snapshot.docs",
    )


def _matters(performance: told.Performance, role: str, now_ms: int) -> bool:
    ends_ms = performance.ends_ms or performance.starts_ms + _DAY_MS // 4
    if ends_ms + _DAY_MS // 4 < now_ms:
        return False
    return role != "door" or performance.starts_ms < now_ms + _DAY_MS
