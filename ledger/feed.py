"""What devices are told, in an order without gaps.

Use cases say which documents changed; nothing is written until the very end of their
transaction. Then each stream's counter row is locked, by name, and positions are given out,
so that position order is commit order and reading "after P" can never skip a row.
Source: sync.md §2.5, §3.5; P20, P21.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, null, or_, select, union_all
from sqlalchemy.orm import Session

from boxoffice import failpoints, wire
from ledger import inserts, rows
from ledger.inserts import Rows
from ledger.prepared import Prepared
from ledger.tables.feed import FeedDocRow, FeedRow, StreamHeadRow

KEPT_MS = 14 * 86_400_000

Build = Callable[[Session, Sequence[str]], Mapping[str, Mapping[str, Any] | None]]

_PENDING = "feed"
_BATCH = 500


@dataclass(frozen=True)
class _Change:
    stream: str
    entity: str
    id: str
    # The document, None for its end, or how to build it once everything has happened.
    body: Mapping[str, Any] | Build | None
    min_client: int


@dataclass
class _Pending:
    now_ms: int = 0
    changes: list[_Change] = field(default_factory=list)


def venue(house: str) -> str:
    """Name the stream of a house."""
    return f"venue:{house}"


def performance(performance: str) -> str:
    """Name the stream of a performance."""
    return f"perf:{performance}"


def device(device: str) -> str:
    """Name the stream of a device."""
    return f"dev:{device}"


def publish(
    session: Session,
    stream: str,
    entity: str,
    id: str,
    body: Mapping[str, Any],
    *,
    now_ms: int,
    min_client: int = 1,
) -> None:
    """Tell devices that a document is now this, once the transaction commits.

    Of several versions within one transaction the last counts; a document that is as it
    was is not told again.
    """
    _note(session, _Change(stream, entity, id, body, min_client), now_ms)


def end(session: Session, stream: str, entity: str, id: str, *, now_ms: int) -> None:
    """Tell devices that a document is no more."""
    _note(session, _Change(stream, entity, id, None, 1), now_ms)


def touch(
    session: Session, stream: str, entity: str, id: str, build: Build, *, now_ms: int
) -> None:
    """Say that a document may have changed; build(session, ids) gives it at the end."""
    _note(session, _Change(stream, entity, id, build, 1), now_ms)


def mark(session: Session) -> int:
    """Remember how much was told so far, before trying something: see `forget`."""
    return len(_pending(session).changes)


def forget(session: Session, since: int) -> None:
    """Take back what was told since the mark: it was rolled back."""
    del _pending(session).changes[since:]


def flush(session: Session) -> dict[str, int]:
    """Write what was told and give the position of every stream that moved.

    The last thing in a transaction: from here to the commit the streams are locked.
    """
    pending = session.info.pop(_PENDING, None)
    if not pending or not pending.changes:
        return {}  # Nothing was told, or it was taken back.
    built = any(callable(change.body) for change in pending.changes)
    if built or inserts.waits(session, FeedRow):
        # What is to be read now has to be there.
        inserts.settle(session)
    moved = _append(session, _built(session, pending.changes), pending.now_ms)
    failpoints.reached("feed: rows written")
    return moved


def prune(session: Session, *, now_ms: int) -> int:
    """Forget rows older than KEPT_MS, never a stream's last; give how many went."""
    old = (
        select(FeedRow.stream, func.max(FeedRow.pos).label("pos"))
        .where(FeedRow.at_ms < now_ms - KEPT_MS)
        .group_by(FeedRow.stream)
    )
    gone = 0
    for stream, pos in session.execute(old).all():
        last = session.scalar(
            select(StreamHeadRow.pos).where(StreamHeadRow.stream == stream)
        )
        upto = min(pos, (last or 0) - 1)
        gone += rows.changed(
            session, delete(FeedRow).where(FeedRow.stream == stream, FeedRow.pos <= upto)
        )
    return gone


def _pending(session: Session) -> _Pending:
    pending: _Pending = session.info.setdefault(_PENDING, _Pending())
    return pending


def _note(session: Session, change: _Change, now_ms: int) -> None:
    pending = _pending(session)
    pending.now_ms = now_ms
    pending.changes.append(change)


# Stream, entity, id; and the document's text, None once it is gone, with its min_client.
Name = tuple[str, str, str]
Document = tuple[str | None, int]
# Where streams stand, with their digests; what documents were, with their versions.
Heads = dict[str, tuple[int, int]]
Documents = dict[Name, tuple[int, str | None]]


def _built(session: Session, changes: Iterable[_Change]) -> dict[Name, Document]:
    """Give the changed documents as text, the last version of each."""
    last = {(c.stream, c.entity, c.id): c for c in changes}
    asked: dict[Build, list[str]] = {}
    for change in last.values():
        if callable(change.body):
            asked.setdefault(change.body, []).append(change.id)
    answers = {build: build(session, wanted) for build, wanted in asked.items()}
    documents: dict[Name, Document] = {}
    for name, change in last.items():
        body = change.body
        if callable(body):
            body = answers[body].get(change.id)
        text = None if body is None else wire.compact(body)
        documents[name] = (text, change.min_client)
    return documents


