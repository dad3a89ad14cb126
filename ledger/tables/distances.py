"""How far apart orders sit at a performance."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ledger.tables.names import Row


class DistanceRow(Row):
    """What staff chose for one performance; it outlives being switched off. Source: DIS1.

    kept: whether it is switched on. side: neighbours in the row. areas: JSON list of
    sections; empty: all. least_mm: between people, in millimetres; null: any.
    """

    __tablename__ = "distance"

    performance: Mapped[str] = mapped_column(ForeignKey("performance.id"), primary_key=True)
    kept: Mapped[bool]
    side: Mapped[int]
    areas: Mapped[str]
    front_back: Mapped[bool]
    diagonal: Mapped[bool]
    least_mm: Mapped[int | None]
