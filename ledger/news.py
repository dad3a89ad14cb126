"""What a device reads: what follows its cursor, or everything as it is now.

A cursor that cannot be read on from is *gone*, and says why. Source: sync.md §2.5.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select, text
from sqlalchemy.orm import Session

from boxoffice import wire
from ledger import rows
from ledger.prepared import Prepared, Values
from ledger.tables.feed import FeedDocRow, FeedRow, StreamHeadRow

Look = Callable[[Prepared, Values], list[Any]]
MOST_ROWS = 500
MOST_DOCUMENTS = 2000


@dataclass(frozen=True)
class Gone:
    """A cursor that cannot be read on from: pruned, timeline or drift."""

    why: str


@dataclass(frozen=True)
class News:
    """What follows a cursor, and the cursor after it."""

    rows: tuple[wire.Row, ...]
    position: wire.Position


@dataclass(frozen=True)
class Page:
    """One page of a snapshot, as feed rows without positions."""

    start: wire.Position
    until: wire.Position
    documents: tuple[Any, ...]
    following: int | None


def position(session: Session, stream: str, timeline: int) -> wire.Position:
    """Give where a stream stands now; a stream nobody wrote to stands at 0."""
    head = _HEAD.first(session, {"of": stream})
    return (
        wire.Position(timeline, head.pos, int(head.digest, 16))
        if head
        else (wire.Position(timeline, 0, 0))
    )


def after(
    session: Session, stream: str, cursor: wire.Position, *, timeline: int
) -> News | Gone:
    """Read what follows a cursor, at most MOST_ROWS rows. Source: sync.md §2.5."""
    if cursor.timeline != timeline:
        return Gone("timeline")
    head = position(session, stream, timeline)
    if cursor.pos > head.pos:
        return Gone("drift")
    if cursor.pos == head.pos:
        return News((), head) if cursor.digest == head.digest else Gone("drift")
    asked = {"of": stream, "since": max(cursor.pos, 1), "most": MOST_ROWS + 1}
    found = _ROWS.all(session, asked)
    if not found or found[0].pos != max(cursor.pos, 1):
        return Gone("pruned")
    digest = int(found[0].digest, 16) if cursor.pos else 0
    if cursor.digest != digest:
        return Gone("drift")
    news = [row for row in found if row.pos > cursor.pos][:MOST_ROWS]
    return News(
        tuple(
            wire.Row(r.pos, r.entity, r.id, r.ver, r.op, r.body, r.min_client) for r in news
        ),
        wire.Position(timeline, news[-1].pos, int(news[-1].digest, 16)),
    )


def snapshot(session: Session, stream: str, page: int, *, timeline: int) -> Page:
    """Read one page of the live documents. page: from 0.

    Pages may be read at different moments: the device then reads the feed from the first
    page's start to the last page's end.
    """
    now = position(session, stream, timeline)
    if rows.dialect(session) == "postgresql":
        # Left alone it sorts the whole stream again for each page, and not by the index.
        session.execute(_IN_ORDER)
    part = {"of": stream, "skip": page * MOST_DOCUMENTS, "most": MOST_DOCUMENTS + 1}
    found = _PAGE.all(session, part)
    # Documents that are gone keep their places, so that nothing slips between two pages.
    live = tuple(row for row in found[:MOST_DOCUMENTS] if row.body is not None)
    return Page(now, now, live, page + 1 if len(found) > MOST_DOCUMENTS else None)


def moved(look: Look, stand: Mapping[str, int]) -> bool:
    """Whether one of these streams stands beyond the position given for it.

    Those who wait ask twice a second, and all of them wait most of the time.
    """
    asked = {f"s{n}": stream for n, stream in enumerate(stand)}
    return any(row.pos > stand[row.stream] for row in look(_heads(len(stand)), asked))


@cache
def _heads(count: int) -> Prepared:
    named: list[Any] = [bindparam(f"s{n}") for n in range(count)]
    return Prepared(select(_STAND.stream, _STAND.pos).where(_STAND.stream.in_(named)))


def as_document(row: Any) -> dict[str, Any]:
    """Give a document as a snapshot carries it."""
    return {
        "entity": row.entity,
        "id": row.id,
        "ver": row.ver,
        "min_client": row.min_client,
        "body": row.body,
    }


def bodies(session: Session, stream: str, entity: str) -> dict[str, Any]:
    """Read the live documents of one kind as they are told: id to body."""
    found = session.execute(
        select(FeedDocRow.id, FeedDocRow.body).where(
            FeedDocRow.stream == stream,
            FeedDocRow.entity == entity,
            FeedDocRow.body.is_not(None),
        )
    )
    return {row.id: json.loads(row.body) for row in found}


_DOC, _STAND = rows.table(FeedDocRow).c, rows.table(StreamHeadRow).c
_HEAD = Prepared(select(_STAND.pos, _STAND.digest).where(_STAND.stream == bindparam("of")))
_ROW = rows.table(FeedRow).c
_ROWS = Prepared(
    select(
        _ROW.pos,
        _ROW.entity,
        _ROW.id,
        _ROW.ver,
        _ROW.op,
        _ROW.body,
        _ROW.min_client,
        _ROW.digest,
    )
    .where(_ROW.stream == bindparam("of"), _ROW.pos >= bindparam("since"))
    .order_by(_ROW.pos)
    .limit(bindparam("most"))
)
_IN_ORDER = text("SET LOCAL enable_sort = off")
_PAGE = Prepared(
    select(_DOC.entity, _DOC.id, _DOC.ver, _DOC.min_client, _DOC.body)
    .where(_DOC.stream == bindparam("of"))
    .order_by(_DOC.entity, _DOC.id)
    .offset(bindparam("skip"))
    .limit(bindparam("most"))
)
