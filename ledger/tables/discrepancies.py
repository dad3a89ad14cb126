"""What staff must settle."""

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ledger.tables.names import Row


class DiscrepancyRow(Row):
    """A conflict of facts. facts, proposal: JSON text. Source: sync.md §8."""

    __tablename__ = "discrepancy"
    __table_args__ = (
        UniqueConstraint("kind", "subject"),
        CheckConstraint("state IN ('open', 'proposed', 'settled')", name="state"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    subject: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    facts: Mapped[str]
    proposal: Mapped[str | None]
    noted_ms: Mapped[int]
    settled_ms: Mapped[int | None]
    settled_by: Mapped[str | None]
    settled_how: Mapped[str | None]
    settled_why: Mapped[str | None]


class DiscrepancyEvidenceRow(Row):
    """One event that speaks for a discrepancy."""

    __tablename__ = "discrepancy_evidence"

    discrepancy: Mapped[str] = mapped_column(ForeignKey("discrepancy.id"), primary_key=True)
    event: Mapped[str] = mapped_column(primary_key=True)
