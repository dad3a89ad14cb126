"""An invitation may be typed, and waits for staff to compare a number.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("pair_token", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("typed", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("asked", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("confirmed_ms", sa.BigInteger(), nullable=True))
        batch_op.add_column(
            sa.Column("misses", sa.BigInteger(), nullable=False, server_default="0")
        )


def downgrade() -> None:
    with op.batch_alter_table("pair_token", schema=None) as batch_op:
        for name in ("misses", "confirmed_ms", "asked", "typed"):
            batch_op.drop_column(name)
