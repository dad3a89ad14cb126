"""Rows of this device's store, and what keeps them honest.

`allotted` follows the ledger; `spent` and `pledged` are ours. A seat is this device's to
sell while it is allotted, not spent and not pledged: no document can bring back a seat that
was sold here. Times in ms, money in minor units. Source: sync.md §3.1.
"""

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(DeclarativeBase):
    """The one book of this device."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class.
        list[str]: JSON,
        dict[str, Any]: JSON,
        dict[str, int]: JSON,
        bytes: LargeBinary,
        bool: Boolean(name="true_or_false", create_constraint=False),
    }


class IdentityRow(Table):
    """Who this device is, since it was paired. One row."""

    __tablename__ = "identity"
    __table_args__ = (CheckConstraint("one = 1", name="one_row"),)

    one: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    device: Mapped[str]
    name: Mapped[str]
    incarnation: Mapped[int]
    role: Mapped[str]
    key_id: Mapped[int]
    ledger_id: Mapped[str]
    ledger_key: Mapped[bytes]
    venue: Mapped[str]
    streams: Mapped[list[str]]


class StateRow(Table):
    """What this device remembers about itself over restarts. One row.

    floor_ms: no clock of ours shows less. ledger_less_boot_ms: counts in boot_id only.
    drains_only: the ledger knows more of our log than we do, so this store was rolled back
    or copied: it uploads and never sells. page_ms: when attract was last shown.
    """

    __tablename__ = "state"
    __table_args__ = (CheckConstraint("one = 1", name="one_row"),)

    one: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    floor_ms: Mapped[int] = mapped_column(default=0)
    boot_id: Mapped[str] = mapped_column(default="")
    ledger_less_boot_ms: Mapped[int | None]
    stopped_cleanly: Mapped[bool] = mapped_column(default=False)
    drains_only: Mapped[bool] = mapped_column(default=False)
    revoked: Mapped[bool] = mapped_column(default=False)
    degraded: Mapped[bool] = mapped_column(default=False)
    roll_left_mm: Mapped[int | None]
    door_mode: Mapped[str] = mapped_column(default="entry")


class LogRow(Table):
    """One event of the device log, as it was hashed and as it is sent."""

    __tablename__ = "log"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[str] = mapped_column(unique=True)
    type: Mapped[str]
    ver: Mapped[int]
    body: Mapped[str]
    boot_id: Mapped[str]
    boot_ms: Mapped[int]
    wall_ms: Mapped[int]
    trust: Mapped[str]
    prev: Mapped[bytes]
    hash: Mapped[bytes]


class LogStateRow(Table):
    """How far the ledger has read our log, as it last said. One row."""

    __tablename__ = "log_state"
    __table_args__ = (CheckConstraint("one = 1", name="one_row"),)

    one: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    acked_seq: Mapped[int] = mapped_column(default=0)
    acked_hash: Mapped[bytes]
    timeline: Mapped[int] = mapped_column(default=0)


class CursorRow(Table):
    """How far this device has read a stream. digest: 32 hex digits."""

    __tablename__ = "cursor"

    stream: Mapped[str] = mapped_column(primary_key=True)
    timeline: Mapped[int]
    pos: Mapped[int]
    digest: Mapped[str]


class DocRow(Table):
    """One document of a stream, as the ledger wrote it."""

    __tablename__ = "doc"

    stream: Mapped[str] = mapped_column(primary_key=True)
    entity: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    ver: Mapped[int]
    body: Mapped[str]


class AllottedRow(Table):
    """A seat that the ledger has given to this device and incarnation."""

    __tablename__ = "allotted"

    performance: Mapped[str] = mapped_column(primary_key=True)
    seat: Mapped[str] = mapped_column(primary_key=True)
    epoch: Mapped[int]
    sell_by_ms: Mapped[int | None]


class SpentRow(Table):
    """A seat that is no longer ours: how is `sold` or `returned`, seq the event's."""

    __tablename__ = "spent"
    __table_args__ = (CheckConstraint("how IN ('sold', 'returned')", name="how"),)

    performance: Mapped[str] = mapped_column(primary_key=True)
    seat: Mapped[str] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    how: Mapped[str]
    seq: Mapped[int]


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


