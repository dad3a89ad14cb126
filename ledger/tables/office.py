"""What the office keeps: where tickets are, questions, statements, day ends."""

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from ledger.tables.names import Row


class TicketingRow(Row):
    """Where an order's tickets are; no row: to be ticketed. Source: ORD6."""

    __tablename__ = "ticketing"
    __table_args__ = (
        CheckConstraint(
            "status IN ('to_be_ticketed', 'mailed', 'held', 'picked_up', 'emailed')",
            name="status",
        ),
    )

    order: Mapped[str] = mapped_column(ForeignKey("order.id"), primary_key=True)
    status: Mapped[str]
    at_ms: Mapped[int]
    staff: Mapped[str]


class QuestionRow(Row):
    """What buyers are asked, for one production or, without one, for all. Source: ORD8.

    options: JSON list of texts. asked: whether it is asked just now.
    """

    __tablename__ = "question"

    id: Mapped[str] = mapped_column(primary_key=True)
    production: Mapped[str | None] = mapped_column(ForeignKey("production.id"), index=True)
    words: Mapped[str]
    options: Mapped[str]
    asked: Mapped[bool]
    added_ms: Mapped[int]


class StatementRow(Row):
    """What the theatre is paid, with what was carried. Source: SET1-SET4.

    number: from 1. paid_by: cheque or direct_deposit, once it is.
    """

    __tablename__ = "statement"

    id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    on_ms: Mapped[int]
    carried: Mapped[int]
    amount: Mapped[int]
    issued: Mapped[bool]
    currency: Mapped[str]
    staff: Mapped[str]
    made_ms: Mapped[int]
    paid_by: Mapped[str | None]
    paid_ref: Mapped[str]
    paid_ms: Mapped[int | None]


class StatementLineRow(Row):
    """One journal entry on the one statement that it belongs to."""

    __tablename__ = "statement_line"
    __table_args__ = (
        Index("ix_statement_line_statement", "statement", "settled_ms", "entry"),
    )

    entry: Mapped[str] = mapped_column(ForeignKey("journal_entry.id"), primary_key=True)
    statement: Mapped[str] = mapped_column(ForeignKey("statement.id"))
    charge: Mapped[int]
    handling: Mapped[int]
    settled_ms: Mapped[int]


class DayEndRow(Row):
    """A count at the end of a day. expected, counted: JSON, tender to minor units."""

    __tablename__ = "day_end"

    id: Mapped[str] = mapped_column(primary_key=True)
    since_ms: Mapped[int]
    at_ms: Mapped[int] = mapped_column(index=True)
    staff: Mapped[str]
    currency: Mapped[str]
    expected: Mapped[str]
    counted: Mapped[str]
    note: Mapped[str]
