"""Gift cards that were sold."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ledger.tables.names import Row


class GiftCardRow(Row):
    """One that an order sold. card: hash of its code, which is kept nowhere.

    recipient, email, words: for whom it is, where it goes, what the buyer says to them.
    ended_ms: since when the order does not sell it any more.
    """

    __tablename__ = "gift_card"

    line: Mapped[str] = mapped_column(ForeignKey("order_line.id"), primary_key=True)
    order: Mapped[str] = mapped_column(ForeignKey("order.id"), index=True)
    card: Mapped[str] = mapped_column(ForeignKey("voucher.hash"), index=True)
    recipient: Mapped[str]
    email: Mapped[str]
    words: Mapped[str]
    language: Mapped[str]
    ended_ms: Mapped[int | None]
