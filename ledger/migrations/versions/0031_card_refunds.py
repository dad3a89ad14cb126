"""Refunds that the worker tells the bank of.

Revision ID: 0031
Revises: 0030
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "card_refund",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("order", sa.Text(), nullable=False),
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("next_try_ms", sa.BigInteger(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'done', 'refused')", name=op.f("ck_card_refund_state")
        ),
        sa.ForeignKeyConstraint(
            ["order"], ["order.id"], name=op.f("fk_card_refund_order_order")
        ),
        sa.ForeignKeyConstraint(
            ["intent"], ["payment.intent"], name=op.f("fk_card_refund_intent_payment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_refund")),
    )
    op.create_index(op.f("ix_card_refund_order"), "card_refund", ["order"])
    op.create_index(
        "ix_card_refund_state_next_try_ms", "card_refund", ["state", "next_try_ms"]
    )
    op.create_table(
        "pretend_refund",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_pretend_refund")),
    )
    op.create_index(op.f("ix_pretend_refund_card"), "pretend_refund", ["card"])
