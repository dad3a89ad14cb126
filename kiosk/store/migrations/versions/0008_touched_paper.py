"""Paper that somebody asked for again: it is claimed before it prints.

Revision ID: 0008_touched
"""

import sqlalchemy as sa
from alembic import op

revision = "0008_touched"
down_revision = "0007_paper"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column; what waits at the upgrade prints as it would have."""
    op.add_column(
        "print_job",
        sa.Column("touched", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
