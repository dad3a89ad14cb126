"""What patrons settle themselves: where a refund goes, and what becomes of a ticket."""

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from ledger.tables.names import Row


class BankRefundRow(Row):
    """A refund that goes to a bank account. state: of boxoffice.bank_transfers.

    id: the tender that books it. hash: of the link that is out now, used once. holder,
    account: blank until told, and again 90 days after it was paid. link_ms: when the patron
    was asked last; reminded: they were written to once more. paid_how: transferred, other.
    """

    __tablename__ = "bank_refund"
    __table_args__ = (
        CheckConstraint(
            "state IN ('requested', 'awaiting_details', 'payable', 'paid')", name="state"
        ),
        Index("ix_bank_refund_state_made_ms", "state", "made_ms"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    order: Mapped[str] = mapped_column(ForeignKey("order.id"), index=True)
    amount: Mapped[int]
    state: Mapped[str]
    hash: Mapped[str | None] = mapped_column(index=True)
    holder: Mapped[str]
    account: Mapped[str]
    made_ms: Mapped[int]
    link_ms: Mapped[int]
    reminded: Mapped[bool]
    paid_ms: Mapped[int | None]
    paid_how: Mapped[str]


class PatronChoiceRow(Row):
    """What guests of a cancelled performance may choose by the link of their letter.

    fees: money that goes back holds the fees. replacements: performances, JSON list.
    """

    __tablename__ = "patron_choice"

    performance: Mapped[str] = mapped_column(ForeignKey("performance.id"), primary_key=True)
    refund: Mapped[bool]
    credit: Mapped[bool]
    donate: Mapped[bool]
    fees: Mapped[bool]
    replacements: Mapped[str]
