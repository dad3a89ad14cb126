"""What devices are told: streams of documents, in an order without gaps."""

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ledger.tables.names import Row


class StreamHeadRow(Row):
    """The last position of a stream and its digest (32 hex digits). The counter row."""

    __tablename__ = "stream_head"

    stream: Mapped[str] = mapped_column(primary_key=True)
    pos: Mapped[int]
    digest: Mapped[str]


class FeedRow(Row):
    """One change. digest: of the stream after it."""

    __tablename__ = "feed"
    __table_args__ = (CheckConstraint("op IN ('put', 'delete')", name="op"),)

    stream: Mapped[str] = mapped_column(primary_key=True)
    pos: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entity: Mapped[str]
    id: Mapped[str]
    ver: Mapped[int]
    op: Mapped[str]
    min_client: Mapped[int]
    body: Mapped[str]
    digest: Mapped[str]
    at_ms: Mapped[int] = mapped_column(index=True)


class FeedDocRow(Row):
    """A document as it is now; body null once it is gone, so that `ver` goes on."""

    __tablename__ = "feed_doc"

    stream: Mapped[str] = mapped_column(primary_key=True)
    entity: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    ver: Mapped[int]
    min_client: Mapped[int]
    body: Mapped[str | None]
