"""What an order has besides its seats: extras, a debt that it pays.

Revision ID: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002_door"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add one column; orders in progress have nothing besides their seats."""
    op.add_column(
        "open_order",
        sa.Column("extras", sa.JSON(), nullable=False, server_default="{}"),
    )
