"""Orders that owe something, and cancelled ones, by age: the list of orders shows them.

Revision ID: 0035
Revises: 0034
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, where in (
        ("ix_order_due", "state <> 'cancelled' AND paid < charge"),
        ("ix_order_cancelled", "state = 'cancelled'"),
    ):
        op.create_index(
            name,
            "order",
            ["made_ms", "id"],
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )
