"""Promo codes: the word that opens a price, and how often it may."""

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ledger.tables.names import Row


class PromoCodeRow(Row):
    """One code. hash: as price lists name it. word: as staff wrote it.

    orders: how many orders may use it in all; tickets: how many tickets of one order it
    makes cheaper; null: any number. used: orders that did, or are promised to; only counted
    while `orders` is set.
    """

    __tablename__ = "promo_code"
    __table_args__ = (CheckConstraint("used >= 0", name="used"),)

    hash: Mapped[str] = mapped_column(primary_key=True)
    word: Mapped[str]
    orders: Mapped[int | None]
    tickets: Mapped[int | None]
    used: Mapped[int]
    made_ms: Mapped[int]
