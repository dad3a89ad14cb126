"""Baskets of the online shop: seats held for a while, and what the patron said so far.

A basket is found by a secret in its address, so it survives a reload, a second window and a
browser without cookies. Source: INV2, INV4, ORD1, ORD2.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from boxoffice import ids, log, pricing
from boxoffice.pricing import OtherLine, Quote, Seller
from boxoffice.refusals import Code
from ledger import evenings, membership_kinds, on_sale, seating, tenders, window
from ledger.clock import Means
from ledger.desk_money import Payment
from ledger.patrons import Patron
from ledger.prices import MEMBERSHIP
from ledger.refused import Refused
from ledger.seating import Held, Wish
from ledger.tables.baskets import BasketRow
from ledger.tables.seats import HoldRow

SHOP = "shop"
_SECRET_CHARACTERS = 26
# Nobody comes back after so long; what was typed is forgotten then.
FORGOTTEN_MS = 3 * 3_600_000


@dataclass(frozen=True)
class Details:
    """What the patron typed. donation: minor units. answers: (question, answer).

    members: who pays each membership seat, in the order of the seats, once that is proven;
    emails: what was typed for them. promo: hash of a promo code that was proven.
    memberships, number, fields: of a membership order. gift: what a gift card is worth,
    minor units; recipient, recipient_email, words: for whom it is. complete: it was read
    without a fault.
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
            payments=payments,
        )


@dataclass(frozen=True)
class Begun:
    """A new basket. secret: what its address holds; it is kept nowhere."""

    secret: str
    seats: tuple[str, ...] = field(default=())


def begin(
    session: Session,
    means: Means,
    *,
    performance: str,
    wanted: Sequence[str] | Wish,
    types: Sequence[str] = (),
) -> Begun | Refused | None:
    """Hold seats for somebody in the shop. None: no such evening.

    types: a price type a seat; none: the usual one. Refuses what `seating.hold` refuses.
    """
    held = _hold(session, means, performance, wanted)
    if not isinstance(held, Held):
        return held
    secret = _secret(means)
    session.add(
        BasketRow(
            id=held.order,
            secret=hash_of(secret),
            performance=performance,
            membership=None,
            hold=held.hold,
            seats=json.dumps(_typed(session, performance, held.seats, types)),
            said="{}",
            state="open",
            intent=None,
            order=None,
            failures=0,
            until_ms=held.expires_ms,
            made_ms=means.now_ms,
        )
    )
    session.flush()
    return Begun(secret, held.seats)


def pledge_of(id: str) -> str:
    """Name what a basket without seats has instead of a hold."""
    return f"basket/{id}"


def begin_seatless(
    session: Session, means: Means, *, kind: str | None, details: Details
) -> Begun:
    """Open a basket that holds no seats: for memberships of a kind, or a gift card.

    Source: MEM1.
    """
    secret = _secret(means)
    session.add(
        BasketRow(
            id=means.new_id(),
            secret=hash_of(secret),
            performance=None,
            membership=kind,
            hold=None,
            seats="[]",
            said=json.dumps(asdict(details)),
            state="open",
            intent=None,
            order=None,
            failures=0,
            until_ms=means.now_ms + FORGOTTEN_MS,
            made_ms=means.now_ms,
        )
    )
    session.flush()
    return Begun(secret)


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


def longer(session: Session, means: Means, id: str) -> Refused | None:
    """Keep the seats one more length of time. Refuses NOT_HELD, ALREADY_EXTENDED."""
    row = _open(session, id)
    if row is None or row.hold is None:
        return Refused(Code.NOT_HELD)
    hold = session.get(HoldRow, row.hold)
    if hold is not None and hold.extended:
        return Refused(Code.ALREADY_EXTENDED)
    held = seating.extend(session, means, row.hold, seller=SHOP)
    if not isinstance(held, Held):
        return held or Refused(Code.NOT_HELD)
    row.until_ms = held.expires_ms
    return None


