"""Kinds of membership, memberships sold, and credits for single productions.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "membership_kind",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("productions", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("fee", sa.BigInteger(), nullable=False),
        sa.Column("outside", sa.BigInteger(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("sale", sa.Text(), nullable=False),
        sa.Column("added_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "sale IN ('active', 'box_office_only', 'inactive')",
            name=op.f("ck_membership_kind_sale"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_kind")),
    )
    op.create_table(
        "membership",
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("order", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=True),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["line"], ["order_line.id"], name=op.f("fk_membership_line_order_line")
        ),
        sa.ForeignKeyConstraint(
            ["order"], ["order.id"], name=op.f("fk_membership_order_order")
        ),
        sa.ForeignKeyConstraint(
            ["kind"],
            ["membership_kind.id"],
            name=op.f("fk_membership_kind_membership_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["member"], ["member.id"], name=op.f("fk_membership_member_member")
        ),
        sa.PrimaryKeyConstraint("line", name=op.f("pk_membership")),
    )
    op.create_index(op.f("ix_membership_order"), "membership", ["order"])
    op.create_index(op.f("ix_membership_kind"), "membership", ["kind"])
    op.create_table(
        "member_allowance",
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("production", sa.Text(), nullable=False),
        sa.Column("credits", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("credits >= 0", name=op.f("ck_member_allowance_credits")),
        sa.ForeignKeyConstraint(
            ["member"], ["member.id"], name=op.f("fk_member_allowance_member_member")
        ),
        sa.ForeignKeyConstraint(
            ["production"],
            ["production.id"],
            name=op.f("fk_member_allowance_production_production"),
        ),
        sa.PrimaryKeyConstraint("member", "production", name=op.f("pk_member_allowance")),
    )
