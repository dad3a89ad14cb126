"""What the box office itself took and gave, and money that no line needs.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# What was paid in the moment of a sale online or at a kiosk was not paid at a desk.
_FILL = """
UPDATE tender SET office = true
WHERE intent IS NULL AND NOT EXISTS (
    SELECT 1 FROM "order" o WHERE o.id = tender."order"
    AND o.seller IN ('online', 'kiosk') AND o.made_ms = tender.at_ms
)
"""


def upgrade() -> None:
    op.add_column(
        "tender",
        sa.Column("office", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.execute(sa.text(_FILL))
    where = sa.text("office")
    op.create_index(
        "ix_tender_office", "tender", ["at_ms"], sqlite_where=where, postgresql_where=where
    )
    where = sa.text("paid > charge")
    op.create_index(
        "ix_order_on_account",
        "order",
        ["made_ms"],
        sqlite_where=where,
        postgresql_where=where,
    )
