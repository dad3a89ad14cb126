"""Cards on file: a token, for member seats that nobody can verify.

Revision ID: 0041
Revises: 0040
"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "card_on_file",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("order", sa.Text(), nullable=True),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("last4", sa.Text(), nullable=False),
        sa.Column("expires", sa.Text(), nullable=False),
        sa.Column("kept_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.Column("removed_ms", sa.BigInteger(), nullable=True),
        sa.Column("next_try_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order"], ["order.id"], name=op.f("fk_card_on_file_order_order")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_on_file")),
    )
    op.create_index(op.f("ix_card_on_file_order"), "card_on_file", ["order"])
    with op.batch_alter_table("member_check", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("amount", sa.BigInteger(), server_default="0", nullable=False)
        )
    with op.batch_alter_table("pretend_card", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("later", sa.Text(), server_default="", nullable=False)
        )
