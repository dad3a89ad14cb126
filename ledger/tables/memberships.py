"""Memberships that are sold, and what each of them allows. Source: MEM1."""

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ledger.tables.names import Row


class MembershipKindRow(Row):
    """A kind of membership. productions, fields: JSON lists of ids and of labels.

    amount: minor units for one. fee: for each of its productions; outside: its part on top.
    """

    __tablename__ = "membership_kind"
    __table_args__ = (
        CheckConstraint("sale IN ('active', 'box_office_only', 'inactive')", name="sale"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    productions: Mapped[str]
    currency: Mapped[str]
    amount: Mapped[int]
    fee: Mapped[int]
    outside: Mapped[int]
    fields: Mapped[str]
    sale: Mapped[str]
    added_ms: Mapped[int]


class MembershipRow(Row):
    """One membership of an order. member: whose credits it became, once it was paid.

    said: JSON, label of a field to what the patron said.
    """

    __tablename__ = "membership"

    line: Mapped[str] = mapped_column(ForeignKey("order_line.id"), primary_key=True)
    order: Mapped[str] = mapped_column(ForeignKey("order.id"), index=True)
    kind: Mapped[str] = mapped_column(ForeignKey("membership_kind.id"), index=True)
    member: Mapped[str | None] = mapped_column(ForeignKey("member.id"))
    said: Mapped[str]
    ended_ms: Mapped[int | None]


class MemberAllowanceRow(Row):
    """Seat credits of a member for one production, instead of those for every one."""

    __tablename__ = "member_allowance"
    __table_args__ = (CheckConstraint("credits >= 0", name="credits"),)

    member: Mapped[str] = mapped_column(ForeignKey("member.id"), primary_key=True)
    production: Mapped[str] = mapped_column(ForeignKey("production.id"), primary_key=True)
    credits: Mapped[int]
