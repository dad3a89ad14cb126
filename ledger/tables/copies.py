"""Will-call orders as kiosks keep them, sealed: see ledger.copies."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ledger.tables.names import Row


class WillCallCopyRow(Row):
    """One way in to an order of one evening.

    way: H of the way in. doc: the id under which devices keep the copy. stretched: what
    seals it. told: H of the record as devices have it.
    """

    __tablename__ = "will_call_copy"

    way: Mapped[str] = mapped_column(primary_key=True)
    performance: Mapped[str] = mapped_column(
        ForeignKey("performance.id"), primary_key=True, index=True
    )
    order: Mapped[str] = mapped_column(ForeignKey("order.id"), index=True)
    doc: Mapped[str]
    stretched: Mapped[bytes]
    told: Mapped[str]
