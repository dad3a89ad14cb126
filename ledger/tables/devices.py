"""Devices, their keys and their logs as they arrived."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from ledger.tables.names import Row


class DeviceRow(Row):
    """A kiosk or a door. incarnation: the newest, 0 before the first pairing."""

    __tablename__ = "device"
    __table_args__ = (CheckConstraint("role IN ('kiosk', 'door')", name="role"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    role: Mapped[str]
    place: Mapped[str]
    incarnation: Mapped[int]
    hardware: Mapped[str]
    software: Mapped[str]
    added_ms: Mapped[int]
    revoked_ms: Mapped[int | None]
    seen_ms: Mapped[int | None]
    health: Mapped[str]


class KeyRow(Row):
    """A public key and its number in ticket codes, 1 … 65535, never used again.

    kind: ledger, device or foreign. last_seq: what was recorded when it was revoked.
    """

    __tablename__ = "key"
    __table_args__ = (
        CheckConstraint("key_id BETWEEN 1 AND 65535", name="range"),
        CheckConstraint("kind IN ('ledger', 'device', 'foreign')", name="kind"),
        CheckConstraint("state IN ('active', 'retired', 'revoked')", name="state"),
        UniqueConstraint("device", "incarnation"),
    )

    key_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    owner: Mapped[str]
    device: Mapped[str | None] = mapped_column(ForeignKey("device.id"))
    incarnation: Mapped[int | None]
    state: Mapped[str]
    public: Mapped[bytes]
    last_seq: Mapped[int | None]
    added_ms: Mapped[int]


class PairTokenRow(Row):
    """An invitation: works once, for a while. public: the key that used it, if any.

    typed: twelve characters, which work only once staff confirmed the check number of the
    key that asked first. misses: wrong codes that were typed while this one was open.
    """

    __tablename__ = "pair_token"

    hash: Mapped[str] = mapped_column(primary_key=True)
    device: Mapped[str] = mapped_column(ForeignKey("device.id"), index=True)
    expires_ms: Mapped[int]
    public: Mapped[bytes | None]
    incarnation: Mapped[int | None]
    typed: Mapped[bool] = mapped_column(default=False, server_default=false())
    asked: Mapped[bytes | None] = mapped_column(default=None)
    confirmed_ms: Mapped[int | None] = mapped_column(default=None)
    misses: Mapped[int] = mapped_column(default=0, server_default="0")


class DeviceLogRow(Row):
    """How far one incarnation's log was read: the cursor of sync.md §2.3."""

    __tablename__ = "device_log"
    __table_args__ = (
        CheckConstraint("state IN ('active', 'draining', 'forked')", name="state"),
    )

    device: Mapped[str] = mapped_column(ForeignKey("device.id"), primary_key=True)
    incarnation: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    hash: Mapped[bytes]
    state: Mapped[str]
    timeline_acked: Mapped[int]


class DeviceEventRow(Row):
    """One event as it came. applied: its effect is in the book. forked: off the chain."""

    __tablename__ = "device_event"
    __table_args__ = (Index("ix_device_event_event_id", "event_id"),)

    device: Mapped[str] = mapped_column(primary_key=True)
    incarnation: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(primary_key=True)
    event_id: Mapped[str]
    type: Mapped[str] = mapped_column(index=True)
    ver: Mapped[int]
    body: Mapped[str]
    boot_id: Mapped[str]
    boot_ms: Mapped[int]
    wall_ms: Mapped[int]
    trust: Mapped[str]
    prev: Mapped[bytes]
    received_ms: Mapped[int]
    applied: Mapped[bool]
    forked: Mapped[bool]


class RequestAnswerRow(Row):
    """What a write answered, kept 30 days so that a retry gets the same. Source: §2.2."""

    __tablename__ = "request_answer"

    device: Mapped[str] = mapped_column(primary_key=True)
    request: Mapped[str] = mapped_column(primary_key=True)
    body_hash: Mapped[str]
    status: Mapped[int]
    answer: Mapped[str]
    at_ms: Mapped[int] = mapped_column(index=True)
