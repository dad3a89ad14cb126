"""What was sealed for the ledger, until it has it.

Revision ID: 0006_contacts
"""

import sqlalchemy as sa
from alembic import op

revision = "0006_contacts"
down_revision = "0005_pin"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add one table."""
    op.create_table(
        "contact",
        sa.Column("order", sa.String(), nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("request", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("order", name="pk_contact"),
    )
