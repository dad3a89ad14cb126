"""Promo codes with a limit of uses.

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "promo_code",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("orders", sa.BigInteger(), nullable=True),
        sa.Column("tickets", sa.BigInteger(), nullable=True),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("used >= 0", name=op.f("ck_promo_code_used")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_promo_code")),
    )
    with op.batch_alter_table("promised_tender") as batch:
        batch.drop_constraint(op.f("ck_promised_tender_kind"), type_="check")
        batch.create_check_constraint(
            op.f("ck_promised_tender_kind"),
            "kind IN ('voucher', 'gift_card', 'credit', 'promo')",
        )
