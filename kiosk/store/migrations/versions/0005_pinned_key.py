"""The key that the ledger's TLS must have, since it was shown at pairing.

Revision ID: 0005_pin
"""

import sqlalchemy as sa
from alembic import op

revision = "0005_pin"
down_revision = "0004_staff"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add one column; devices that are paired already go on by chain and name."""
    op.add_column("identity", sa.Column("spki", sa.LargeBinary(), nullable=True))
