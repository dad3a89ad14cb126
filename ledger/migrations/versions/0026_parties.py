"""Orders that belong together.

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "party",
        sa.Column("order", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["order"], ["order.id"], name=op.f("fk_party_order")),
        sa.ForeignKeyConstraint(["party"], ["order.id"], name=op.f("fk_party_party")),
        sa.PrimaryKeyConstraint("order", name=op.f("pk_party")),
    )
    op.create_index(op.f("ix_party_party"), "party", ["party"])
