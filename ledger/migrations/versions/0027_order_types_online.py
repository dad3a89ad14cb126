"""Order types that the shop offers, too.

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "order_type",
        sa.Column("online", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
