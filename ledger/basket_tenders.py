"""What pays for a basket besides a card: vouchers and gift cards, promised to its hold.

A promise shares the fate of the hold: let go, it comes back. Source: sync.md §2.3.
"""

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice.refusals import Code
from ledger import baskets, promised_tenders, tenders, voucher_balances
from ledger.baskets import SHOP, Basket
from ledger.clock import Means
from ledger.desk_money import Payment
from ledger.refused import Refused
from ledger.tables.baskets import BasketRow
from ledger.tables.members import PromisedRow

MONEY = tenders.KINDS - tenders.NO_MONEY


def promised(session: Session, hold: str) -> list[PromisedRow]:
    """Give the vouchers and gift cards that wait to pay for a basket, in order.

    hold: its pledge.
    """
    return list(
        session.scalars(
            select(PromisedRow)
            .where(
                PromisedRow.hold == hold,
                PromisedRow.state == "held",
                PromisedRow.kind.in_(MONEY),
            )
            .order_by(PromisedRow.made_ms, PromisedRow.id)
        )
    )


def payments(session: Session, basket: Basket) -> list[Payment]:
    """Say what each of them pays: none more than is left of what the basket costs."""
    left = baskets.quote(session, basket).charge
    found = []
    for row in promised(session, basket.pledge):
        amount = min(left, row.amount)
        if amount > 0:
            found.append(Payment(row.kind, amount, row.id))
            left -= amount
    return found


def left(session: Session, basket: Basket, paid: Iterable[Payment]) -> dict[str, int]:
    """Say what the card of each payment has left once the basket is paid, by its ref."""
    kept = {row.id: row for row in promised(session, basket.pledge)}
    spare: Counter[str] = Counter()
    for one in paid:
        spare[kept[one.ref].source] += kept[one.ref].amount - one.amount
    now = voucher_balances.left(session, kept)
    return {id: now[id] + spare[row.source] for id, row in kept.items() if id in now}


def due(session: Session, basket: Basket) -> int:
    """Give what is left for a card, in minor units."""
    charge = baskets.quote(session, basket).charge
    return charge - sum(one.amount for one in payments(session, basket))


def put(session: Session, means: Means, id: str, code: str) -> Refused | None:
    """Promise a voucher to a basket that is not being paid. Refuses NOT_HELD (and for a
    gift card, which nothing but money buys), NOT_FOUND, LOCKED.
    """
    row = session.get(BasketRow, id, with_for_update=True)
    if row is None or row.state != "open":
        return Refused(Code.NOT_HELD)
    basket = baskets.read(session, row, means.now_ms)
    if basket.gift:
        return Refused(Code.NOT_HELD)
    place = place_of(id)
    if row.hold is None:
        pledged = tenders.promise_code(
            session,
            means,
            device=SHOP,
            hold=basket.pledge,
            order=id,
            code=code,
            amount=due(session, basket),
            place=place,
        )
        return pledged if isinstance(pledged, Refused) else None
    found = tenders.promise(
        session,
        means,
        device=SHOP,
        hold=row.hold,
        kind="voucher",
        code=code,
        amount=due(session, basket),
        # One who guesses is slowed down, and nobody else in the shop.
        place=place,
    )
    return found if isinstance(found, Refused) else None


def place_of(basket: str) -> str:
    """Name a basket where wrong codes are counted."""
    return f"basket {basket}"


def take_off(session: Session, _: Means, id: str, promise: str) -> None:
    """Give a voucher back that was promised to a basket; nothing if it is not there."""
    row = session.get(BasketRow, id, with_for_update=True)
    if row is None or row.state != "open":
        return
    for one in promised(session, row.hold or baskets.pledge_of(id)):
        if one.id == promise:
            promised_tenders.give_back(session, one.id)