class PrintJobRow(Table):
    """One piece of paper. Written before paper moves; a ticket's issue prints once.

    kind: ticket, receipt, or report (for staff). order: of the sale or collection. batch:
    what was asked for together, the id of its first job. document: what is on it. state:
    queued, sending, printed, uncertain, failed; phone: put on the guest's phone; replaced:
    a later issue or another kiosk's paper counts. queued_boot_ms: in boot_id; jobs older
    than 60 s wait for a touch of staff, and so does one that is `held`.
    """

    __tablename__ = "print_job"
    __table_args__ = (
        UniqueConstraint("ticket", "issue"),
        CheckConstraint("kind IN ('ticket', 'receipt', 'report')", name="kind"),
        CheckConstraint(
            "state IN ('queued', 'sending', 'printed', 'uncertain', 'failed', 'phone',"
            " 'replaced')",
            name="state",
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(unique=True)
    kind: Mapped[str]
    order: Mapped[str] = mapped_column(index=True)
    batch: Mapped[str]
    ticket: Mapped[str | None]
    issue: Mapped[int]
    document: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(index=True)
    reason: Mapped[str] = mapped_column(default="")
    proof: Mapped[str] = mapped_column(default="")
    held: Mapped[bool] = mapped_column(default=False)
    printed_ms: Mapped[int | None]
    length_mm: Mapped[int] = mapped_column(default=0)
    boot_id: Mapped[str]
    queued_boot_ms: Mapped[int]


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


class MovementRow(Table):
    """An admission or an exit recorded here. event_id: of its event and of its claim."""

    __tablename__ = "movement"

    event_id: Mapped[str] = mapped_column(primary_key=True)
    scan: Mapped[str] = mapped_column(unique=True)
    ticket: Mapped[str] = mapped_column(index=True)
    performance: Mapped[str]
    kind: Mapped[str]
    at_ms: Mapped[int]
    after: Mapped[str | None]
    door: Mapped[str]
    space: Mapped[str]
    count: Mapped[int]
    issue: Mapped[int | None]
    verdict: Mapped[str]
    undone: Mapped[bool] = mapped_column(default=False)
    seat: Mapped[str] = mapped_column(default="")
    payload: Mapped[str] = mapped_column(default="")
    shown: Mapped[dict[str, Any]]


class ClaimRow(Table):
    """An admission asked for at the ledger and not yet decided here."""

    __tablename__ = "claim_open"

    ticket: Mapped[str] = mapped_column(primary_key=True)
    space: Mapped[str] = mapped_column(primary_key=True)
    claim: Mapped[str]


class RequestRow(Table):
    """A request on its way, kept by every retry. call: what it is for."""

    __tablename__ = "request"

    call: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str]
    body_hash: Mapped[bytes]


class CallRow(Table):
    """A call for staff from this device."""

    __tablename__ = "staff_call"

    id: Mapped[str] = mapped_column(primary_key=True)
    page: Mapped[str]
    since_ms: Mapped[int]
    reached: Mapped[bool] = mapped_column(default=False)
    closed: Mapped[bool] = mapped_column(default=False)


class PinMissRow(Table):
    """Wrong PINs of one person at this device. locked_boot_ms: since when, in boot_id.

    After a restart a lock begins anew: nobody gets more tries by pulling the plug.
    """

    __tablename__ = "pin_miss"

    staff: Mapped[str] = mapped_column(primary_key=True)
    misses: Mapped[int]
    boot_id: Mapped[str]
    locked_boot_ms: Mapped[int]


class DoorTouchRow(Table):
    """What staff set at this door for one performance, until it is over.

    opened_ms: when a supervisor opened it before its time. held: latecomers wait here,
    until hold_until_ms or until lifted; None: as the box office set it.
    """

    __tablename__ = "door_touch"

    performance: Mapped[str] = mapped_column(primary_key=True)
    opened_ms: Mapped[int | None]
    held: Mapped[bool | None]
    hold_until_ms: Mapped[int | None]


class SettingRow(Table):
    """What staff have set on this device itself, by name; see `kiosk.settings`."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[dict[str, Any]]
