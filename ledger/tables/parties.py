"""Orders that belong together."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ledger.tables.names import Row


class PartyRow(Row):
    """One order of a party. party: the order that stands for all of them, itself too."""

    __tablename__ = "party"

    order: Mapped[str] = mapped_column(ForeignKey("order.id"), primary_key=True)
    party: Mapped[str] = mapped_column(ForeignKey("order.id"), index=True)