def _append(
    session: Session, documents: Mapping[Name, Document], now_ms: int
) -> dict[str, int]:
    """Give out positions, write rows and documents; give where the streams stand now."""
    heads, before = _standing(session, list(documents))
    fresh: list[dict[str, Any]] = []
    for name, (text, min_client) in documents.items():
        stream, entity, id = name
        ver, old = before.get(name, (0, None))
        if text == old:
            continue
        pos, digest = heads[stream]
        pos, ver = pos + 1, ver + 1
        digest = wire.digest_after(
            digest,
            old=None if old is None else wire.document_digest(entity, id, ver - 1, old),
            new=None if text is None else wire.document_digest(entity, id, ver, text),
        )
        heads[stream] = pos, digest
        fresh.append(
            {
                "stream": stream,
                "pos": pos,
                "entity": entity,
                "id": id,
                "ver": ver,
                "op": "delete" if text is None else "put",
                "min_client": min_client,
                "body": text,
                "digest": f"{digest:032x}",
                "at_ms": now_ms,
            }
        )
    if fresh:
        _write(session, fresh)
    return {stream: pos for stream, (pos, _) in heads.items()}


def _write(session: Session, fresh: Sequence[Mapping[str, Any]]) -> None:
    columns = ("stream", "entity", "id", "ver", "min_client", "body")
    # Rows are in the order of their positions: the last one of a stream is its head.
    last = {row["stream"]: row for row in fresh}
    heads = [
        {"stream": stream, "pos": row["pos"], "digest": row["digest"]}
        for stream, row in last.items()
    ]
    documents = [{name: row[name] for name in columns} for row in fresh]
    inserts.later(
        session,
        Rows(FeedRow, [{**row, "body": row["body"] or ""} for row in fresh]),
        Rows(FeedDocRow, documents, inserts.replace),
        Rows(StreamHeadRow, heads, inserts.replace),
    )


def _standing(session: Session, names: Sequence[Name]) -> tuple[Heads, Documents]:
    """Lock the streams of these documents, then read the documents as they are."""
    streams = sorted({stream for stream, _, _ in names})
    if len(names) > _BATCH:
        return _lock(session, streams), _before(session, names)
    asked = rows.spread("head", streams) | _named(names)
    found = _heads_and_documents(rows.width(streams), rows.width(names))
    heads: Heads = {}
    documents: Documents = {}
    moved = False
    for row in found.all(session, asked):
        if row.pos is None:
            documents[row.stream, row.entity, row.id] = (row.ver, row.body)
        else:
            heads[row.stream] = (row.pos, int(row.body, 16))
            # Its lock was waited for: documents were read as they had been before.
            moved |= row.pos != row.seen
    if moved or len(heads) < len(streams):
        return _lock(session, streams), _before(session, names)
    return heads, documents


def _lock(session: Session, streams: Sequence[str]) -> Heads:
    """Lock the heads of these streams, by name, and give their positions and digests."""
    found: Heads = {}
    while len(found) < len(streams):
        for start in range(0, len(streams), _BATCH):
            wanted = streams[start : start + _BATCH]
            heads = _heads(rows.width(wanted)).all(session, rows.spread("stream", wanted))
            found |= {head.stream: (head.pos, int(head.digest, 16)) for head in heads}
        for stream in streams:
            if stream not in found:
                first = {"stream": stream, "pos": 0, "digest": "0" * 32}
                rows.add_new(session, StreamHeadRow, first)
    return found


def _before(session: Session, names: Sequence[Name]) -> Documents:
    """Read the documents as they are. Once the streams are locked they stand still."""
    found: Documents = {}
    for start in range(0, len(names), _BATCH):
        wanted = names[start : start + _BATCH]
        for row in _documents(rows.width(wanted)).all(session, _named(wanted)):
            found[row.stream, row.entity, row.id] = (row.ver, row.body)
    return found


def _named(names: Sequence[Name]) -> dict[str, Any]:
    parameters: dict[str, Any] = {}
    for column, values in zip(_NAME, zip(*names, strict=True), strict=True):
        parameters |= rows.spread(column, values)
    return parameters


_HEAD, _DOC = rows.table(StreamHeadRow).c, rows.table(FeedDocRow).c
_NAME = ("stream", "entity", "id")


@cache
def _heads(width: int) -> Prepared:
    return Prepared(
        select(_HEAD.stream, _HEAD.pos, _HEAD.digest)
        .where(_HEAD.stream.in_(rows.slots("stream", width)))
        .order_by(_HEAD.stream)
        .with_for_update()
    )


@cache
def _documents(width: int) -> Prepared:
    return Prepared(
        select(_DOC.stream, _DOC.entity, _DOC.id, _DOC.ver, _DOC.body).where(_these(width))
    )


@cache
def _heads_and_documents(streams: int, documents: int) -> Prepared:
    """Lock heads, and read documents and where the heads were when that was begun."""
    locked = (
        select(_HEAD.stream, _HEAD.pos, _HEAD.digest)
        .where(_HEAD.stream.in_(rows.slots("head", streams)))
        .order_by(_HEAD.stream)
        .with_for_update()
        .cte("locked")
    )
    begun = rows.table(StreamHeadRow).alias("begun")
    heads = select(
        locked.c.stream,
        null().label("entity"),
        null().label("id"),
        null().label("ver"),
        locked.c.digest.label("body"),
        locked.c.pos,
        begun.c.pos.label("seen"),
    ).join(begun, begun.c.stream == locked.c.stream)
    found = select(
        _DOC.stream, _DOC.entity, _DOC.id, _DOC.ver, _DOC.body, null(), null()
    ).where(_these(documents))
    return Prepared(union_all(heads, found))


def _these(width: int) -> ColumnElement[bool]:
    slots = zip(*(rows.slots(column, width) for column in _NAME), strict=True)
    return or_(
        *(
            and_(_DOC.stream == stream, _DOC.entity == entity, _DOC.id == id)
            for stream, entity, id in slots
        )
    )
