"""Orders that a leader collects for a group.

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("group_name", "group_leader"):
        op.add_column("order", sa.Column(name, sa.Text(), nullable=True))
