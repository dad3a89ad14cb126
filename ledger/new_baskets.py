"""Begin a basket in the online shop: with seats, or for what has none.

Source: INV2, MEM1.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from sqlalchemy.orm import Session

from boxoffice import ids
from ledger import baskets, evenings, on_sale, seating
from ledger.baskets import FORGOTTEN_MS, SHOP, Details
from ledger.clock import Means
from ledger.refused import Refused
from ledger.seating import Held, Wish
from ledger.tables.baskets import BasketRow

_SECRET_CHARACTERS = 26


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
    held = hold(session, means, performance, wanted)
    if not isinstance(held, Held):
        return held
    secret = _secret(means)
    session.add(
        BasketRow(
            id=held.order,
            secret=baskets.hash_of(secret),
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
            secret=baskets.hash_of(secret),
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


def hold(
    session: Session,
    means: Means,
    performance: str,
    wanted: Sequence[str] | Wish,
    order: str | None = None,
) -> Held | Refused | None:
    """Hold seats for the shop, for a new basket or for the one that an order names."""
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
