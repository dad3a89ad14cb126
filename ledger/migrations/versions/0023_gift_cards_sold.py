"""Gift cards that were sold: for whom, and which card it is.

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gift_card",
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("order", sa.Text(), nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["line"], ["order_line.id"], name=op.f("fk_gift_card_line")
        ),
        sa.ForeignKeyConstraint(["order"], ["order.id"], name=op.f("fk_gift_card_order")),
        sa.ForeignKeyConstraint(["card"], ["voucher.hash"], name=op.f("fk_gift_card_card")),
        sa.PrimaryKeyConstraint("line", name=op.f("pk_gift_card")),
    )
    op.create_index(op.f("ix_gift_card_order"), "gift_card", ["order"])
    op.create_index(op.f("ix_gift_card_card"), "gift_card", ["card"])
