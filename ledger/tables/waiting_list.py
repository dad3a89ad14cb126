"""Who would like seats of a performance that has none left."""

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ledger.tables.names import Row


class WaitingPatronRow(Row):
    """One address that waits for so many seats. told_ms: when it was written to."""

    __tablename__ = "waiting_patron"
    __table_args__ = (UniqueConstraint("performance", "email"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    performance: Mapped[str] = mapped_column(ForeignKey("performance.id"))
    email: Mapped[str]
    name: Mapped[str]
    people: Mapped[int]
    language: Mapped[str]
    made_ms: Mapped[int]
    told_ms: Mapped[int | None]
