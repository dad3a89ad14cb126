"""Money that goes back to a whole house, order by order."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger.tables.names import Row


class RefundRunRow(Row):
    """One run over the orders of a performance; of these one goes on at a time.

    fees: whether they go back, too. Source: CAN1.
    """

    __tablename__ = "refund_run"
    __table_args__ = (
        Index(
            "uq_refund_run_going_on",
            "performance",
            unique=True,
            sqlite_where=text("ended_ms IS NULL"),
            postgresql_where=text("ended_ms IS NULL"),
        ),
        Index("ix_refund_run_performance", "performance", "begun_ms"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    performance: Mapped[str] = mapped_column(ForeignKey("performance.id"))
    staff: Mapped[str]
    reason: Mapped[str]
    fees: Mapped[bool]
    begun_ms: Mapped[int]
    ended_ms: Mapped[int | None]


class RefundPartRow(Row):
    """What one order gets back in a run. planned: the preview that staff saw, as JSON.

    state: changed, the order was not as planned any more; failed, it could not be booked;
    left, the run was stopped before. In all three nothing moved. amount: what was booked.
    """

    __tablename__ = "refund_part"
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting', 'booked', 'changed', 'failed', 'left')", name="state"
        ),
        Index("ix_refund_part_run_state", "run", "state", "nth"),
    )

    run: Mapped[str] = mapped_column(ForeignKey("refund_run.id"), primary_key=True)
    order: Mapped[str] = mapped_column(ForeignKey("order.id"), primary_key=True)
    nth: Mapped[int]
    state: Mapped[str]
    planned: Mapped[str]
    amount: Mapped[int]
