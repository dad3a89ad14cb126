"""What the device is and heard: identity, log, documents, requests, settings."""

from typing import Any

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kiosk.store.tables.names import Table


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
    spki: Mapped[bytes | None]


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


class SettingRow(Table):
    """What staff have set on this device itself, by name; see `kiosk.settings`."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[dict[str, Any]]
