"""Who may try failed paper again: what was told of it, and the claim for it.

Revision ID: 0007_paper
"""

import sqlalchemy as sa
from alembic import op

revision = "0007_paper"
down_revision = "0006_contacts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add two columns; paper that failed before waits for somebody's touch."""
    op.add_column("print_job", sa.Column("told", sa.Integer(), nullable=True))
    op.add_column("print_job", sa.Column("claim", sa.String(), nullable=True))
