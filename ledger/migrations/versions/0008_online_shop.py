"""Baskets of the online shop, the pretend bank's book, and where patrons live.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "basket",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("performance", sa.Text(), nullable=True),
        sa.Column("membership", sa.Text(), nullable=True),
        sa.Column("hold", sa.Text(), nullable=True),
        sa.Column("seats", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("intent", sa.Text(), nullable=True),
        sa.Column("order", sa.Text(), nullable=True),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'paying', 'sold', 'ended')", name=op.f("ck_basket_state")
        ),
        sa.ForeignKeyConstraint(
            ["performance"], ["performance.id"], name=op.f("fk_basket_performance")
        ),
        sa.ForeignKeyConstraint(["order"], ["order.id"], name=op.f("fk_basket_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_basket")),
        sa.UniqueConstraint("secret", name=op.f("uq_basket_secret")),
    )
    for column in ("hold", "state", "intent", "order"):
        op.create_index(op.f(f"ix_basket_{column}"), "basket", [column])
    op.create_table(
        "pretend_card",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("back", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_pretend_card")),
    )
    op.add_column(
        "patron", sa.Column("address", sa.Text(), nullable=False, server_default="")
    )


def downgrade() -> None:
    op.drop_column("patron", "address")
    op.drop_table("pretend_card")
    op.drop_table("basket")
