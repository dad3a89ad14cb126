"""Who went in and out, and which door is asking just now."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
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


class DoorQuestionRow(Row):
    """What guests of a performance are asked when they first come in. checkin.md §7.

    options: JSON list of {id, words}. price_types: JSON list of those who are asked; empty:
    all. asked: whether it is asked just now.
    """

    __tablename__ = "door_question"

    id: Mapped[str] = mapped_column(primary_key=True)
    performance: Mapped[str] = mapped_column(ForeignKey("performance.id"), index=True)
    words: Mapped[str]
    kind: Mapped[str]
    required: Mapped[bool]
    options: Mapped[str]
    price_types: Mapped[str]
    asked: Mapped[bool]
    added_ms: Mapped[int]


class DoorAnswerRow(Row):
    """What a guest said at the door, with the movement that it was told with.

    answer: JSON text or list of texts in canonical form; null: asked, and left open.
    """

    __tablename__ = "door_answer"

    movement: Mapped[str] = mapped_column(primary_key=True)
    question: Mapped[str] = mapped_column(primary_key=True)
    ticket: Mapped[str] = mapped_column(index=True)
    answer: Mapped[str | None]
