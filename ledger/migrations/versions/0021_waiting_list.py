"""Who waits for seats of a performance that has none left.

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "waiting_patron",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("performance", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("people", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("told_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["performance"],
            ["performance.id"],
            name=op.f("fk_waiting_patron_performance"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_patron")),
        sa.UniqueConstraint(
            "performance", "email", name=op.f("uq_waiting_patron_performance_email")
        ),
    )
