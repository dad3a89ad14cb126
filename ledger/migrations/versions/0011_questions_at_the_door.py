"""Questions at the door, and what guests answered.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "door_question",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("performance", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("price_types", sa.Text(), nullable=False),
        sa.Column("asked", sa.Boolean(), nullable=False),
        sa.Column("added_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["performance"],
            ["performance.id"],
            name=op.f("fk_door_question_performance_performance"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_door_question")),
    )
    op.create_index(op.f("ix_door_question_performance"), "door_question", ["performance"])
    op.create_table(
        "door_answer",
        sa.Column("movement", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("ticket", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("movement", "question", name=op.f("pk_door_answer")),
    )
    op.create_index(op.f("ix_door_answer_ticket"), "door_answer", ["ticket"])


def downgrade() -> None:
    op.drop_table("door_answer")
    op.drop_table("door_question")
