"""What each order has that is on no statement yet."""

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger.tables.names import Row

OPEN = text("cards > 0 AND entries > 0")


class SettlingRow(Row):
    """An order as the next statement sees it, added up while its journal is written.

    cards: card payments it ever had. due: what is still to be paid. entries, charge and
    handling: what no statement has counted. paid_ms: when money came last. Every figure can
    be told again from the journal; here it is so that years add up at once. Source: SET1.
    """

    __tablename__ = "settling"
    __table_args__ = (
        Index(
            "ix_settling_open",
            "paid_ms",
            "order",
            "due",
            "entries",
            "charge",
            "handling",
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
    )

    order: Mapped[str] = mapped_column(primary_key=True)
    cards: Mapped[int]
    due: Mapped[int]
    entries: Mapped[int]
    charge: Mapped[int]
    handling: Mapped[int]
    paid_ms: Mapped[int | None]
