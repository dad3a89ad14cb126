"""The book itself, the house it belongs to, and the people who work there."""

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ledger.tables.names import Row


class BookRow(Row):
    """This ledger: one row. Source: sync.md §3.6.

    timeline: the ledger's clock in seconds at its birth or restore. recovering_ms: since
    when devices are still to acknowledge a restore, else null. public: the ledger's own
    key, null before the first start.
    """

    __tablename__ = "book"
    __table_args__ = (CheckConstraint("one = 1", name="one_row"),)

    one: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ledger_id: Mapped[str]
    timeline: Mapped[int]
    recovering_ms: Mapped[int | None]
    public: Mapped[bytes | None]


class HouseRow(Row):
    """The theatre. Its id names the stream `venue:<id>`. Lists are JSON text.

    extras: what it offers besides seats, JSON text; see ledger.extras. pepper: of its
    sealed copies; null before the first of them. exchange_until: days before and a time,
    "1 12:00"; see boxoffice.exchange_deadlines.
    """

    __tablename__ = "house"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    address: Mapped[str]
    currency: Mapped[str]
    zone: Mapped[str]
    languages: Mapped[str]
    tax_number: Mapped[str]
    max_seats: Mapped[int]
    hold_minutes: Mapped[int]
    idle_s: Mapped[int]
    exchange_rule: Mapped[str]
    box_office_words: Mapped[str]
    mail_from: Mapped[str]
    extras: Mapped[str] = mapped_column(server_default="{}")
    pepper: Mapped[bytes | None]
    exchange_until: Mapped[str] = mapped_column(server_default="")
    own_words: Mapped[str] = mapped_column(server_default="{}")


class StaffRow(Row):
    """Somebody who works here. roles: JSON list of words such as usher, supervisor.

    code: the hash of the staff code on their card, null without one.
    """

    __tablename__ = "staff"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    login: Mapped[str] = mapped_column(unique=True)
    password: Mapped[str]
    pin: Mapped[str | None]
    roles: Mapped[str]
    left_ms: Mapped[int | None]
    code: Mapped[str | None]


class StaffFactorRow(Row):
    """A second factor. since_ms: null until its owner typed digits of it.

    last_step: the last 30 seconds whose digits were used. spare: JSON list of hashes.
    """

    __tablename__ = "staff_factor"

    staff: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    secret: Mapped[str]
    since_ms: Mapped[int | None]
    last_step: Mapped[int]
    spare: Mapped[str]
