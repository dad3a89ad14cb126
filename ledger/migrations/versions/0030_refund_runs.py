"""Refunds of a whole house as waiting work.

Revision ID: 0030
Revises: 0029
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "refund_run",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("performance", sa.Text(), nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("fees", sa.Boolean(), nullable=False),
        sa.Column("begun_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["performance"],
            ["performance.id"],
            name=op.f("fk_refund_run_performance_performance"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_run")),
    )
    op.create_index("ix_refund_run_performance", "refund_run", ["performance", "begun_ms"])
    op.create_index(
        "uq_refund_run_going_on",
        "refund_run",
        ["performance"],
        unique=True,
        sqlite_where=sa.text("ended_ms IS NULL"),
        postgresql_where=sa.text("ended_ms IS NULL"),
    )
    op.create_table(
        "refund_part",
        sa.Column("run", sa.Text(), nullable=False),
        sa.Column("order", sa.Text(), nullable=False),
        sa.Column("nth", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("planned", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'booked', 'changed', 'failed', 'left')",
            name=op.f("ck_refund_part_state"),
        ),
        sa.ForeignKeyConstraint(
            ["run"], ["refund_run.id"], name=op.f("fk_refund_part_run_refund_run")
        ),
        sa.ForeignKeyConstraint(
            ["order"], ["order.id"], name=op.f("fk_refund_part_order_order")
        ),
        sa.PrimaryKeyConstraint("run", "order", name=op.f("pk_refund_part")),
    )
    op.create_index("ix_refund_part_run_state", "refund_part", ["run", "state", "nth"])
