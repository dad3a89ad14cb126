"""Members, vouchers, tenders promised to holds, and what a house offers besides seats.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "member",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("card", sa.Text(), nullable=True),
        sa.Column("credits_per_production", sa.BigInteger(), nullable=False),
        sa.Column("added_ms", sa.BigInteger(), nullable=False),
        sa.Column("left_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
        sa.UniqueConstraint("card", name=op.f("uq_member_card")),
        sa.UniqueConstraint("number", name=op.f("uq_member_number")),
    )
    op.create_table(
        "member_credit",
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("production", sa.Text(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("used >= 0", name=op.f("ck_member_credit_used")),
        sa.ForeignKeyConstraint(
            ["member"], ["member.id"], name=op.f("fk_member_credit_member_member")
        ),
        sa.ForeignKeyConstraint(
            ["production"],
            ["production.id"],
            name=op.f("fk_member_credit_production_production"),
        ),
        sa.PrimaryKeyConstraint("member", "production", name=op.f("pk_member_credit")),
    )
    op.create_table(
        "voucher",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=True),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('voucher', 'gift_card')", name=op.f("ck_voucher_kind")
        ),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_voucher")),
    )
    op.create_table(
        "promised_tender",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("hold", sa.Text(), nullable=False),
        sa.Column("order", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("production", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.Column("seats", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('voucher', 'gift_card', 'credit')",
            name=op.f("ck_promised_tender_kind"),
        ),
        sa.CheckConstraint(
            "state IN ('held', 'allotted', 'spent', 'released')",
            name=op.f("ck_promised_tender_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promised_tender")),
    )
    op.create_index(op.f("ix_promised_tender_hold"), "promised_tender", ["hold"])
    op.create_index(op.f("ix_promised_tender_order"), "promised_tender", ["order"])
    op.add_column(
        "house", sa.Column("extras", sa.Text(), nullable=False, server_default="{}")
    )
