"""Payments as they happened, and the journal, which nobody edits."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, false, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger.tables.names import Row


class TenderRow(Row):
    """How an order was paid, or paid back when the amount is below 0.

    ref: the terminal's or voucher's reference. refunds: the payment that this gives back.
    office: the box office took or gave it, and counts it at the end of the day.
    """

    __tablename__ = "tender"
    __table_args__ = (
        Index(
            "ix_tender_office",
            "at_ms",
            sqlite_where=text("office"),
            postgresql_where=text("office"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    order: Mapped[str] = mapped_column(ForeignKey("order.id"), index=True)
    kind: Mapped[str]
    ref: Mapped[str]
    intent: Mapped[str | None] = mapped_column(index=True)
    amount: Mapped[int]
    at_ms: Mapped[int]
    refunds: Mapped[str | None]
    office: Mapped[bool] = mapped_column(default=False, server_default=false())


class PaymentRow(Row):
    """One attempt at a terminal, as its device reported it. state: see ledger.payments.

    brand, last4: of the card, in capitals and digits, where they were told; no more of it
    is kept (PAY4).
    """

    __tablename__ = "payment"

    intent: Mapped[str] = mapped_column(primary_key=True)
    order: Mapped[str | None] = mapped_column(index=True)
    device: Mapped[str]
    terminal: Mapped[str]
    kind: Mapped[str]
    amount: Mapped[int]
    currency: Mapped[str]
    state: Mapped[str]
    ref: Mapped[str | None]
    why: Mapped[str | None]
    captured: Mapped[bool]
    booked: Mapped[int]
    brand: Mapped[str] = mapped_column(default="", server_default="")
    last4: Mapped[str] = mapped_column(default="", server_default="")
    changed_ms: Mapped[int]


class PaymentShareRow(Row):
    """What one card at the window pays of each order of a party."""

    __tablename__ = "payment_share"

    intent: Mapped[str] = mapped_column(ForeignKey("payment.intent"), primary_key=True)
    order: Mapped[str] = mapped_column(ForeignKey("order.id"), primary_key=True, index=True)
    amount: Mapped[int]


class CardRefundRow(Row):
    """Money that is to go back to a card by itself.

    id: the tender that books it, and the key under which the bank hears of it.
    why: what the bank said that never will do it.
    """

    __tablename__ = "card_refund"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'done', 'refused')", name="state"),
        Index("ix_card_refund_state_next_try_ms", "state", "next_try_ms"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    order: Mapped[str] = mapped_column(ForeignKey("order.id"), index=True)
    intent: Mapped[str] = mapped_column(ForeignKey("payment.intent"))
    amount: Mapped[int]
    state: Mapped[str]
    why: Mapped[str]
    tries: Mapped[int]
    next_try_ms: Mapped[int]
    changed_ms: Mapped[int]


class CardOnFileRow(Row):
    """A card that the gateway keeps for an order whose subscriber is to be verified.

    id: the attempt that it came with. token: the gateway's name for it, never a number
    (PAY4). expires: such as 2031-12. until_ms: when it is forgotten by itself. removed_ms:
    since when it is used no more; the row goes once the gateway has forgotten it too.
    """

    __tablename__ = "card_on_file"

    id: Mapped[str] = mapped_column(primary_key=True)
    order: Mapped[str | None] = mapped_column(ForeignKey("order.id"), index=True)
    gateway: Mapped[str]
    token: Mapped[str]
    brand: Mapped[str]
    last4: Mapped[str]
    expires: Mapped[str]
    kept_ms: Mapped[int]
    until_ms: Mapped[int]
    removed_ms: Mapped[int | None]
    next_try_ms: Mapped[int]


class JournalEntryRow(Row):
    """One thing that happened to money. Append-only. Source: P10."""

    __tablename__ = "journal_entry"

    id: Mapped[str] = mapped_column(primary_key=True)
    order: Mapped[str | None] = mapped_column(index=True)
    source: Mapped[str | None] = mapped_column(index=True)
    why: Mapped[str]
    corrects: Mapped[str | None] = mapped_column(
        ForeignKey("journal_entry.id"), unique=True
    )
    at_ms: Mapped[int]


class JournalLineRow(Row):
    """One account and what was added to it. Append-only."""

    __tablename__ = "journal_line"
    __table_args__ = (
        CheckConstraint("length(currency) = 3", name="currency"),
        Index("ix_journal_line_account", "account"),
    )

    entry: Mapped[str] = mapped_column(ForeignKey("journal_entry.id"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account: Mapped[str]
    amount: Mapped[int]
    currency: Mapped[str]


APPEND_ONLY = (JournalEntryRow.__tablename__, JournalLineRow.__tablename__, "audit")
