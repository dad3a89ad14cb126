"""Promo codes of a basket in the shop: its seats get the price, and its hold the promise.

A code that is counted is promised before it is paid, as vouchers are: nobody pays for a
price that is used up by then. Source: docs/decisions/0023.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from boxoffice.refusals import Code
from ledger import evenings, on_sale, promised_tenders, promo_codes, tenders
from ledger.clock import Means
from ledger.prices import MEMBERSHIP, PriceList
from ledger.refused import Refused
from ledger.tables.seats import HoldRow

Seats = Sequence[tuple[str, str]]


def enter(
    session: Session, means: Means, hold: str, seats: Seats, code: str
) -> Seats | Refused:
    """Give the seats with the price of a code, as many as it allows; the others the usual.

    seats: (seat, price type). code: its hash. Refuses NOT_FOUND, PROMO_USED_UP.
    """
    held = session.get_one(HoldRow, hold)
    evening = evenings.read(session, held.performance)
    kind = next((kind for kind in evening.prices.types if kind.code == code), None)
    if kind is None:
        return Refused(Code.NOT_FOUND)
    usual, left = on_sale.usual(evening).id, kind.most
    found = []
    for seat, before in seats:
        level = evening.plan.level_of(seat)
        old = evening.prices.type_of(before)
        sold = evening.prices.price(level, kind.id) is not None
        if sold and before != MEMBERSHIP.id and (left is None or left > 0):
            found.append((seat, kind.id))
            left = None if left is None else left - 1
        else:
            found.append((seat, usual if old and old.code else before))
    promised_tenders.forget_promos(session, hold)
    chosen = sum(one == kind.id for _, one in found)
    if kind.counted and chosen:
        made = tenders.promise_promo(session, means, held=held, source=code, tickets=chosen)
        if isinstance(made, Refused):
            return made
    return found


def again(session: Session, means: Means, hold: str, seats: Seats) -> Seats:
    """Promise once more what the seats had before their time ran out.

    Where a code is used up by now, they have the usual price.
    """
    held = session.get_one(HoldRow, hold)
    evening = evenings.read(session, held.performance)
    counted = {kind.code: kind.id for kind in evening.prices.types if kind.counted}
    gone = set()
    kinds = [kind for _, kind in seats]
    for code, tickets in promo_codes.of(session, held.performance, kinds).items():
        if code in counted:
            made = tenders.promise_promo(
                session, means, held=held, source=code, tickets=tickets
            )
            if isinstance(made, Refused):
                gone.add(counted[code])
    usual = on_sale.usual(evening).id
    return [(seat, usual if kind in gone else kind) for seat, kind in seats]


def too_many(prices: PriceList, kinds: Iterable[str]) -> Refused | None:
    """Refuse PROMO_FOR_FEWER (`most`) for a price on more tickets than its code opens."""
    chosen = list(kinds)
    for kind in prices.types:
        if kind.most is not None and chosen.count(kind.id) > kind.most:
            return Refused(Code.PROMO_FOR_FEWER, {"most": kind.most})
    return None
