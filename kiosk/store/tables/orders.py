"""Orders in progress, attempts to pay, sales and collections. Money in minor units."""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kiosk.store.tables.names import Table


class OrderRow(Table):
    """An order in progress on this device, from "How many" to the last ticket.

    counts: tickets by price type. seats: codes in chart order; types: their price types.
    hold: the ledger's id, None while nothing or only our own seats are promised.
    hold_until_ms: by the ledger's clock. on_phone: tickets go to the phone, not on paper.
    extras: what it has besides its seats; see `kiosk.basket`.
    """

    __tablename__ = "open_order"

    number: Mapped[str] = mapped_column(primary_key=True)
    stage: Mapped[str]
    performance: Mapped[str]
    counts: Mapped[dict[str, int]]
    step_free: Mapped[bool]
    seats: Mapped[list[str]]
    types: Mapped[list[str]]
    hold: Mapped[str | None]
    hold_until_ms: Mapped[int | None]
    extended: Mapped[bool] = mapped_column(default=False)
    on_phone: Mapped[bool] = mapped_column(default=False)
    declines: Mapped[int] = mapped_column(default=0)
    code: Mapped[str] = mapped_column(default="")
    opened_ms: Mapped[int]
    touched_boot_ms: Mapped[int]
    boot_id: Mapped[str]
    extras: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")


class IntentRow(Table):
    """One payment attempt; its id is the terminal's key. One open attempt per terminal.

    place: in which order attempts began, because clocks may go back. step: what the
    terminal last said it is waiting for. document: the sale as it was agreed when Pay was
    pressed. taken: what was approved. sent: bytes may have reached the terminal. give_up:
    the guest wants to stop. rechecked: an attempt that ended without money was looked up
    once more, later.
    """

    __tablename__ = "intent"
    __table_args__ = (
        Index(
            "uq_intent_terminal_open",
            "terminal",
            unique=True,
            sqlite_where=text("state IN ('created', 'sent', 'unknown', 'approved')"),
        ),
        CheckConstraint(
            "state IN ('created', 'sent', 'unknown', 'approved', 'declined', 'sold',"
            " 'cancelled', 'reversed')",
            name="state",
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(unique=True)
    order: Mapped[str] = mapped_column(index=True)
    terminal: Mapped[str]
    amount: Mapped[int]
    currency: Mapped[str]
    state: Mapped[str]
    step: Mapped[str] = mapped_column(default="")
    reference: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    ref: Mapped[str] = mapped_column(default="")
    brand: Mapped[str] = mapped_column(default="")
    last4: Mapped[str] = mapped_column(default="")
    document: Mapped[dict[str, Any]]
    sent: Mapped[bool] = mapped_column(default=False)
    give_up: Mapped[bool] = mapped_column(default=False)
    was_unknown: Mapped[bool] = mapped_column(default=False)
    taken: Mapped[int] = mapped_column(default=0)
    captured: Mapped[bool] = mapped_column(default=False)
    returned: Mapped[bool] = mapped_column(default=False)
    rechecked: Mapped[bool] = mapped_column(default=False)
    created_ms: Mapped[int]
    created_boot_ms: Mapped[int]
    boot_id: Mapped[str]
    ended_boot_ms: Mapped[int | None]


class PledgedRow(Table):
    """A seat of ours that an open attempt is paying for."""

    __tablename__ = "pledged"

    performance: Mapped[str] = mapped_column(primary_key=True)
    seat: Mapped[str] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    intent: Mapped[str] = mapped_column(ForeignKey("intent.id"), index=True)


class SaleRow(Table):
    """A sale made here. document: the body of its event, and what its receipt shows.

    pickup: text of the QR code that fetches owed tickets; code: six characters for it.
    """

    __tablename__ = "sale"

    order: Mapped[str] = mapped_column(primary_key=True)
    performance: Mapped[str]
    intent: Mapped[str] = mapped_column(ForeignKey("intent.id"), unique=True)
    total: Mapped[int]
    currency: Mapped[str]
    pickup: Mapped[str]
    code: Mapped[str]
    seq: Mapped[int]
    sold_ms: Mapped[int]
    document: Mapped[dict[str, Any]]


class SaleLineRow(Table):
    """One ticket sold here. A seat under one epoch is sold once."""

    __tablename__ = "sale_line"
    __table_args__ = (UniqueConstraint("performance", "seat", "epoch"),)

    ticket: Mapped[str] = mapped_column(primary_key=True)
    order: Mapped[str] = mapped_column(ForeignKey("sale.order"), index=True)
    place: Mapped[int]
    performance: Mapped[str]
    seat: Mapped[str]
    epoch: Mapped[int]
    level: Mapped[str]
    price_type: Mapped[str]
    price: Mapped[int]
    fee_outside: Mapped[int]
    fee_inside: Mapped[int]
    payload: Mapped[str]


class CollectionRow(Table):
    """An order found for collection. document: the ledger's answer, without any name.

    ours: sold here, so that its owed tickets need nobody's leave. claims: by ticket.
    """

    __tablename__ = "collection"

    ref: Mapped[str] = mapped_column(primary_key=True)
    order: Mapped[str] = mapped_column(index=True)
    performance: Mapped[str]
    document: Mapped[dict[str, Any]]
    way: Mapped[str]
    ours: Mapped[bool] = mapped_column(default=False)
    claims: Mapped[dict[str, Any]]
    collected: Mapped[list[str]]
    found_ms: Mapped[int]


class ContactRow(Table):
    """What is known of an order's guest, sealed for the ledger until it has it."""

    __tablename__ = "contact"

    order: Mapped[str] = mapped_column(primary_key=True)
    sealed: Mapped[str]
    request: Mapped[str]
