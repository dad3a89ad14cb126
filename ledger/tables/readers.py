"""Programs of the theatre that may read the book."""

from sqlalchemy.orm import Mapped, mapped_column

from ledger.tables.names import Row


class ReadKeyRow(Row):
    """A key of the read API. hash: of the key, which is kept nowhere.

    personal: whether names and addresses of patrons are given, too.
    """

    __tablename__ = "read_key"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    hash: Mapped[str] = mapped_column(unique=True)
    personal: Mapped[bool]
    staff: Mapped[str]
    made_ms: Mapped[int]
    ended_ms: Mapped[int | None]
