"""What patrons have chosen in the online shop and not bought yet."""

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ledger.tables.names import Row


class BasketRow(Row):
    """A sale in the online shop, from the hold to the order.

    secret: hash of what stands in its address; whoever knows that has the basket. seats:
    JSON list of [seat, price type]. said: JSON of what the patron typed. intent: the last
    attempt to pay. failures: payments that the bank did not approve. until_ms: how long
    the seats are held; the hold itself outlives it while a payment is in flight (INV4).
    """

    __tablename__ = "basket"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'paying', 'sold', 'ended')", name="state"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    secret: Mapped[str] = mapped_column(unique=True)
    performance: Mapped[str | None] = mapped_column(ForeignKey("performance.id"))
    membership: Mapped[str | None]
    hold: Mapped[str | None] = mapped_column(index=True)
    seats: Mapped[str]
    said: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    intent: Mapped[str | None] = mapped_column(index=True)
    order: Mapped[str | None] = mapped_column(ForeignKey("order.id"), index=True)
    failures: Mapped[int]
    until_ms: Mapped[int]
    made_ms: Mapped[int]


class PretendCardRow(Row):
    """The pretend bank's own book of one payment. Only the demo has any.

    state: waiting, approved, declined, closed, captured, voided, refunded. address, code:
    match or mismatch. back: where the patron goes afterwards; of a charge to a kept card,
    that card's key. later: how the bank answers then; blank: it keeps no card.
    """

    __tablename__ = "pretend_card"

    key: Mapped[str] = mapped_column(primary_key=True)
    amount: Mapped[int]
    currency: Mapped[str]
    state: Mapped[str]
    address: Mapped[str]
    code: Mapped[str]
    back: Mapped[str]
    later: Mapped[str] = mapped_column(default="", server_default="")


class PretendRefundRow(Row):
    """What the pretend bank gave back, by the key under which it was asked."""

    __tablename__ = "pretend_refund"

    key: Mapped[str] = mapped_column(primary_key=True)
    card: Mapped[str] = mapped_column(index=True)
    amount: Mapped[int]
