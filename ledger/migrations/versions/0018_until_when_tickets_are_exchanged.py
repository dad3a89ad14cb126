"""Until when tickets are exchanged, so that nobody reads of it when it is too late.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "house",
        sa.Column("exchange_until", sa.Text(), nullable=False, server_default=""),
    )


def downgrade() -> None:
    op.drop_column("house", "exchange_until")
