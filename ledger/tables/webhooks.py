"""Whom we tell of what happens, and what became of the telling."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger.tables.names import Row


class WebhookRow(Row):
    """An address that hears of events. secret: signs what we send. events: JSON list."""

    __tablename__ = "webhook"

    id: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str]
    secret: Mapped[str]
    events: Mapped[str]
    staff: Mapped[str]
    made_ms: Mapped[int]
    ended_ms: Mapped[int | None]


class WebhookDeliveryRow(Row):
    """One event on its way to one address. answer: what came back, or what went wrong."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'delivered', 'given_up')", name="state"),
        Index("ix_webhook_delivery_webhook", "webhook", "made_ms"),
        Index(
            "ix_webhook_delivery_waiting",
            "next_ms",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    webhook: Mapped[str] = mapped_column(ForeignKey("webhook.id"))
    event: Mapped[str]
    body: Mapped[str]
    state: Mapped[str]
    tries: Mapped[int]
    next_ms: Mapped[int]
    answer: Mapped[str]
    made_ms: Mapped[int]
    tried_ms: Mapped[int | None]
