"""Tickets that their buyers passed on to somebody else.

Revision ID: 0037
Revises: 0036
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "passed_ticket",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("ticket", sa.Text(), nullable=False),
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket"], ["ticket.id"], name=op.f("fk_passed_ticket_ticket_ticket")
        ),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_passed_ticket")),
    )
    op.create_index(op.f("ix_passed_ticket_ticket"), "passed_ticket", ["ticket"])
