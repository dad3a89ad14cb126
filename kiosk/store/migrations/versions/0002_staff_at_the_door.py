"""Staff at the door: wrong PINs, and what they set for one performance.

Revision ID: 0002_door
"""

import sqlalchemy as sa
from alembic import op

revision = "0002_door"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "pin_miss",
        sa.Column("staff", sa.String(), nullable=False),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.Column("boot_id", sa.String(), nullable=False),
        sa.Column("locked_boot_ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("staff", name=op.f("pk_pin_miss")),
    )
    op.create_table(
        "door_touch",
        sa.Column("performance", sa.String(), nullable=False),
        sa.Column("opened_ms", sa.Integer(), nullable=True),
        sa.Column("held", sa.Boolean(), nullable=True),
        sa.Column("hold_until_ms", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("performance", name=op.f("pk_door_touch")),
    )
