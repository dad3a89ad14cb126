"""Earlier plans of a hall, so that a change can be undone.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hall_version",
        sa.Column("hall", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["hall"], ["hall.id"], name=op.f("fk_hall_version_hall_hall")
        ),
        sa.PrimaryKeyConstraint("hall", "version", name=op.f("pk_hall_version")),
    )
