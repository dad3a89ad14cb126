"""The first store of a device: its log, its seats, its sales, its paper, its door.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make all tables."""
    op.create_table(
        "allotted",
        sa.Column("performance", sa.String(), nullable=False),
        sa.Column("seat", sa.String(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("sell_by_ms", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("performance", "seat", name=op.f("pk_allotted")),
    )
    op.create_table(
        "claim_open",
        sa.Column("ticket", sa.String(), nullable=False),
        sa.Column("space", sa.String(), nullable=False),
        sa.Column("claim", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("ticket", "space", name=op.f("pk_claim_open")),
    )
    op.create_table(
        "collection",
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("order", sa.String(), nullable=False),
        sa.Column("performance", sa.String(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("ours", sa.Boolean(), nullable=False),
        sa.Column("claims", sa.JSON(), nullable=False),
        sa.Column("collected", sa.JSON(), nullable=False),
        sa.Column("found_ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_collection")),
    )
    op.create_index(op.f("ix_collection_order"), "collection", ["order"], unique=False)
    op.create_table(
        "cursor",
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("timeline", sa.Integer(), nullable=False),
        sa.Column("pos", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("stream", name=op.f("pk_cursor")),
    )
    op.create_table(
        "doc",
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("entity", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("ver", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("stream", "entity", "id", name=op.f("pk_doc")),
    )
    op.create_table(
        "identity",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("incarnation", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("ledger_id", sa.String(), nullable=False),
        sa.Column("ledger_key", sa.LargeBinary(), nullable=False),
        sa.Column("venue", sa.String(), nullable=False),
        sa.Column("streams", sa.JSON(), nullable=False),
        sa.CheckConstraint("one = 1", name=op.f("ck_identity_one_row")),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_identity")),
    )
    op.create_table(
        "intent",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("order", sa.String(), nullable=False),
        sa.Column("terminal", sa.String(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("brand", sa.String(), nullable=False),
        sa.Column("last4", sa.String(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("sent", sa.Boolean(), nullable=False),
        sa.Column("give_up", sa.Boolean(), nullable=False),
        sa.Column("was_unknown", sa.Boolean(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("captured", sa.Boolean(), nullable=False),
        sa.Column("returned", sa.Boolean(), nullable=False),
        sa.Column("rechecked", sa.Boolean(), nullable=False),
        sa.Column("created_ms", sa.Integer(), nullable=False),
        sa.Column("created_boot_ms", sa.Integer(), nullable=False),
        sa.Column("boot_id", sa.String(), nullable=False),
        sa.Column("ended_boot_ms", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state IN ('created', 'sent', 'unknown', 'approved', 'declined', 'sold',"
            " 'cancelled', 'reversed')",
            name=op.f("ck_intent_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intent")),
        sa.UniqueConstraint("place", name=op.f("uq_intent_place")),
    )
    op.create_index(op.f("ix_intent_order"), "intent", ["order"], unique=False)
    op.create_index(
        "uq_intent_terminal_open",
        "intent",
        ["terminal"],
        unique=True,
        sqlite_where=sa.text("state IN ('created', 'sent', 'unknown', 'approved')"),
    )
    op.create_table(
        "log",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("ver", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("boot_id", sa.String(), nullable=False),
        sa.Column("boot_ms", sa.Integer(), nullable=False),
        sa.Column("wall_ms", sa.Integer(), nullable=False),
        sa.Column("trust", sa.String(), nullable=False),
        sa.Column("prev", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_log")),
        sa.UniqueConstraint("event_id", name=op.f("uq_log_event_id")),
    )
    op.create_table(
        "log_state",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("acked_seq", sa.Integer(), nullable=False),
        sa.Column("acked_hash", sa.LargeBinary(), nullable=False),
        sa.Column("timeline", sa.Integer(), nullable=False),
        sa.CheckConstraint("one = 1", name=op.f("ck_log_state_one_row")),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_log_state")),
    )
    op.create_table(
        "movement",
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("scan", sa.String(), nullable=False),
        sa.Column("ticket", sa.String(), nullable=False),
        sa.Column("performance", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at_ms", sa.Integer(), nullable=False),
        sa.Column("after", sa.String(), nullable=True),
        sa.Column("door", sa.String(), nullable=False),
        sa.Column("space", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("issue", sa.Integer(), nullable=True),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.Column("seat", sa.String(), nullable=False),
        sa.Column("payload", sa.String(), nullable=False),
        sa.Column("shown", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_movement")),
        sa.UniqueConstraint("scan", name=op.f("uq_movement_scan")),
    )
    op.create_index(op.f("ix_movement_ticket"), "movement", ["ticket"], unique=False)
    op.create_table(
        "open_order",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("performance", sa.String(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("step_free", sa.Boolean(), nullable=False),
        sa.Column("seats", sa.JSON(), nullable=False),
        sa.Column("types", sa.JSON(), nullable=False),
        sa.Column("hold", sa.String(), nullable=True),
        sa.Column("hold_until_ms", sa.Integer(), nullable=True),
        sa.Column("extended", sa.Boolean(), nullable=False),
        sa.Column("on_phone", sa.Boolean(), nullable=False),
        sa.Column("declines", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("opened_ms", sa.Integer(), nullable=False),
        sa.Column("touched_boot_ms", sa.Integer(), nullable=False),
        sa.Column("boot_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_open_order")),
    )
    op.create_table(
        "print_job",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("order", sa.String(), nullable=False),
        sa.Column("batch", sa.String(), nullable=False),
        sa.Column("ticket", sa.String(), nullable=True),
        sa.Column("issue", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("proof", sa.String(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("printed_ms", sa.Integer(), nullable=True),
        sa.Column("length_mm", sa.Integer(), nullable=False),
        sa.Column("boot_id", sa.String(), nullable=False),
        sa.Column("queued_boot_ms", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('ticket', 'receipt')", name=op.f("ck_print_job_kind")),
        sa.CheckConstraint(
            "state IN ('queued', 'sending', 'printed', 'uncertain', 'failed', 'phone',"
            " 'replaced')",
            name=op.f("ck_print_job_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_job")),
        sa.UniqueConstraint("place", name=op.f("uq_print_job_place")),
        sa.UniqueConstraint("ticket", "issue", name=op.f("uq_print_job_ticket_issue")),
    )
    op.create_index(op.f("ix_print_job_order"), "print_job", ["order"], unique=False)
    op.create_index(op.f("ix_print_job_state"), "print_job", ["state"], unique=False)
    op.create_table(
        "request",
        sa.Column("call", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("call", name=op.f("pk_request")),
    )
    op.create_table(
        "spent",
        sa.Column("performance", sa.String(), nullable=False),
        sa.Column("seat", sa.String(), nullable=False),
        sa.Column("epoch", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.CheckConstraint("how IN ('sold', 'returned')", name=op.f("ck_spent_how")),
        sa.PrimaryKeyConstraint("performance", "seat", "epoch", name=op.f("pk_spent")),
    )
    op.create_table(
        "staff_call",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("since_ms", sa.Integer(), nullable=False),
        sa.Column("reached", sa.Boolean(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_call")),
    )
    op.create_table(
        "state",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("floor_ms", sa.Integer(), nullable=False),
        sa.Column("boot_id", sa.String(), nullable=False),
        sa.Column("ledger_less_boot_ms", sa.Integer(), nullable=True),
        sa.Column("stopped_cleanly", sa.Boolean(), nullable=False),
        sa.Column("drains_only", sa.Boolean(), nullable=False),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.Column("degraded", sa.Boolean(), nullable=False),
        sa.Column("roll_left_mm", sa.Integer(), nullable=True),
        sa.Column("door_mode", sa.String(), nullable=False),
        sa.CheckConstraint("one = 1", name=op.f("ck_state_one_row")),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_state")),
    )
    op.create_table(
        "pledged",
        sa.Column("performance", sa.String(), nullable=False),
        sa.Column("seat", sa.String(), nullable=False),
        sa.Column("epoch", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("intent", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["intent"], ["intent.id"], name=op.f("fk_pledged_intent")),
        sa.PrimaryKeyConstraint("performance", "seat", "epoch", name=op.f("pk_pledged")),
    )
    op.create_index(op.f("ix_pledged_intent"), "pledged", ["intent"], unique=False)
    op.create_table(
        "sale",
        sa.Column("order", sa.String(), nullable=False),
        sa.Column("performance", sa.String(), nullable=False),
        sa.Column("intent", sa.String(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("pickup", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("sold_ms", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["intent"], ["intent.id"], name=op.f("fk_sale_intent")),
        sa.PrimaryKeyConstraint("order", name=op.f("pk_sale")),
        sa.UniqueConstraint("intent", name=op.f("uq_sale_intent")),
    )
    op.create_table(
        "sale_line",
        sa.Column("ticket", sa.String(), nullable=False),
        sa.Column("order", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("performance", sa.String(), nullable=False),
        sa.Column("seat", sa.String(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("price_type", sa.String(), nullable=False),
        sa.Column("price", sa.Integer(), nullable=False),
        sa.Column("fee_outside", sa.Integer(), nullable=False),
        sa.Column("fee_inside", sa.Integer(), nullable=False),
        sa.Column("payload", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["order"], ["sale.order"], name=op.f("fk_sale_line_order")),
        sa.PrimaryKeyConstraint("ticket", name=op.f("pk_sale_line")),
        sa.UniqueConstraint(
            "performance", "seat", "epoch", name=op.f("uq_sale_line_performance_seat_epoch")
        ),
    )
    op.create_index(op.f("ix_sale_line_order"), "sale_line", ["order"], unique=False)
