"""Sealed copies of will-call orders, for kiosks that are cut off.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("house", sa.Column("pepper", sa.LargeBinary(), nullable=True))
    op.create_table(
        "will_call_copy",
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("performance", sa.Text(), nullable=False),
        sa.Column("order", sa.Text(), nullable=False),
        sa.Column("doc", sa.Text(), nullable=False),
        sa.Column("stretched", sa.LargeBinary(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("way", "performance", name=op.f("pk_will_call_copy")),
        sa.ForeignKeyConstraint(
            ["performance"],
            ["performance.id"],
            name=op.f("fk_will_call_copy_performance_performance"),
        ),
        sa.ForeignKeyConstraint(
            ["order"], ["order.id"], name=op.f("fk_will_call_copy_order_order")
        ),
    )
    op.create_index("ix_will_call_copy_performance", "will_call_copy", ["performance"])
    op.create_index("ix_will_call_copy_order", "will_call_copy", ["order"])
