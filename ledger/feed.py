"""What devices are told, in an order without gaps.

Use cases say which documents changed; nothing is written until the very end of their
transaction. Then each stream's counter row is locked, by name, and positions are given out,
so that position order is commit order and reading "after P" can never skip a row.
Source: sync.md §2.5, §3.5; P20, P21.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, func, insert, select, tuple_, update
from sqlalchemy.orm import Session

from boxoffice import failpoints, wire
from ledger import rows
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
    if not pending:
        return {}
    documents = _built(session, pending.changes)
    moved = {
        stream: _append(session, stream, documents[stream], pending.now_ms)
        for stream in sorted(documents)
    }
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


Document = tuple[str | None, int]


def _built(
    session: Session, changes: Iterable[_Change]
) -> dict[str, dict[tuple[str, str], Document]]:
    """Give each stream its changed documents as text, the last version of each."""
    last = {(c.stream, c.entity, c.id): c for c in changes}
    asked: dict[Build, list[str]] = {}
    for change in last.values():
        if callable(change.body):
            asked.setdefault(change.body, []).append(change.id)
    answers = {build: build(session, wanted) for build, wanted in asked.items()}
    documents: dict[str, dict[tuple[str, str], Document]] = {}
    for (stream, entity, id), change in last.items():
        body = change.body
        if callable(body):
            body = answers[body].get(id)
        text = None if body is None else wire.compact(body)
        documents.setdefault(stream, {})[entity, id] = (text, change.min_client)
    return documents


def _append(
    session: Session,
    stream: str,
    documents: Mapping[tuple[str, str], Document],
    now_ms: int,
) -> int:
    pos, digest = _lock(session, stream)
    before = _before(session, stream, documents)
    fresh: list[dict[str, Any]] = []
    for (entity, id), (text, min_client) in documents.items():
        ver, old = before.get((entity, id), (0, None))
        if text == old:
            continue
        pos, ver = pos + 1, ver + 1
        digest = wire.digest_after(
            digest,
            old=None if old is None else wire.document_digest(entity, id, ver - 1, old),
            new=None if text is None else wire.document_digest(entity, id, ver, text),
        )
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
        session.execute(
            insert(FeedRow), [row | {"body": row["body"] or ""} for row in fresh]
        )
        _keep(session, fresh)
        session.execute(
            update(StreamHeadRow)
            .where(StreamHeadRow.stream == stream)
            .values(pos=pos, digest=f"{digest:032x}")
        )
    return pos


def _lock(session: Session, stream: str) -> tuple[int, int]:
    wanted = (
        select(StreamHeadRow.pos, StreamHeadRow.digest)
        .where(StreamHeadRow.stream == stream)
        .with_for_update()
    )
    head = session.execute(wanted).one_or_none()
    if head is None:
        made = rows.insert(session, StreamHeadRow)
        session.execute(
            made.values(stream=stream, pos=0, digest="0" * 32).on_conflict_do_nothing()
        )
        head = session.execute(wanted).one()
    return head.pos, int(head.digest, 16)


def _before(
    session: Session, stream: str, documents: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], tuple[int, str | None]]:
    """Read the documents as they are. Once the stream is locked they stand still."""
    wanted = list(documents)
    named = tuple_(FeedDocRow.entity, FeedDocRow.id)
    found: dict[tuple[str, str], tuple[int, str | None]] = {}
    for start in range(0, len(wanted), _BATCH):
        query = select(
            FeedDocRow.entity, FeedDocRow.id, FeedDocRow.ver, FeedDocRow.body
        ).where(FeedDocRow.stream == stream, named.in_(wanted[start : start + _BATCH]))
        for row in session.execute(query):
            found[row.entity, row.id] = (row.ver, row.body)
    return found


def _keep(session: Session, fresh: Sequence[Mapping[str, Any]]) -> None:
    statement = rows.insert(session, FeedDocRow)
    given = statement.excluded
    columns = ("stream", "entity", "id", "ver", "min_client", "body")
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["stream", "entity", "id"],
            set_={"ver": given.ver, "min_client": given.min_client, "body": given.body},
        ),
        [{name: row[name] for name in columns} for row in fresh],
    )
