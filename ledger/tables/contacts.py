"""What devices know of people: see ledger.contacts."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ledger.tables.names import Row


class ContactRow(Row):
    """Whom to reach about an order that a device sold. Empty: not known."""

    __tablename__ = "contact"

    order: Mapped[str] = mapped_column(ForeignKey("order.id"), primary_key=True)
    name: Mapped[str]
    email: Mapped[str]
    phone: Mapped[str]
    last_four: Mapped[str]
    device: Mapped[str]
    at_ms: Mapped[int]
