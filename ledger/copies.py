"""Tonight's will-call orders, sealed for kiosks that are cut off.

Somebody who shows the code of an order, or knows its number and name, then gets their
tickets without the ledger; nobody else learns anything from a stolen kiosk. Nothing of the
trade waits for it: stretching a way in takes a moment, so that is done in spare time, order
by order, following the changes of tickets in the feed. Source: sync.md §9, P28.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from boxoffice import copies, log, wire
from ledger import copied_orders, feed, issues
from ledger.clock import Means
from ledger.copied_orders import Copy
from ledger.spare_time import SpareTime
from ledger.store import Store
from ledger.tables.catalogue import PerformanceRow
from ledger.tables.copies import WillCallCopyRow
from ledger.tables.feed import FeedRow, StreamHeadRow
from ledger.tables.house import HouseRow
from ledger.tables.orders import OrderRow, TicketRow

ENTITY: Final = "willcall"
SETTINGS: Final = "willcall"
DAY_MS: Final = 86_400_000
# Each way in takes about 0.15 s of a core, which sells tickets first.
MOST_AT_ONCE: Final = 1
_AT_ONCE: Final = 500


class Copyist:
    """Keeps the copies true. One thread calls `step`; it remembers how far it has read."""

    def __init__(self, store: Store, *, by_name: bool) -> None:
        """by_name: whether number and last name open a copy, or its code alone."""
        self._store, self._by_name = store, by_name
        self._spare = SpareTime()
        self._read: dict[str, int] = {}
        # Evening and order, in the order in which they changed.
        self._waiting: dict[tuple[str, str], None] = {}

    def step(self, means: Means) -> bool:
        """Tell some of what changed; say whether more is waiting."""
        with self._store.read() as session:
            pepper = session.scalar(select(HouseRow.pepper))
            heads = _tonight(session, means.now_ms)
            self._read_on(session, heads)
            over = _over(session, heads)
            some = list(self._waiting)[:MOST_AT_ONCE]
            wanted = [
                copy
                for performance, order in some
                for copy in copied_orders.of(
                    session, means, performance, order, by_name=self._by_name
                )
            ]
            known = _known(session, wanted)
        pepper = pepper or self._store.write(_begin, means)
        if pepper is None:
            return False  # No house yet.
        for copy in wanted:
            if copy.name not in known and copy.outstanding:
                known[copy.name] = self._stretched(copy.way, pepper)
        ready = [copy for copy in wanted if copy.name in known]
        if ready or over:
            self._store.write(_tell, means, ready, known, pepper, over)
        for name in some:
            del self._waiting[name]
        return bool(self._waiting)

    def _stretched(self, way: str, pepper: bytes) -> bytes:
        return self._spare.do(lambda: copies.stretch(way, pepper))

    def _read_on(self, session: Session, heads: Mapping[str, int]) -> None:
        """Note which orders have changed since we looked; at first all of an evening."""
        for performance, pos in heads.items():
            since = self._read.get(performance)
            if since == pos:
                continue
            copied = exists().where(
                WillCallCopyRow.order == TicketRow.order,
                WillCallCopyRow.performance == performance,
            )
            query = (
                select(TicketRow.order)
                .join(OrderRow, OrderRow.id == TicketRow.order)
                .where(
                    TicketRow.performance == performance,
                    # What a device sold, it prints.
                    OrderRow.device.is_(None),
                    # Nothing to fetch, nothing to copy; a copy that is there is kept true.
                    or_(issues.outstanding(), copied),
                )
                .distinct()
            )
            if since is None:
                found = set(session.scalars(query))
            else:
                found = set()
                moved = _moved(session, performance, since)
                for start in range(0, len(moved), _AT_ONCE):
                    some = moved[start : start + _AT_ONCE]
                    found |= set(session.scalars(query.where(TicketRow.id.in_(some))))
            self._waiting |= {(performance, order): None for order in sorted(found)}
            self._read[performance] = pos


def _tonight(session: Session, now_ms: int) -> dict[str, int]:
    """Say where the streams of the evenings a day around now stand."""
    query = (
        select(PerformanceRow.id, StreamHeadRow.pos)
        .join(StreamHeadRow, StreamHeadRow.stream == "perf:" + PerformanceRow.id)
        .where(PerformanceRow.starts_ms.between(now_ms - DAY_MS, now_ms + DAY_MS))
    )
    return dict(session.execute(query).all())


def _moved(session: Session, performance: str, since: int) -> Sequence[str]:
    """Name the tickets that the feed has told of."""
    return session.scalars(
        select(FeedRow.id).where(
            FeedRow.stream == feed.performance(performance),
            FeedRow.pos > since,
            FeedRow.entity == "ticket",
        )
    ).all()


def _known(session: Session, wanted: Sequence[Copy]) -> dict[tuple[str, str], bytes]:
    orders = sorted({copy.order for copy in wanted})
    found: dict[tuple[str, str], bytes] = {}
    for start in range(0, len(orders), _AT_ONCE):
        for row in session.scalars(
            select(WillCallCopyRow).where(
                WillCallCopyRow.order.in_(orders[start : start + _AT_ONCE])
            )
        ):
            found[row.way, row.performance] = row.stretched
    return found


def _over(session: Session, heads: Mapping[str, int]) -> list[str]:
    """Name evenings that have copies and are over for a day."""
    kept = session.scalars(select(WillCallCopyRow.performance).distinct()).all()
    return [performance for performance in kept if performance not in heads]


def _begin(session: Session, means: Means) -> bytes | None:
    """Give the house its pepper, once, and tell its kiosks."""
    house = session.scalars(select(HouseRow).with_for_update()).first()
    if house is None:
        return None
    if house.pepper is None:
        house.pepper = means.chance(copies.PEPPER_BYTES)
    body = {"pepper": log.encoded(house.pepper)}
    feed.publish(
        session, feed.venue(house.id), "config", SETTINGS, body, now_ms=means.now_ms
    )
    return house.pepper


def _tell(
    session: Session,
    means: Means,
    wanted: Sequence[Copy],
    known: Mapping[tuple[str, str], bytes],
    pepper: bytes,
    over: Sequence[str],
) -> None:
    for performance in over:
        for row in session.scalars(
            select(WillCallCopyRow).where(WillCallCopyRow.performance == performance)
        ):
            _end(session, means, row)
    for copy in wanted:
        _tell_one(session, means, copy, known[copy.name], pepper)


def _tell_one(
    session: Session, means: Means, copy: Copy, stretched: bytes, pepper: bytes
) -> None:
    row = session.get(WillCallCopyRow, copy.name)
    if copy.record is None:
        if row is not None:
            _end(session, means, row)
        return
    told = log.encoded(log.digest(wire.compact(copy.record).encode()))
    if row is None:
        row = WillCallCopyRow(
            way=copy.kept_as,
            performance=copy.performance,
            order=copy.order,
            doc=copies.index(stretched, pepper),
            stretched=stretched,
            told="",
        )
        session.add(row)
    if row.told == told:
        return
    row.told = told
    sealed = copies.seal(stretched, means.chance(copies.NONCE_BYTES), copy.record)
    body = {"sealed": sealed}
    stream = feed.performance(copy.performance)
    feed.publish(session, stream, ENTITY, row.doc, body, now_ms=means.now_ms)


def _end(session: Session, means: Means, row: WillCallCopyRow) -> None:
    feed.end(
        session,
        feed.performance(row.performance),
        ENTITY,
        row.doc,
        now_ms=means.now_ms,
    )
    session.delete(row)
