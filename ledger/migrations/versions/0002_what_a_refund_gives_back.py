"""A payment back names the payment that it gives back.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # No foreign key: on SQLite it would rebuild the table under the journal's triggers.
    with op.batch_alter_table("tender", schema=None) as batch_op:
        batch_op.add_column(sa.Column("refunds", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("tender", schema=None) as batch_op:
        batch_op.drop_column("refunds")
