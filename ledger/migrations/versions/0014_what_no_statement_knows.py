"""What each order has that is on no statement yet.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_OPEN = sa.text("cards > 0 AND entries > 0")
_SHARED = "l.account IN ('theatre', 'handling')"
_FRESH = _SHARED + " AND e.id NOT IN (SELECT s.entry FROM statement_line s)"  # noqa: S608 - ours.
_FILL = f"""
INSERT INTO settling ("order", cards, due, entries, charge, handling, paid_ms)
SELECT e."order",
       sum(CASE WHEN l.account = 'tender:card' THEN 1 ELSE 0 END),
       sum(CASE WHEN l.account = 'patrons' THEN l.amount ELSE 0 END),
       count(DISTINCT CASE WHEN {_FRESH} THEN e.id END),
       -sum(CASE WHEN {_FRESH} THEN l.amount ELSE 0 END),
       -sum(CASE WHEN l.account = 'handling' AND {_FRESH} THEN l.amount ELSE 0 END),
       max(CASE WHEN l.account LIKE 'tender:%' THEN e.at_ms END)
FROM journal_entry e JOIN journal_line l ON l.entry = e.id
WHERE e."order" IS NOT NULL
GROUP BY e."order"
"""  # noqa: S608 - these are our own words.


def upgrade() -> None:
    op.create_table(
        "settling",
        sa.Column("order", sa.Text(), nullable=False),
        sa.Column("cards", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("charge", sa.BigInteger(), nullable=False),
        sa.Column("handling", sa.BigInteger(), nullable=False),
        sa.Column("paid_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("order", name=op.f("pk_settling")),
    )
    op.execute(sa.text(_FILL))
    op.create_index(
        "ix_settling_open",
        "settling",
        ["paid_ms", "order", "due", "entries", "charge", "handling"],
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.drop_index("ix_statement_line_statement", table_name="statement_line")
    op.create_index(
        "ix_statement_line_statement",
        "statement_line",
        ["statement", "settled_ms", "entry"],
    )
