"""Changes of one subject, counted.

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What is written already cannot be edited: its number stays 0, before all others.
    op.add_column(
        "audit", sa.Column("nth", sa.BigInteger(), server_default="0", nullable=False)
    )
    op.create_index(op.f("ix_audit_subject_nth"), "audit", ["subject", "nth"])
    # The longer one begins with it.
    op.drop_index(op.f("ix_audit_subject"), table_name="audit")
