"""What happens to a basket of the online shop until it is paid: seats kept, types, words.

Source: INV2, INV4, ORD2.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from boxoffice.refusals import Code
from ledger import baskets, evenings, new_baskets, promised_tenders, promo_pledges, seating
from ledger.baskets import FORGOTTEN_MS, SHOP, Details
from ledger.clock import Means
from ledger.prices import MEMBERSHIP
from ledger.refused import Refused
from ledger.seating import Held
from ledger.tables.baskets import BasketRow
from ledger.tables.seats import HoldRow


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
    here = baskets.read(session, row, means.now_ms)
    if here.held:
        return None
    if row.hold:
        seating.release(session, means, row.hold, seller=SHOP)
    held = new_baskets.hold(
        session, means, here.performance, [seat for seat, _ in here.seats], order=row.id
    )
    if not isinstance(held, Held):
        return held or Refused(Code.SELLING_CLOSED)
    row.hold, row.until_ms = held.hold, held.expires_ms
    row.seats = json.dumps(promo_pledges.again(session, means, held.hold, here.seats))
    _say(row, replace(here.details, members=(), complete=False))
    return None


def enter_promo(session: Session, means: Means, id: str, code: str) -> Refused | None:
    """Open the prices of a promo code, and take them where they are sold and it allows.

    code: its hash. Refuses NOT_HELD, NOT_FOUND, PROMO_USED_UP.
    """
    row = _open(session, id)
    if row is None or row.hold is None:
        return Refused(Code.NOT_HELD)
    here = baskets.read(session, row, means.now_ms)
    seats = promo_pledges.enter(session, means, row.hold, here.seats, code)
    if isinstance(seats, Refused):
        return seats
    row.seats = json.dumps(seats)
    _say(row, replace(here.details, promo=code))
    return None


def let_go(session: Session, means: Means, id: str) -> None:
    """Free the seats at once, and forget what was typed."""
    row = _open(session, id)
    if row is not None:
        if row.hold:
            seating.release(session, means, row.hold, seller=SHOP)
        promised_tenders.hold_ended(session, baskets.pledge_of(row.id))
        row.state, row.said = "ended", "{}"


def retype(session: Session, means: Means, id: str, types: Sequence[str]) -> Refused | None:
    """Give each seat a price type. Raises KeyError for one that is not sold there.

    Refuses NOT_HELD, PROMO_FOR_FEWER (`most`).
    """
    row = _open(session, id)
    if row is None:
        return Refused(Code.NOT_HELD)
    here = baskets.read(session, row, means.now_ms)
    evening = evenings.read(session, here.performance)
    seats = [seat for seat, _ in here.seats]
    for seat, kind in zip(seats, types, strict=True):
        evening.prices.line(evening.plan.level_of(seat), kind)
    if refused := promo_pledges.too_many(evening.prices, types):
        return refused
    row.seats = json.dumps(list(zip(seats, types, strict=True)))
    before = [kind == MEMBERSHIP.id for _, kind in here.seats]
    if before != [kind == MEMBERSHIP.id for kind in types]:
        if here.hold:
            # Others may use the credits that were promised to it.
            promised_tenders.hold_ended(session, here.hold)
        _say(row, replace(here.details, members=(), complete=False))
    return None


def say(session: Session, means: Means, id: str, details: Details) -> Refused | None:
    """Write down what the patron typed. Refuses NOT_HELD once it is paid or being paid."""
    row = _open(session, id)
    if row is None:
        return Refused(Code.NOT_HELD)
    _say(row, details)
    return None


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
        promised_tenders.hold_ended(session, baskets.pledge_of(id))
    session.execute(
        update(BasketRow)
        .where(BasketRow.state == "open", BasketRow.until_ms < now_ms - FORGOTTEN_MS)
        .values(state="ended", said="{}")
    )


def _open(session: Session, id: str) -> BasketRow | None:
    row = session.get(BasketRow, id, with_for_update=True)
    return row if row is not None and row.state == "open" else None


def _say(row: BasketRow, details: Details) -> None:
    row.said = json.dumps(asdict(details))
