"""Begin the book: all tables, and journals that nobody edits.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


APPEND_ONLY = ("journal_entry", "journal_line", "audit")


def upgrade() -> None:
    op.create_table(
        "allotment",
        sa.Column("performance", sa.Text(), nullable=False),
        sa.Column("seat", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("incarnation", sa.BigInteger(), nullable=False),
        sa.Column("allotted_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.Text(), nullable=True),
        sa.Column("ended_ms", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "ended IS NULL OR ended IN ('sold', 'returned', 'broken')",
            name=op.f("ck_allotment_ended"),
        ),
        sa.PrimaryKeyConstraint("performance", "seat", "epoch", name=op.f("pk_allotment")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_at_ms"), ["at_ms"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_subject"), ["subject"], unique=False)

    op.create_table(
        "book",
        sa.Column("one", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ledger_id", sa.Text(), nullable=False),
        sa.Column("timeline", sa.BigInteger(), nullable=False),
        sa.Column("recovering_ms", sa.BigInteger(), nullable=True),
        sa.Column("public", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("one = 1", name=op.f("ck_book_one_row")),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_book")),
    )
    op.create_table(
        "claim",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("ticket", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("space", sa.Text(), nullable=False),
        sa.Column("performance", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('admission', 'pickup', 'reissue')", name=op.f("ck_claim_kind")
        ),
        sa.CheckConstraint(
            "state IN ('live', 'spent', 'dropped')", name=op.f("ck_claim_state")
        ),
        sa.PrimaryKeyConstraint("id", "ticket", name=op.f("pk_claim")),
    )
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.create_index(
            "uq_claim_live",
            ["ticket", "kind", "space"],
            unique=True,
            sqlite_where=sa.text("state = 'live'"),
            postgresql_where=sa.text("state = 'live'"),
        )

    op.create_table(
        "device",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("incarnation", sa.BigInteger(), nullable=False),
        sa.Column("hardware", sa.Text(), nullable=False),
        sa.Column("software", sa.Text(), nullable=False),
        sa.Column("added_ms", sa.BigInteger(), nullable=False),
        sa.Column("revoked_ms", sa.BigInteger(), nullable=True),
        sa.Column("seen_ms", sa.BigInteger(), nullable=True),
        sa.Column("health", sa.Text(), nullable=False),
        sa.CheckConstraint("role IN ('kiosk', 'door')", name=op.f("ck_device_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
    )
    op.create_table(
        "device_event",
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("incarnation", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("ver", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("boot_id", sa.Text(), nullable=False),
        sa.Column("boot_ms", sa.BigInteger(), nullable=False),
        sa.Column("wall_ms", sa.BigInteger(), nullable=False),
        sa.Column("trust", sa.Text(), nullable=False),
        sa.Column("prev", sa.LargeBinary(), nullable=False),
        sa.Column("received_ms", sa.BigInteger(), nullable=False),
        sa.Column("applied", sa.Boolean(), nullable=False),
        sa.Column("forked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint(
            "device", "incarnation", "seq", "hash", name=op.f("pk_device_event")
        ),
    )
    with op.batch_alter_table("device_event", schema=None) as batch_op:
        batch_op.create_index("ix_device_event_event_id", ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_device_event_type"), ["type"], unique=False)

    op.create_table(
        "discrepancy",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("proposal", sa.Text(), nullable=True),
        sa.Column("noted_ms", sa.BigInteger(), nullable=False),
        sa.Column("settled_ms", sa.BigInteger(), nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.Column("settled_how", sa.Text(), nullable=True),
        sa.Column("settled_why", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'proposed', 'settled')", name=op.f("ck_discrepancy_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discrepancy")),
        sa.UniqueConstraint("kind", "subject", name=op.f("uq_discrepancy_kind_subject")),
    )
    with op.batch_alter_table("discrepancy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_discrepancy_state"), ["state"], unique=False)

    op.create_table(
        "feed",
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("pos", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("ver", sa.BigInteger(), nullable=False),
        sa.Column("op", sa.Text(), nullable=False),
        sa.Column("min_client", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("op IN ('put', 'delete')", name=op.f("ck_feed_op")),
        sa.PrimaryKeyConstraint("stream", "pos", name=op.f("pk_feed")),
    )
    with op.batch_alter_table("feed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feed_at_ms"), ["at_ms"], unique=False)

    op.create_table(
        "feed_doc",
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("ver", sa.BigInteger(), nullable=False),
        sa.Column("min_client", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("stream", "entity", "id", name=op.f("pk_feed_doc")),
    )
    op.create_table(
        "hall",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("added_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hall")),
    )
    op.create_table(
        "house",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("languages", sa.Text(), nullable=False),
        sa.Column("tax_number", sa.Text(), nullable=False),
        sa.Column("max_seats", sa.BigInteger(), nullable=False),
        sa.Column("hold_minutes", sa.BigInteger(), nullable=False),
        sa.Column("idle_s", sa.BigInteger(), nullable=False),
        sa.Column("exchange_rule", sa.Text(), nullable=False),
        sa.Column("box_office_words", sa.Text(), nullable=False),
        sa.Column("mail_from", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_house")),
    )
    op.create_table(
        "journal_entry",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("order", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("corrects", sa.Text(), nullable=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["corrects"], ["journal_entry.id"], name=op.f("fk_journal_entry_corrects")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_entry")),
        sa.UniqueConstraint("corrects", name=op.f("uq_journal_entry_corrects")),
    )
    with op.batch_alter_table("journal_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_journal_entry_order"), ["order"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_journal_entry_source"), ["source"], unique=False
        )

    op.create_table(
        "lookup_miss",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lookup_miss")),
    )
    with op.batch_alter_table("lookup_miss", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lookup_miss_at_ms"), ["at_ms"], unique=False)
        batch_op.create_index(batch_op.f("ix_lookup_miss_place"), ["place"], unique=False)

    op.create_table(
        "movement",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("ticket", sa.Text(), nullable=False),
        sa.Column("performance", sa.Text(), nullable=False),
        sa.Column("space", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("seat", sa.Text(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("incarnation", sa.BigInteger(), nullable=False),
        sa.Column("issue", sa.BigInteger(), nullable=True),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("marks", sa.Text(), nullable=False),
        sa.Column("override", sa.Text(), nullable=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("trust", sa.Text(), nullable=False),
        sa.Column("recorded_ms", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("undone", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('admission', 'exit')", name=op.f("ck_movement_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_movement")),
    )
    with op.batch_alter_table("movement", schema=None) as batch_op:
        batch_op.create_index("ix_movement_performance", ["performance"], unique=False)
        batch_op.create_index("ix_movement_ticket_after", ["ticket", "after"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("order", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("next_try_ms", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("sent_ms", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'sent', 'given_up')", name=op.f("ck_outbox_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_order"), ["order"], unique=False)
        batch_op.create_index(
            "ix_outbox_state_next_try_ms", ["state", "next_try_ms"], unique=False
        )

    op.create_table(
        "patron",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("added_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patron")),
    )
    with op.batch_alter_table("patron", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_patron_folded"), ["folded"], unique=False)

    op.create_table(
        "payment",
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("order", sa.Text(), nullable=True),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("terminal", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("captured", sa.Boolean(), nullable=False),
        sa.Column("booked", sa.BigInteger(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("intent", name=op.f("pk_payment")),
    )
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payment_order"), ["order"], unique=False)

    op.create_table(
        "presence",
        sa.Column("ticket", sa.Text(), nullable=False),
        sa.Column("space", sa.Text(), nullable=False),
        sa.Column("last", sa.Text(), nullable=True),
        sa.Column("claim", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("ticket", "space", name=op.f("pk_presence")),
    )
    op.create_table(
        "production",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("added_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_production")),
    )
    op.create_table(
        "refused_scan",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("performance", sa.Text(), nullable=True),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refused_scan")),
    )
    op.create_table(
        "request_answer",
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("status", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("device", "request", name=op.f("pk_request_answer")),
    )
    with op.batch_alter_table("request_answer", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_request_answer_at_ms"), ["at_ms"], unique=False
        )

    op.create_table(
        "staff",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("pin", sa.Text(), nullable=True),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("left_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("login", name=op.f("uq_staff_login")),
    )
    op.create_table(
        "staff_call",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=True),
        sa.Column("eta_min", sa.BigInteger(), nullable=True),
        sa.Column("done_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_call")),
    )
    op.create_table(
        "stream_head",
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("pos", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("stream", name=op.f("pk_stream_head")),
    )
    op.create_table(
        "device_log",
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("incarnation", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("timeline_acked", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "state IN ('active', 'draining', 'forked')", name=op.f("ck_device_log_state")
        ),
        sa.ForeignKeyConstraint(
            ["device"], ["device.id"], name=op.f("fk_device_log_device")
        ),
        sa.PrimaryKeyConstraint("device", "incarnation", name=op.f("pk_device_log")),
    )
    op.create_table(
        "discrepancy_evidence",
        sa.Column("discrepancy", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["discrepancy"],
            ["discrepancy.id"],
            name=op.f("fk_discrepancy_evidence_discrepancy"),
        ),
        sa.PrimaryKeyConstraint(
            "discrepancy", "event", name=op.f("pk_discrepancy_evidence")
        ),
    )
    op.create_table(
        "journal_line",
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("line", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.CheckConstraint("length(currency) = 3", name=op.f("ck_journal_line_currency")),
        sa.ForeignKeyConstraint(
            ["entry"], ["journal_entry.id"], name=op.f("fk_journal_line_entry")
        ),
        sa.PrimaryKeyConstraint("entry", "line", name=op.f("pk_journal_line")),
    )
    with op.batch_alter_table("journal_line", schema=None) as batch_op:
        batch_op.create_index("ix_journal_line_account", ["account"], unique=False)

    op.create_table(
        "key",
        sa.Column("key_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("incarnation", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=True),
        sa.Column("added_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('ledger', 'device', 'foreign')", name=op.f("ck_key_kind")
        ),
        sa.CheckConstraint(
            "state IN ('active', 'retired', 'revoked')", name=op.f("ck_key_state")
        ),
        sa.CheckConstraint("key_id BETWEEN 1 AND 65535", name=op.f("ck_key_range")),
        sa.ForeignKeyConstraint(["device"], ["device.id"], name=op.f("fk_key_device")),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_key")),
        sa.UniqueConstraint(
            "device", "incarnation", name=op.f("uq_key_device_incarnation")
        ),
    )
    op.create_table(
        "order",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("seller", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("incarnation", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("patron", sa.Text(), nullable=True),
        sa.Column("delivery", sa.Text(), nullable=False),
        sa.Column("photo_id", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=True),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("price_pos", sa.BigInteger(), nullable=True),
        sa.Column("charge", sa.BigInteger(), nullable=False),
        sa.Column("paid", sa.BigInteger(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("collected_ms", sa.BigInteger(), nullable=True),
        sa.Column("collected_by", sa.Text(), nullable=True),
        sa.Column("cancelled_ms", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state IN ('confirmed', 'unconfirmed', 'parked', 'cancelled')",
            name=op.f("ck_order_state"),
        ),
        sa.ForeignKeyConstraint(["patron"], ["patron.id"], name=op.f("fk_order_patron")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order")),
    )
    with op.batch_alter_table("order", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_order_number"), ["number"], unique=False)
        batch_op.create_index(batch_op.f("ix_order_patron"), ["patron"], unique=False)
        batch_op.create_index(batch_op.f("ix_order_source"), ["source"], unique=False)

    op.create_table(
        "pair_token",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=True),
        sa.Column("incarnation", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["device"], ["device.id"], name=op.f("fk_pair_token_device")
        ),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_pair_token")),
    )
    with op.batch_alter_table("pair_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pair_token_device"), ["device"], unique=False)

    op.create_table(
        "performance",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("production", sa.Text(), nullable=False),
        sa.Column("hall", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("starts_ms", sa.BigInteger(), nullable=False),
        sa.Column("ends_ms", sa.BigInteger(), nullable=True),
        sa.Column("doors_open_ms", sa.BigInteger(), nullable=True),
        sa.Column("on_sale_from_ms", sa.BigInteger(), nullable=False),
        sa.Column("on_sale_until_ms", sa.BigInteger(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("cancelled_ms", sa.BigInteger(), nullable=True),
        sa.Column("access", sa.Text(), nullable=False),
        sa.Column("spaces", sa.Text(), nullable=False),
        sa.Column("home_doors", sa.Text(), nullable=False),
        sa.Column("seats_left", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind IN ('reserved', 'ga')", name=op.f("ck_performance_kind")),
        sa.ForeignKeyConstraint(["hall"], ["hall.id"], name=op.f("fk_performance_hall")),
        sa.ForeignKeyConstraint(
            ["production"], ["production.id"], name=op.f("fk_performance_production")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_performance")),
        sa.UniqueConstraint("number", name=op.f("uq_performance_number")),
    )
    with op.batch_alter_table("performance", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_performance_production"), ["production"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_performance_starts_ms"), ["starts_ms"], unique=False
        )

    op.create_table(
        "chart",
        sa.Column("performance", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["performance"], ["performance.id"], name=op.f("fk_chart_performance")
        ),
        sa.PrimaryKeyConstraint("performance", name=op.f("pk_chart")),
    )
    op.create_table(
        "foreign_code",
        sa.Column("performance", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("tickets", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["performance"], ["performance.id"], name=op.f("fk_foreign_code_performance")
        ),
        sa.PrimaryKeyConstraint("performance", "hash", name=op.f("pk_foreign_code")),
    )
    op.create_table(
        "hold",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("performance", sa.Text(), nullable=False),
        sa.Column("order", sa.Text(), nullable=False),
        sa.Column("seller", sa.Text(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("extended", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["performance"], ["performance.id"], name=op.f("fk_hold_performance")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_hold_expires_ms"), ["expires_ms"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_hold_order"), ["order"], unique=False)

    op.create_table(
        "order_line",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("order", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("fee_outside", sa.BigInteger(), nullable=False),
        sa.Column("fee_inside", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["order"], ["order.id"], name=op.f("fk_order_line_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_line")),
    )
    with op.batch_alter_table("order_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_order_line_order"), ["order"], unique=False)

    op.create_table(
        "pickup",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("order", sa.Text(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["order"], ["order.id"], name=op.f("fk_pickup_order")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_pickup")),
    )
    with op.batch_alter_table("pickup", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pickup_order"), ["order"], unique=False)

    op.create_table(
        "price",
        sa.Column("performance", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["performance"], ["performance.id"], name=op.f("fk_price_performance")
        ),
        sa.PrimaryKeyConstraint("performance", name=op.f("pk_price")),
    )
    op.create_table(
        "seat_state",
        sa.Column("performance", sa.Text(), nullable=False),
        sa.Column("seat", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("prior", sa.Text(), nullable=True),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("hold", sa.Text(), nullable=True),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("incarnation", sa.BigInteger(), nullable=True),
        sa.Column("ticket", sa.Text(), nullable=True),
        sa.Column("sell_by_ms", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(state = 'held') = (hold IS NOT NULL)", name=op.f("ck_seat_state_hold")
        ),
        sa.CheckConstraint(
            "(state = 'sold') = (ticket IS NOT NULL)", name=op.f("ck_seat_state_ticket")
        ),
        sa.CheckConstraint(
            "(state IN ('held', 'killed')) = (prior IS NOT NULL)",
            name=op.f("ck_seat_state_prior"),
        ),
        sa.CheckConstraint(
            "device IS NULL OR state IN ('allotted', 'sold')",
            name=op.f("ck_seat_state_no_owner"),
        ),
        sa.CheckConstraint(
            "prior IN ('available', 'reserved')", name=op.f("ck_seat_state_prior_state")
        ),
        sa.CheckConstraint(
            "state <> 'allotted' OR device IS NOT NULL", name=op.f("ck_seat_state_owner")
        ),
        sa.CheckConstraint(
            "state IN ('available', 'reserved', 'held', 'allotted', 'sold', 'killed')",
            name=op.f("ck_seat_state_state"),
        ),
        sa.CheckConstraint(
            "(device IS NULL) = (incarnation IS NULL)",
            name=op.f("ck_seat_state_incarnation"),
        ),
        sa.ForeignKeyConstraint(
            ["performance"], ["performance.id"], name=op.f("fk_seat_state_performance")
        ),
        sa.PrimaryKeyConstraint("performance", "seat", name=op.f("pk_seat_state")),
    )
    with op.batch_alter_table("seat_state", schema=None) as batch_op:
        batch_op.create_index(
            "ix_seat_state_device_incarnation", ["device", "incarnation"], unique=False
        )
        batch_op.create_index("ix_seat_state_hold", ["hold"], unique=False)
        batch_op.create_index(
            "ix_seat_state_performance_state",
            ["performance", "state", "number"],
            unique=False,
        )

    op.create_table(
        "tender",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("order", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("intent", sa.Text(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["order"], ["order.id"], name=op.f("fk_tender_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tender")),
    )
    with op.batch_alter_table("tender", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tender_intent"), ["intent"], unique=False)
        batch_op.create_index(batch_op.f("ix_tender_order"), ["order"], unique=False)

    op.create_table(
        "ticket",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("order", sa.Text(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("performance", sa.Text(), nullable=False),
        sa.Column("seat", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("seated", sa.Boolean(), nullable=False),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("price_type", sa.Text(), nullable=True),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("fee_outside", sa.BigInteger(), nullable=False),
        sa.Column("fee_inside", sa.BigInteger(), nullable=False),
        sa.Column("paid", sa.BigInteger(), nullable=False),
        sa.Column("pays_later", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.Column("issue", sa.BigInteger(), nullable=False),
        sa.Column("print_state", sa.Text(), nullable=False),
        sa.Column("delivered", sa.Text(), nullable=True),
        sa.Column("valid_from_ms", sa.BigInteger(), nullable=True),
        sa.Column("valid_until_ms", sa.BigInteger(), nullable=True),
        sa.Column("admits", sa.BigInteger(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=True),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column("signer", sa.Text(), nullable=True),
        sa.Column("incarnation", sa.BigInteger(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("unseen", sa.Boolean(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "status IN ('active', 'exchanged', 'refunded', 'cancelled', 'unconfirmed')",
            name=op.f("ck_ticket_status"),
        ),
        sa.ForeignKeyConstraint(["order"], ["order.id"], name=op.f("fk_ticket_order")),
        sa.ForeignKeyConstraint(
            ["performance"], ["performance.id"], name=op.f("fk_ticket_performance")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
    )
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticket_order"), ["order"], unique=False)
        batch_op.create_index(
            "ix_ticket_performance_seat", ["performance", "seat"], unique=False
        )
    for table in APPEND_ONLY:
        _append_only(table)


def _append_only(table: str) -> None:
    """Refuse UPDATE and DELETE, whoever asks. Source: P10."""
    said = f"{table} is append-only"
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{said}'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{said}'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()"
    )


def downgrade() -> None:
    for table in APPEND_ONLY:
        _editable(table)
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.drop_index("ix_ticket_performance_seat")
        batch_op.drop_index(batch_op.f("ix_ticket_order"))

    op.drop_table("ticket")
    with op.batch_alter_table("tender", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tender_order"))
        batch_op.drop_index(batch_op.f("ix_tender_intent"))

    op.drop_table("tender")
    with op.batch_alter_table("seat_state", schema=None) as batch_op:
        batch_op.drop_index("ix_seat_state_performance_state")
        batch_op.drop_index("ix_seat_state_hold")
        batch_op.drop_index("ix_seat_state_device_incarnation")

    op.drop_table("seat_state")
    op.drop_table("price")
    with op.batch_alter_table("pickup", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pickup_order"))

    op.drop_table("pickup")
    with op.batch_alter_table("order_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_order_line_order"))

    op.drop_table("order_line")
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hold_order"))
        batch_op.drop_index(batch_op.f("ix_hold_expires_ms"))

    op.drop_table("hold")
    op.drop_table("foreign_code")
    op.drop_table("chart")
    with op.batch_alter_table("performance", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_performance_starts_ms"))
        batch_op.drop_index(batch_op.f("ix_performance_production"))

    op.drop_table("performance")
    with op.batch_alter_table("pair_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pair_token_device"))

    op.drop_table("pair_token")
    with op.batch_alter_table("order", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_order_source"))
        batch_op.drop_index(batch_op.f("ix_order_patron"))
        batch_op.drop_index(batch_op.f("ix_order_number"))

    op.drop_table("order")
    op.drop_table("key")
    with op.batch_alter_table("journal_line", schema=None) as batch_op:
        batch_op.drop_index("ix_journal_line_account")

    op.drop_table("journal_line")
    op.drop_table("discrepancy_evidence")
    op.drop_table("device_log")
    op.drop_table("stream_head")
    op.drop_table("staff_call")
    op.drop_table("staff")
    with op.batch_alter_table("request_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_request_answer_at_ms"))

    op.drop_table("request_answer")
    op.drop_table("refused_scan")
    op.drop_table("production")
    op.drop_table("presence")
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_payment_order"))

    op.drop_table("payment")
    with op.batch_alter_table("patron", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_patron_folded"))

    op.drop_table("patron")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_state_next_try_ms")
        batch_op.drop_index(batch_op.f("ix_outbox_order"))

    op.drop_table("outbox")
    with op.batch_alter_table("movement", schema=None) as batch_op:
        batch_op.drop_index("ix_movement_ticket_after")
        batch_op.drop_index("ix_movement_performance")

    op.drop_table("movement")
    with op.batch_alter_table("lookup_miss", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lookup_miss_place"))
        batch_op.drop_index(batch_op.f("ix_lookup_miss_at_ms"))

    op.drop_table("lookup_miss")
    with op.batch_alter_table("journal_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_journal_entry_source"))
        batch_op.drop_index(batch_op.f("ix_journal_entry_order"))

    op.drop_table("journal_entry")
    op.drop_table("house")
    op.drop_table("hall")
    op.drop_table("feed_doc")
    with op.batch_alter_table("feed", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_feed_at_ms"))

    op.drop_table("feed")
    with op.batch_alter_table("discrepancy", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_discrepancy_state"))

    op.drop_table("discrepancy")
    with op.batch_alter_table("device_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_device_event_type"))
        batch_op.drop_index("ix_device_event_event_id")

    op.drop_table("device_event")
    op.drop_table("device")
    with op.batch_alter_table("claim", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_claim_live",
            sqlite_where=sa.text("state = 'live'"),
            postgresql_where=sa.text("state = 'live'"),
        )

    op.drop_table("claim")
    op.drop_table("book")
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_subject"))
        batch_op.drop_index(batch_op.f("ix_audit_at_ms"))

    op.drop_table("audit")
    op.drop_table("allotment")


def _editable(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for change in ("update", "delete"):
            op.execute(f"DROP TRIGGER {table}_no_{change}")
        return
    op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
    op.execute(f"DROP FUNCTION {table}_refuse()")
