"""Seats of this device. `allotted` follows the ledger; `spent` is ours.

A seat is this device's to sell while it is allotted, not spent and not pledged: no document
can bring back a seat that was sold here. Source: sync.md §3.1.
"""

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kiosk.store.tables.names import Table


class AllottedRow(Table):
    """A seat that the ledger has given to this device and incarnation."""

    __tablename__ = "allotted"

    performance: Mapped[str] = mapped_column(primary_key=True)
    seat: Mapped[str] = mapped_column(primary_key=True)
    epoch: Mapped[int]
    sell_by_ms: Mapped[int | None]


class SpentRow(Table):
    """A seat that is no longer ours: how is `sold` or `returned`, seq the event's."""

    __tablename__ = "spent"
    __table_args__ = (CheckConstraint("how IN ('sold', 'returned')", name="how"),)

    performance: Mapped[str] = mapped_column(primary_key=True)
    seat: Mapped[str] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    how: Mapped[str]
    seq: Mapped[int]