def again(session: Session, means: Means, id: str) -> Refused | None:
    """Hold the same seats once more, after their time ran out.

    Whoever proved to be a member does so again: the credits went back with the hold.
    """
    row = _open(session, id)
    if row is None:
        return Refused(Code.NOT_HELD)
    here = read(session, row, means.now_ms)
    if here.held:
        return None
    if row.hold:
        seating.release(session, means, row.hold, seller=SHOP)
    held = _hold(
        session, means, here.performance, [seat for seat, _ in here.seats], order=row.id
    )
    if not isinstance(held, Held):
        return held or Refused(Code.SELLING_CLOSED)
    row.hold, row.until_ms = held.hold, held.expires_ms
    _say(row, replace(here.details, members=(), complete=False))
    return None


def let_go(session: Session, means: Means, id: str) -> None:
    """Free the seats at once, and forget what was typed."""
    row = _open(session, id)
    if row is not None:
        if row.hold:
            seating.release(session, means, row.hold, seller=SHOP)
        tenders.hold_ended(session, pledge_of(row.id))
        row.state, row.said = "ended", "{}"


def retype(session: Session, means: Means, id: str, types: Sequence[str]) -> Refused | None:
    """Give each seat a price type. Raises KeyError for one that is not sold there."""
    row = _open(session, id)
    if row is None:
        return Refused(Code.NOT_HELD)
    here = read(session, row, means.now_ms)
    evening = evenings.read(session, here.performance)
    seats = [seat for seat, _ in here.seats]
    for seat, kind in zip(seats, types, strict=True):
        evening.prices.line(evening.plan.level_of(seat), kind)
    row.seats = json.dumps(list(zip(seats, types, strict=True)))
    before = [kind == MEMBERSHIP.id for _, kind in here.seats]
    if before != [kind == MEMBERSHIP.id for kind in types]:
        give_credits_back(session, here)
        _say(row, replace(here.details, members=(), complete=False))
    return None


def say(session: Session, means: Means, id: str, details: Details) -> Refused | None:
    """Write down what the patron typed. Refuses NOT_HELD once it is paid or being paid."""
    row = _open(session, id)
    if row is None:
        return Refused(Code.NOT_HELD)
    _say(row, details)
    return None


def give_credits_back(session: Session, basket: Basket) -> None:
    """What was promised to this basket's hold may be used by others again."""
    if basket.hold:
        tenders.hold_ended(session, basket.hold)


def forget(session: Session, *, now_ms: int) -> None:
    """End what was left behind long ago; nothing of what was typed stays."""
    seatless = session.scalars(
        select(BasketRow.id).where(
            BasketRow.state == "open",
            BasketRow.performance.is_(None),
            BasketRow.until_ms < now_ms - FORGOTTEN_MS,
        )
    )
    for id in seatless.all():
        tenders.hold_ended(session, pledge_of(id))
    session.execute(
        update(BasketRow)
        .where(BasketRow.state == "open", BasketRow.until_ms < now_ms - FORGOTTEN_MS)
        .values(state="ended", said="{}")
    )


def hash_of(secret: str) -> str:
    """Give what is kept of a secret."""
    return log.encoded(log.digest(f"basket {secret}".encode()))


def _open(session: Session, id: str) -> BasketRow | None:
    row = session.get(BasketRow, id, with_for_update=True)
    return row if row is not None and row.state == "open" else None


def _say(row: BasketRow, details: Details) -> None:
    row.said = json.dumps(asdict(details))


def _hold(
    session: Session,
    means: Means,
    performance: str,
    wanted: Sequence[str] | Wish,
    order: str | None = None,
) -> Held | Refused | None:
    return seating.hold(
        session,
        means,
        performance=performance,
        order=order or means.new_id(),
        seller=SHOP,
        wanted=wanted,
    )


def _secret(means: Means) -> str:
    drawn = means.chance(_SECRET_CHARACTERS)
    return "".join(ids.ALPHABET[byte & 31] for byte in drawn)


def _typed(
    session: Session, performance: str, seats: Sequence[str], types: Sequence[str]
) -> list[tuple[str, str]]:
    """Give each seat its price type: what was asked, where it is sold, else the usual."""
    evening = evenings.read(session, performance)
    asked = [*types, *([on_sale.usual(evening).id] * len(seats))]
    found = []
    for seat, kind in zip(seats, asked, strict=False):
        level = evening.plan.level_of(seat)
        sold = [
            k.id
            for k in on_sale.types(evening)
            if evening.prices.price(level, k.id) is not None
        ]
        found.append((seat, kind if kind in sold or not sold else sold[0]))
    return found
