"""Where tickets are, questions to buyers, statements and day ends.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT, WHOLE = sa.Text, sa.BigInteger


def _column(name: str, kind: type, *, null: bool = False) -> "sa.Column[object]":
    return sa.Column(name, kind(), nullable=null)


def upgrade() -> None:
    op.create_table(
        "ticketing",
        _column("order", TEXT),
        _column("status", TEXT),
        _column("at_ms", WHOLE),
        _column("staff", TEXT),
        sa.CheckConstraint(
            "status IN ('to_be_ticketed', 'mailed', 'held', 'picked_up', 'emailed')",
            name=op.f("ck_ticketing_status"),
        ),
        sa.ForeignKeyConstraint(["order"], ["order.id"], name=op.f("fk_ticketing_order")),
        sa.PrimaryKeyConstraint("order", name=op.f("pk_ticketing")),
    )
    op.create_table(
        "question",
        _column("id", TEXT),
        _column("production", TEXT, null=True),
        _column("words", TEXT),
        _column("options", TEXT),
        _column("asked", sa.Boolean),
        _column("added_ms", WHOLE),
        sa.ForeignKeyConstraint(
            ["production"], ["production.id"], name=op.f("fk_question_production")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
    )
    op.create_index(op.f("ix_question_production"), "question", ["production"])
    op.create_table(
        "statement",
        _column("id", TEXT),
        _column("number", WHOLE),
        _column("on_ms", WHOLE),
        _column("carried", WHOLE),
        _column("amount", WHOLE),
        _column("issued", sa.Boolean),
        _column("currency", TEXT),
        _column("staff", TEXT),
        _column("made_ms", WHOLE),
        _column("paid_by", TEXT, null=True),
        _column("paid_ref", TEXT),
        _column("paid_ms", WHOLE, null=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement")),
        sa.UniqueConstraint("number", name=op.f("uq_statement_number")),
    )
    op.create_table(
        "statement_line",
        _column("entry", TEXT),
        _column("statement", TEXT),
        _column("charge", WHOLE),
        _column("handling", WHOLE),
        _column("settled_ms", WHOLE),
        sa.ForeignKeyConstraint(
            ["entry"], ["journal_entry.id"], name=op.f("fk_statement_line_entry")
        ),
        sa.ForeignKeyConstraint(
            ["statement"], ["statement.id"], name=op.f("fk_statement_line_statement")
        ),
        sa.PrimaryKeyConstraint("entry", name=op.f("pk_statement_line")),
    )
    op.create_index(op.f("ix_statement_line_statement"), "statement_line", ["statement"])
    op.create_table(
        "day_end",
        _column("id", TEXT),
        _column("since_ms", WHOLE),
        _column("at_ms", WHOLE),
        _column("staff", TEXT),
        _column("currency", TEXT),
        _column("expected", TEXT),
        _column("counted", TEXT),
        _column("note", TEXT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_end")),
    )
    op.create_index(op.f("ix_day_end_at_ms"), "day_end", ["at_ms"])


def downgrade() -> None:
    for table in ("day_end", "statement_line", "statement", "question", "ticketing"):
        op.drop_table(table)
