"""Baskets of the online shop: seats held for a while, and what the patron said so far.

A basket is found by a secret in its address, so it survives a reload, a second window and a
browser without cookies. `new_baskets` begins them; `basket_changes` has what follows.
Source: INV2, INV4, ORD1, ORD2.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice import log, pricing
from boxoffice.pricing import OtherLine, Quote, Seller
from ledger import membership_kinds, window
from ledger.desk_money import Payment
from ledger.patrons import Patron
from ledger.prices import MEMBERSHIP
from ledger.tables.baskets import BasketRow
from ledger.tables.seats import HoldRow

SHOP = "shop"
# Nobody comes back after so long; what was typed is forgotten then.
FORGOTTEN_MS = 3 * 3_600_000


@dataclass(frozen=True)
class Details:
    """What the patron typed. donation: minor units. answers: (question, answer).

    members: who pays each membership seat, in the order of the seats, once that is proven;
    emails: what was typed for them. promo: hash of a promo code that was proven.
    memberships, number, fields: of a membership order. gift: what a gift card is worth,
    minor units; recipient, recipient_email, words: for whom it is. order_type: of
    ledger.order_types. keep_card: the card may be kept on file (MEM9).
    complete: it was read without a fault.
    """

    name: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""
    delivery: str = "email"
    subscriber: str = ""
    donation: int = 0
    answers: tuple[tuple[str, str], ...] = ()
    emails: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    language: str = "en"
    memberships: int = 0
    number: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    promo: str = ""
    gift: int = 0
    recipient: str = ""
    recipient_email: str = ""
    words: str = ""
    order_type: str = ""
    keep_card: bool = False
    complete: bool = False


@dataclass(frozen=True)
class Basket:
    """A basket as it stands. seats: (seat, price type). held: the seats are still ours.

    membership: the kind that is bought, and then there is no performance; with neither it
    is a gift card.
    """

    id: str
    performance: str
    membership: str
    seats: tuple[tuple[str, str], ...]
    details: Details
    state: str
    hold: str | None
    intent: str | None
    order: str | None
    failures: int
    until_ms: int
    held: bool
    extended: bool

    @property
    def gift(self) -> bool:
        """Whether it is a gift card that is bought."""
        return not self.performance and not self.membership

    @property
    def pledge(self) -> str:
        """Under which name vouchers are promised to it: its hold's, if it has seats."""
        return self.hold or pledge_of(self.id)

    @property
    def member_seats(self) -> int:
        """How many seats are to be paid with credits."""
        return sum(kind == MEMBERSHIP.id for _, kind in self.seats)

    @property
    def patron(self) -> Patron:
        """Give who buys, as they said."""
        typed = self.details
        return Patron(
            typed.name,
            typed.email,
            typed.phone,
            address=typed.address,
            language=typed.language,
        )

    def said(self, payments: Sequence[Payment] = ()) -> window.Said:
        """Give the sale as the box office would enter it."""
        typed = self.details
        return window.Said(
            seats=self.seats,
            seller=Seller.ONLINE,
            patron=self.patron if typed.name else None,
            delivery=typed.delivery,
            subscriber=typed.members[0] if typed.members else typed.subscriber,
            donation=typed.donation,
            answers=[{"question": q, "answer": a} for q, a in typed.answers],
            order_type=typed.order_type,
            payments=payments,
        )


def find(session: Session, secret: str, now_ms: int) -> Basket | None:
    """Give the basket that a secret opens."""
    row = session.scalars(
        select(BasketRow).where(BasketRow.secret == hash_of(secret))
    ).one_or_none()
    return read(session, row, now_ms) if row is not None else None


def read(session: Session, row: BasketRow, now_ms: int) -> Basket:
    """Give a basket with what its hold says."""
    hold = session.get(HoldRow, row.hold) if row.hold else None
    said: dict[str, Any] = json.loads(row.said)
    for name in ("answers", "emails", "members", "fields"):
        if name in said:
            said[name] = tuple(tuple(v) if isinstance(v, list) else v for v in said[name])
    return Basket(
        id=row.id,
        performance=row.performance or "",
        membership=row.membership or "",
        seats=tuple((seat, kind) for seat, kind in json.loads(row.seats)),
        details=Details(**said),
        state=row.state,
        hold=row.hold,
        intent=row.intent,
        order=row.order,
        failures=row.failures,
        until_ms=row.until_ms,
        held=row.performance is None or (hold is not None and hold.expires_ms > now_ms),
        extended=hold is not None and hold.extended,
    )


def quote(session: Session, basket: Basket) -> Quote:
    """Price a basket, donation and fees included."""
    if basket.gift:
        worth = [OtherLine(basket.details.gift, 0, outside=False)]
        return pricing.quote(seller=Seller.ONLINE, rules=(), seats=[], others=worth)
    if basket.membership:
        kind = membership_kinds.find(session, basket.membership)
        assert kind, "kinds of membership are never taken off the book"
        return membership_kinds.quote(
            kind,
            memberships=basket.details.memberships,
            donation=basket.details.donation,
            seller=Seller.ONLINE,
        )
    return window.quote(session, basket.performance, basket.said())


def pledge_of(id: str) -> str:
    """Name what a basket without seats has instead of a hold."""
    return f"basket/{id}"


def hash_of(secret: str) -> str:
    """Give what is kept of a secret."""
    return log.encoded(log.digest(f"basket {secret}".encode()))
