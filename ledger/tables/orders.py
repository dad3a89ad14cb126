"""Orders, their tickets and lines, and who they are for."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger.tables.names import Row


class PatronRow(Row):
    """Somebody who buys. folded: the plain spellings of the last name, blank-separated.

    language: in which letters are written.
    """

    __tablename__ = "patron"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    last_name: Mapped[str]
    folded: Mapped[str] = mapped_column(index=True)
    email: Mapped[str]
    phone: Mapped[str]
    address: Mapped[str] = mapped_column(default="", server_default="")
    language: Mapped[str] = mapped_column(default="en", server_default="en")
    added_ms: Mapped[int]


class OrderRow(Row):
    """An order. id: its number, unless two sellers drew the same one; then longer.

    number: what people read (ORD12). delivery: will_call, email, print, kiosk. seller: of
    boxoffice.pricing. device: who sold it, if a device did. source: the event it came in.
    order_type: of ledger.order_types. group_name, group_leader: of ledger.groups.
    """

    __tablename__ = "order"
    __table_args__ = (
        CheckConstraint(
            "state IN ('confirmed', 'unconfirmed', 'parked', 'cancelled')", name="state"
        ),
        Index("ix_order_made_ms_id", "made_ms", "id"),
        Index("ix_order_patron_made_ms_id", "patron", "made_ms", "id"),
        Index(
            "ix_order_on_account",
            "made_ms",
            sqlite_where=text("paid > charge"),
            postgresql_where=text("paid > charge"),
        ),
        Index(
            "ix_order_due",
            "made_ms",
            "id",
            sqlite_where=text("state <> 'cancelled' AND paid < charge"),
            postgresql_where=text("state <> 'cancelled' AND paid < charge"),
        ),
        Index(
            "ix_order_cancelled",
            "made_ms",
            "id",
            sqlite_where=text("state = 'cancelled'"),
            postgresql_where=text("state = 'cancelled'"),
        ),
        Index(
            "ix_order_of_member",
            "made_ms",
            sqlite_where=text("member IS NOT NULL"),
            postgresql_where=text("member IS NOT NULL"),
        ),
        Index(
            "ix_order_order_type",
            "order_type",
            sqlite_where=text("order_type IS NOT NULL"),
            postgresql_where=text("order_type IS NOT NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(index=True)
    state: Mapped[str]
    currency: Mapped[str]
    seller: Mapped[str]
    device: Mapped[str | None]
    incarnation: Mapped[int | None]
    source: Mapped[str | None] = mapped_column(index=True)
    patron: Mapped[str | None] = mapped_column(ForeignKey("patron.id"))
    delivery: Mapped[str]
    photo_id: Mapped[bool]
    note: Mapped[str]
    member: Mapped[str | None]
    answers: Mapped[str]
    price_pos: Mapped[int | None]
    charge: Mapped[int]
    paid: Mapped[int]
    made_ms: Mapped[int]
    collected_ms: Mapped[int | None]
    collected_by: Mapped[str | None]
    cancelled_ms: Mapped[int | None]
    order_type: Mapped[str | None]
    group_name: Mapped[str | None]
    group_leader: Mapped[str | None]


class TicketRow(Row):
    """One ticket: its seat, its shares of the money, its code and its printing.

    Amounts are the stored shares (4.6). seated: it has its seat; otherwise a discrepancy
    says who sits there. signer, incarnation: the device that signed it, null for the
    ledger. print_state: of boxoffice.printing, plus delivered (on a phone, or in hand).
    """

    __tablename__ = "ticket"
    __table_args__ = (
        CheckConstraint(
            "status IN ('active', 'exchanged', 'refunded', 'cancelled', 'unconfirmed')",
            name="status",
        ),
        Index("ix_ticket_performance_seat", "performance", "seat"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    order: Mapped[str] = mapped_column(ForeignKey("order.id"), index=True)
    line: Mapped[int]
    performance: Mapped[str] = mapped_column(ForeignKey("performance.id"))
    seat: Mapped[str]
    epoch: Mapped[int]
    seated: Mapped[bool]
    level: Mapped[str | None]
    price_type: Mapped[str | None]
    price: Mapped[int]
    fee_outside: Mapped[int]
    fee_inside: Mapped[int]
    paid: Mapped[int]
    pays_later: Mapped[bool]
    status: Mapped[str]
    blocked: Mapped[bool]
    issue: Mapped[int]
    print_state: Mapped[str]
    delivered: Mapped[str | None]
    valid_from_ms: Mapped[int | None]
    valid_until_ms: Mapped[int | None]
    admits: Mapped[int]
    entries: Mapped[int | None]
    parent: Mapped[str | None]
    signer: Mapped[str | None]
    incarnation: Mapped[int | None]
    seq: Mapped[int]
    payload: Mapped[str]
    unseen: Mapped[bool]
    made_ms: Mapped[int]


class OrderLineRow(Row):
    """A line without a seat, such as a donation."""

    __tablename__ = "order_line"

    id: Mapped[str] = mapped_column(primary_key=True)
    order: Mapped[str] = mapped_column(ForeignKey("order.id"), index=True)
    kind: Mapped[str]
    amount: Mapped[int]
    fee_outside: Mapped[int]
    fee_inside: Mapped[int]


class PickupRow(Row):
    """One way to find an order without its number: the hash of a code. Source: COL1.

    hash: H of the code, base64url. The code itself is kept nowhere.
    """

    __tablename__ = "pickup"

    hash: Mapped[str] = mapped_column(primary_key=True)
    order: Mapped[str] = mapped_column(ForeignKey("order.id"), index=True)
    made_ms: Mapped[int]


class PassedTicketRow(Row):
    """A ticket that was passed on, by the link of the letter that brought it.

    hash: of the link's code; a ticket that changed meanwhile has a link more. to: an
    address. language: in which its letters are written.
    """

    __tablename__ = "passed_ticket"

    hash: Mapped[str] = mapped_column(primary_key=True)
    ticket: Mapped[str] = mapped_column(ForeignKey("ticket.id"), index=True)
    to: Mapped[str]
    language: Mapped[str]
    at_ms: Mapped[int]


class ForeignCodeRow(Row):
    """A code of another system and the tickets it stands for. tickets: JSON list."""

    __tablename__ = "foreign_code"

    performance: Mapped[str] = mapped_column(ForeignKey("performance.id"), primary_key=True)
    hash: Mapped[str] = mapped_column(primary_key=True)
    tickets: Mapped[str]
