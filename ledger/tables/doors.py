"""Who went in and out, and which door is asking just now."""

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger.tables.names import Row


class MovementRow(Row):
    """Some people through one door on one ticket. id: the event's, and the claim's.

    after: the movement it follows. at_ms: the device's time, evidence only. undone: the
    event that undid it. seq: of the event in its device's log.
    """

    __tablename__ = "movement"
    __table_args__ = (
        CheckConstraint("kind IN ('admission', 'exit')", name="kind"),
        Index("ix_movement_ticket_after", "ticket", "after"),
        Index("ix_movement_performance", "performance"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    ticket: Mapped[str]
    performance: Mapped[str]
    space: Mapped[str]
    kind: Mapped[str]
    count: Mapped[int]
    seat: Mapped[str]
    door: Mapped[str]
    after: Mapped[str | None]
    device: Mapped[str]
    incarnation: Mapped[int]
    issue: Mapped[int | None]
    mode: Mapped[str]
    verdict: Mapped[str]
    marks: Mapped[str]
    override: Mapped[str | None]
    at_ms: Mapped[int]
    trust: Mapped[str]
    recorded_ms: Mapped[int]
    seq: Mapped[int]
    undone: Mapped[str | None]


class PresenceRow(Row):
    """Where a ticket stands in one space: its last movement, and who is asking about it."""

    __tablename__ = "presence"

    ticket: Mapped[str] = mapped_column(primary_key=True)
    space: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[str | None]
    claim: Mapped[str | None]


class ClaimRow(Row):
    """One door, pickup or reissue at a time. space: blank for the latter two.

    state: live until its event arrives (spent) or it is dropped. A pickup claims several
    tickets under one id. answer: JSON text, for those who ask again.
    """

    __tablename__ = "claim"
    __table_args__ = (
        CheckConstraint("kind IN ('admission', 'pickup', 'reissue')", name="kind"),
        CheckConstraint("state IN ('live', 'spent', 'dropped')", name="state"),
        Index(
            "uq_claim_live",
            "ticket",
            "kind",
            "space",
            unique=True,
            sqlite_where=text("state = 'live'"),
            postgresql_where=text("state = 'live'"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    ticket: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    space: Mapped[str]
    performance: Mapped[str]
    device: Mapped[str]
    door: Mapped[str]
    state: Mapped[str]
    answer: Mapped[str]
    at_ms: Mapped[int]


class RefusedScanRow(Row):
    """A scan that let nobody in: the hash of the code, the verdict, the door."""

    __tablename__ = "refused_scan"

    id: Mapped[str] = mapped_column(primary_key=True)
    code_hash: Mapped[str]
    verdict: Mapped[str]
    door: Mapped[str]
    performance: Mapped[str | None]
    device: Mapped[str]
    at_ms: Mapped[int]
