"""Find orders newest first, all of them or a patron's, by an index alone.

Revision ID: 0024
Revises: 0023
"""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_order_made_ms_id"), "order", ["made_ms", "id"])
    op.create_index(
        op.f("ix_order_patron_made_ms_id"), "order", ["patron", "made_ms", "id"]
    )
    # The longer one begins with it.
    op.drop_index(op.f("ix_order_patron"), table_name="order")
