"""Who went in and out, what the ledger was asked, what somebody touched at the door."""

from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from kiosk.store.tables.names import Table


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
