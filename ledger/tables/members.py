"""Members and their seat credits, vouchers, and what of both is promised to an order."""

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ledger.tables.names import Row


class MemberRow(Row):
    """A membership. card: hash of its card's code. Source: MEM4-MEM7."""

    __tablename__ = "member"

    id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    email: Mapped[str]
    password: Mapped[str | None]
    card: Mapped[str | None] = mapped_column(unique=True)
    credits_per_production: Mapped[int]
    added_ms: Mapped[int]
    left_ms: Mapped[int | None]
    address: Mapped[str] = mapped_column(default="", server_default="")


class MemberLinkRow(Row):
    """A link by which a member chooses a password, once. hash: of what it holds. MEM8."""

    __tablename__ = "member_link"

    hash: Mapped[str] = mapped_column(primary_key=True)
    member: Mapped[str] = mapped_column(ForeignKey("member.id"), index=True)
    expires_ms: Mapped[int]
    used_ms: Mapped[int | None]


class MemberCreditRow(Row):
    """How many seat credits a member has used, or promised, for a production."""

    __tablename__ = "member_credit"
    __table_args__ = (CheckConstraint("used >= 0", name="used"),)

    member: Mapped[str] = mapped_column(ForeignKey("member.id"), primary_key=True)
    production: Mapped[str] = mapped_column(ForeignKey("production.id"), primary_key=True)
    used: Mapped[int]


class VoucherRow(Row):
    """A voucher or a gift card. hash: of its code, which is kept nowhere.

    balance: minor units that are neither spent nor promised; below 0 when a device spent
    what was given back meanwhile. batch: made with others. void_ms: since when it pays for
    nothing.
    """

    __tablename__ = "voucher"
    __table_args__ = (CheckConstraint("kind IN ('voucher', 'gift_card')", name="kind"),)

    hash: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    currency: Mapped[str]
    balance: Mapped[int]
    until_ms: Mapped[int | None]
    made_ms: Mapped[int]
    batch: Mapped[str | None] = mapped_column(index=True)
    void_ms: Mapped[int | None]


class VoucherBatchRow(Row):
    """Vouchers or gift cards made together. key: of the press that made them."""

    __tablename__ = "voucher_batch"

    id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]
    currency: Mapped[str]
    amount: Mapped[int]
    count: Mapped[int]
    until_ms: Mapped[int | None]
    staff: Mapped[str]
    made_ms: Mapped[int]


class PromisedRow(Row):
    """A tender that shares the fate of a hold: allotted with it, spent by the sale.

    source: a voucher's hash, a member, or a promo code's hash, then credits are tickets.
    amount: minor units; credits: seats. seats: JSON list of [performance, seat, epoch] once
    they are a device's.
    """

    __tablename__ = "promised_tender"
    __table_args__ = (
        CheckConstraint("kind IN ('voucher', 'gift_card', 'credit', 'promo')", name="kind"),
        CheckConstraint("state IN ('held', 'allotted', 'spent', 'released')", name="state"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    hold: Mapped[str] = mapped_column(index=True)
    order: Mapped[str] = mapped_column(index=True)
    device: Mapped[str]
    kind: Mapped[str]
    source: Mapped[str] = mapped_column(index=True)
    production: Mapped[str]
    amount: Mapped[int]
    credits: Mapped[int]
    seats: Mapped[str]
    state: Mapped[str]
    made_ms: Mapped[int]


class SeatCreditRow(Row):
    """The seat credit that paid for a ticket. returned_ms: since when it is not. MEM7."""

    __tablename__ = "seat_credit"

    ticket: Mapped[str] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    member: Mapped[str] = mapped_column(ForeignKey("member.id"), index=True)
    production: Mapped[str] = mapped_column(ForeignKey("production.id"))
    at_ms: Mapped[int]
    returned_ms: Mapped[int | None]


class MemberCheckRow(Row):
    """What staff found out about an order's subscriber who is on no record. Source: MEM3.

    how: accepted as told, or charged: its member seats are to be paid, as the patron
    consented (MEM9). amount: what they cost more by that, minor units.
    """

    __tablename__ = "member_check"
    __table_args__ = (CheckConstraint("how IN ('accepted', 'charged')", name="how"),)

    order: Mapped[str] = mapped_column(ForeignKey("order.id"), primary_key=True)
    how: Mapped[str]
    consent: Mapped[str]
    staff: Mapped[str]
    at_ms: Mapped[int]
    amount: Mapped[int] = mapped_column(default=0, server_default="0")
