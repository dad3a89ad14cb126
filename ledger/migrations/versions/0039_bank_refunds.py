"""Refunds by bank transfer, and what guests of a cancelled performance may choose.

Revision ID: 0039
Revises: 0038
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bank_refund",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("order", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=True),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("link_ms", sa.BigInteger(), nullable=False),
        sa.Column("reminded", sa.Boolean(), nullable=False),
        sa.Column("paid_ms", sa.BigInteger(), nullable=True),
        sa.Column("paid_how", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('requested', 'awaiting_details', 'payable', 'paid')",
            name=op.f("ck_bank_refund_state"),
        ),
        sa.ForeignKeyConstraint(
            ["order"], ["order.id"], name=op.f("fk_bank_refund_order_order")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_refund")),
    )
    op.create_index(op.f("ix_bank_refund_order"), "bank_refund", ["order"])
    op.create_index(op.f("ix_bank_refund_hash"), "bank_refund", ["hash"])
    op.create_index("ix_bank_refund_state_made_ms", "bank_refund", ["state", "made_ms"])
    op.create_table(
        "patron_choice",
        sa.Column("performance", sa.Text(), nullable=False),
        sa.Column("refund", sa.Boolean(), nullable=False),
        sa.Column("credit", sa.Boolean(), nullable=False),
        sa.Column("donate", sa.Boolean(), nullable=False),
        sa.Column("fees", sa.Boolean(), nullable=False),
        sa.Column("replacements", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["performance"],
            ["performance.id"],
            name=op.f("fk_patron_choice_performance_performance"),
        ),
        sa.PrimaryKeyConstraint("performance", name=op.f("pk_patron_choice")),
    )
    # What was owed by transfer before waits for its account, too.
    op.execute(
        """
        INSERT INTO bank_refund (id, "order", amount, state, hash, holder, account,
            made_ms, link_ms, reminded, paid_ms, paid_how)
        SELECT t.id, t."order", -t.amount, 'awaiting_details', NULL, '', '',
            t.at_ms, t.at_ms, true, NULL, ''
        FROM tender t JOIN discrepancy d ON d.subject = t.id
        WHERE d.kind = 'transfer_owed' AND d.state <> 'settled'
        """
    )
