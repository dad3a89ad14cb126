"""One card at the window pays for all orders of a party: what it pays of each.

Revision ID: 0034
Revises: 0033
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payment_share",
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("order", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["intent"], ["payment.intent"]),
        sa.ForeignKeyConstraint(["order"], ["order.id"]),
        sa.PrimaryKeyConstraint("intent", "order"),
    )
    op.create_index("ix_payment_share_order", "payment_share", ["order"])
