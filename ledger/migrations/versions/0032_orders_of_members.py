"""Orders of members by age: the page of members asks for those that are to be verified.

Revision ID: 0032
Revises: 0031
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_order_of_member",
        "order",
        ["made_ms"],
        sqlite_where=sa.text("member IS NOT NULL"),
        postgresql_where=sa.text("member IS NOT NULL"),
    )
