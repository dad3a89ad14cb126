"""Links by which members choose a password, where they live, and letters with facts.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "member_link",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("used_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["member"], ["member.id"], name=op.f("fk_member_link_member")
        ),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_member_link")),
    )
    op.create_index(op.f("ix_member_link_member"), "member_link", ["member"])
    op.add_column(
        "member", sa.Column("address", sa.Text(), nullable=False, server_default="")
    )
    op.add_column(
        "outbox", sa.Column("facts", sa.Text(), nullable=False, server_default="{}")
    )


def downgrade() -> None:
    op.drop_column("outbox", "facts")
    op.drop_column("member", "address")
    op.drop_table("member_link")
