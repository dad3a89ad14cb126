"""Webhooks with their deliveries; batches of vouchers, and vouchers made void.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "webhook",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("events", sa.Text(), nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("webhook", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("next_ms", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("tried_ms", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'delivered', 'given_up')",
            name=op.f("ck_webhook_delivery_state"),
        ),
        sa.ForeignKeyConstraint(
            ["webhook"], ["webhook.id"], name=op.f("fk_webhook_delivery_webhook")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
    )
    op.create_index(
        "ix_webhook_delivery_webhook", "webhook_delivery", ["webhook", "made_ms"]
    )
    where = sa.text("state = 'waiting'")
    op.create_index(
        "ix_webhook_delivery_waiting",
        "webhook_delivery",
        ["next_ms"],
        sqlite_where=where,
        postgresql_where=where,
    )
    op.create_table(
        "voucher_batch",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=True),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher_batch")),
        sa.UniqueConstraint("key", name=op.f("uq_voucher_batch_key")),
    )
    op.add_column("voucher", sa.Column("batch", sa.Text(), nullable=True))
    op.add_column("voucher", sa.Column("void_ms", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_voucher_batch"), "voucher", ["batch"])
    op.create_index(op.f("ix_promised_tender_source"), "promised_tender", ["source"])
