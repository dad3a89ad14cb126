"""What is played, where and when, and what it costs."""

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ledger.tables.names import Row


class ProductionRow(Row):
    """A production is a name. Source: INV12."""

    __tablename__ = "production"

    id: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    added_ms: Mapped[int]


class HallRow(Row):
    """A hall and its default chart, which performances copy. plan: JSON text."""

    __tablename__ = "hall"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]
    plan: Mapped[str]
    added_ms: Mapped[int]


class HallVersionRow(Row):
    """What a hall's default chart was before a change, so that it can be undone."""

    __tablename__ = "hall_version"

    hall: Mapped[str] = mapped_column(ForeignKey("hall.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    plan: Mapped[str]
    words: Mapped[str]
    staff: Mapped[str]
    at_ms: Mapped[int]


class PerformanceRow(Row):
    """One evening. number: from 1, as in ticket codes. spaces, home_doors, access: JSON."""

    __tablename__ = "performance"
    __table_args__ = (CheckConstraint("kind IN ('reserved', 'ga')", name="kind"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    production: Mapped[str] = mapped_column(ForeignKey("production.id"), index=True)
    hall: Mapped[str] = mapped_column(ForeignKey("hall.id"))
    kind: Mapped[str]
    starts_ms: Mapped[int] = mapped_column(index=True)
    ends_ms: Mapped[int | None]
    doors_open_ms: Mapped[int | None]
    on_sale_from_ms: Mapped[int]
    on_sale_until_ms: Mapped[int]
    public: Mapped[bool]
    cancelled_ms: Mapped[int | None]
    access: Mapped[str]
    spaces: Mapped[str]
    home_doors: Mapped[str]
    seats_left: Mapped[int]


class ChartRow(Row):
    """The performance's own copy of the chart; version grows with it. Source: INV7."""

    __tablename__ = "chart"

    performance: Mapped[str] = mapped_column(ForeignKey("performance.id"), primary_key=True)
    version: Mapped[int]
    body: Mapped[str]


class PriceRow(Row):
    """The performance's price list as JSON text: levels, types, fees; and its version."""

    __tablename__ = "price"

    performance: Mapped[str] = mapped_column(ForeignKey("performance.id"), primary_key=True)
    version: Mapped[int]
    body: Mapped[str]
