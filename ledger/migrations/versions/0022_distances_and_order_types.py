"""How far apart orders sit, and kinds of orders.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "distance",
        sa.Column("performance", sa.Text(), nullable=False),
        sa.Column("kept", sa.Boolean(), nullable=False),
        sa.Column("side", sa.BigInteger(), nullable=False),
        sa.Column("areas", sa.Text(), nullable=False),
        sa.Column("front_back", sa.Boolean(), nullable=False),
        sa.Column("diagonal", sa.Boolean(), nullable=False),
        sa.Column("least_mm", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["performance"], ["performance.id"], name=op.f("fk_distance_performance")
        ),
        sa.PrimaryKeyConstraint("performance", name=op.f("pk_distance")),
    )
    op.create_table(
        "order_type",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("minimum", sa.BigInteger(), nullable=False),
        sa.Column("maximum", sa.BigInteger(), nullable=False),
        sa.Column("orders", sa.BigInteger(), nullable=False),
        sa.Column("usual", sa.Boolean(), nullable=False),
        sa.Column("added_ms", sa.BigInteger(), nullable=False),
        sa.Column("retired_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_type")),
    )
    op.add_column("order", sa.Column("order_type", sa.Text(), nullable=True))
    op.create_index(
        op.f("ix_order_order_type"),
        "order",
        ["order_type"],
        sqlite_where=sa.text("order_type IS NOT NULL"),
        postgresql_where=sa.text("order_type IS NOT NULL"),
    )
