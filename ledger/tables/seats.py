"""Who owns each seat, and who owned it before."""

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from ledger.tables.names import Row

STATES = "'available', 'reserved', 'held', 'allotted', 'sold', 'killed'"


class SeatStateRow(Row):
    """A seat of one performance: exactly one owner at any moment. Source: design.md §3.

    number: its number in the chart, from 1. prior: where a held or killed seat goes back
    to. device, incarnation: the owner of an allotted seat; of a sold one, the device that
    sold it. ticket: the one ticket of a sold seat.
    """

    __tablename__ = "seat_state"
    __table_args__ = (
        CheckConstraint(f"state IN ({STATES})", name="state"),
        CheckConstraint("(state = 'held') = (hold IS NOT NULL)", name="hold"),
        CheckConstraint("(state = 'sold') = (ticket IS NOT NULL)", name="ticket"),
        CheckConstraint(
            "(state IN ('held', 'killed')) = (prior IS NOT NULL)", name="prior"
        ),
        CheckConstraint("prior IN ('available', 'reserved')", name="prior_state"),
        CheckConstraint("state <> 'allotted' OR device IS NOT NULL", name="owner"),
        CheckConstraint("device IS NULL OR state IN ('allotted', 'sold')", name="no_owner"),
        CheckConstraint("(device IS NULL) = (incarnation IS NULL)", name="incarnation"),
        Index("ix_seat_state_hold", "hold"),
        Index("ix_seat_state_device_incarnation", "device", "incarnation"),
        Index("ix_seat_state_performance_state", "performance", "state", "number"),
    )

    performance: Mapped[str] = mapped_column(ForeignKey("performance.id"), primary_key=True)
    seat: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int]
    state: Mapped[str]
    prior: Mapped[str | None]
    epoch: Mapped[int]
    hold: Mapped[str | None]
    device: Mapped[str | None]
    incarnation: Mapped[int | None]
    ticket: Mapped[str | None]
    sell_by_ms: Mapped[int | None]


class HoldRow(Row):
    """Seats promised to one open order for a while. seller: a device id, or staff, shop."""

    __tablename__ = "hold"

    id: Mapped[str] = mapped_column(primary_key=True)
    performance: Mapped[str] = mapped_column(ForeignKey("performance.id"))
    order: Mapped[str] = mapped_column(index=True)
    seller: Mapped[str]
    made_ms: Mapped[int]
    expires_ms: Mapped[int] = mapped_column(index=True)
    extended: Mapped[bool]


class AllotmentRow(Row):
    """Which device owned a seat under which epoch, now or before. ended: how, if it has."""

    __tablename__ = "allotment"
    __table_args__ = (
        CheckConstraint(
            "ended IS NULL OR ended IN ('sold', 'returned', 'broken')", name="ended"
        ),
    )

    performance: Mapped[str] = mapped_column(primary_key=True)
    seat: Mapped[str] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    device: Mapped[str]
    incarnation: Mapped[int]
    allotted_ms: Mapped[int]
    ended: Mapped[str | None]
    ended_ms: Mapped[int | None]
