"""Which seat credit paid for which ticket, and subscribers whom staff have checked.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "seat_credit",
        sa.Column("ticket", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("production", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("returned_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["member"], ["member.id"], name=op.f("fk_seat_credit_member_member")
        ),
        sa.ForeignKeyConstraint(
            ["production"],
            ["production.id"],
            name=op.f("fk_seat_credit_production_production"),
        ),
        sa.ForeignKeyConstraint(
            ["ticket"], ["ticket.id"], name=op.f("fk_seat_credit_ticket_ticket")
        ),
        sa.PrimaryKeyConstraint("ticket", name=op.f("pk_seat_credit")),
    )
    op.create_index(op.f("ix_seat_credit_member"), "seat_credit", ["member"])
    op.create_table(
        "member_check",
        sa.Column("order", sa.Text(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("consent", sa.Text(), nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "how IN ('accepted', 'charged')", name=op.f("ck_member_check_how")
        ),
        sa.ForeignKeyConstraint(
            ["order"], ["order.id"], name=op.f("fk_member_check_order_order")
        ),
        sa.PrimaryKeyConstraint("order", name=op.f("pk_member_check")),
    )
