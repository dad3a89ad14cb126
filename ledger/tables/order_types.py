"""Kinds of orders, such as tables."""

from sqlalchemy import false
from sqlalchemy.orm import Mapped, mapped_column

from ledger.tables.names import Row


class OrderTypeRow(Row):
    """One kind of order. minimum, maximum: people. orders: how many a performance has.

    usual: what the window's form begins with. online: the shop offers it, too. retired_ms:
    since when none is sold. Source: ORT1.
    """

    __tablename__ = "order_type"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    minimum: Mapped[int]
    maximum: Mapped[int]
    orders: Mapped[int]
    usual: Mapped[bool]
    added_ms: Mapped[int]
    retired_ms: Mapped[int | None]
    online: Mapped[bool] = mapped_column(default=False, server_default=false())
