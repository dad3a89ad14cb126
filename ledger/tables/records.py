"""Who did what, what is waiting to be mailed, who called, who guessed."""

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from ledger.tables.names import Row


class AuditRow(Row):
    """A change by a person. Append-only. facts: JSON text.

    nth: which change of its subject it is, from 1; 0: from before they were counted.
    """

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_subject_nth", "subject", "nth"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    at_ms: Mapped[int] = mapped_column(index=True)
    staff: Mapped[str]
    device: Mapped[str | None]
    action: Mapped[str]
    subject: Mapped[str]
    reason: Mapped[str]
    facts: Mapped[str]
    nth: Mapped[int] = mapped_column(default=0, server_default="0")


class OutboxRow(Row):
    """A letter that waits to be sent. kind: which letter; `to` is one address.

    facts: what it says besides its order, JSON text.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'sent', 'given_up')", name="state"),
        Index("ix_outbox_state_next_try_ms", "state", "next_try_ms"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    to: Mapped[str]
    subject: Mapped[str]
    kind: Mapped[str]
    order: Mapped[str | None] = mapped_column(index=True)
    state: Mapped[str]
    next_try_ms: Mapped[int]
    tries: Mapped[int]
    trouble: Mapped[str]
    made_ms: Mapped[int]
    sent_ms: Mapped[int | None]
    facts: Mapped[str] = mapped_column(default="{}", server_default="{}")


class LookupMissRow(Row):
    """A look-up that found nothing, by the place where somebody typed. Source: COL2."""

    __tablename__ = "lookup_miss"

    id: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(index=True)
    at_ms: Mapped[int] = mapped_column(index=True)


class StaffCallRow(Row):
    """A guest who called somebody. by, eta_min: who is coming, and when."""

    __tablename__ = "staff_call"

    id: Mapped[str] = mapped_column(primary_key=True)
    device: Mapped[str]
    place: Mapped[str]
    page: Mapped[str]
    at_ms: Mapped[int]
    by: Mapped[str | None]
    eta_min: Mapped[int | None]
    done_ms: Mapped[int | None]
