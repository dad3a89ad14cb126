"""Promo codes: words that open a price, and how often they may.

One without a limit asks nobody. One that is counted is taken by compare-and-set in the
transaction that makes the order, or before, when it is promised to the order's hold; it
comes back when the hold ends or the order is cancelled. Source: docs/decisions/0023.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from boxoffice.refusals import Code
from ledger import audit, evenings, pickups, prices, promises, rivals, rows
from ledger.clock import Means
from ledger.refused import Refused
from ledger.rivals import Overtaken
from ledger.tables.catalogue import PerformanceRow, PriceRow
from ledger.tables.members import PromisedRow
from ledger.tables.promo_codes import PromoCodeRow

KIND = "promo"
LIMIT = "limit_promo_code"
MOST = 1_000_000


@dataclass(frozen=True)
class Listed:
    """A code and where it opens a price. lists: performances to come that have it."""

    hash: str
    word: str
    orders: int | None
    tickets: int | None
    used: int
    lists: int

    @property
    def mark(self) -> str:
        """Name these limits, so that nobody changes others."""
        return rivals.mark(self.orders, self.tickets)


def keep(session: Session, means: Means, word: str) -> str:
    """Know a code by its word, without limits if it is new, and give its hash."""
    hash_ = pickups.hash_of(word)
    made = {
        "hash": hash_,
        "word": word,
        "orders": None,
        "tickets": None,
        "used": 0,
        "made_ms": means.now_ms,
    }
    rows.add_new(session, PromoCodeRow, made)
    return hash_


def words(session: Session, hashes: Iterable[str]) -> Mapping[str, str]:
    """Give the words of codes, as far as they are known."""
    found = session.execute(
        select(PromoCodeRow.hash, PromoCodeRow.word).where(
            PromoCodeRow.hash.in_([one for one in hashes if one])
        )
    ).all()
    return dict(found)


def listed(session: Session, now_ms: int) -> list[Listed]:
    """Give all codes, newest first."""
    counts = Counter[str]()
    bodies = session.scalars(
        select(PriceRow.body)
        .join(PerformanceRow, PerformanceRow.id == PriceRow.performance)
        .where(PerformanceRow.starts_ms > now_ms)
    )
    for body in bodies:
        counts.update({one["code"] for one in json.loads(body)["types"] if one.get("code")})
    return [
        Listed(row.hash, row.word, row.orders, row.tickets, row.used, counts[row.hash])
        for row in session.scalars(
            select(PromoCodeRow).order_by(PromoCodeRow.made_ms.desc(), PromoCodeRow.word)
        )
    ]


def read(session: Session, hash_: str) -> PromoCodeRow | None:
    """Give one code."""
    return session.get(PromoCodeRow, hash_)


def limited(session: Session, price_list: prices.PriceList) -> prices.PriceList:
    """Give the list with what its codes allow, as devices must know it."""
    known = {
        row.hash: row
        for row in session.scalars(
            select(PromoCodeRow).where(
                PromoCodeRow.hash.in_([kind.code for kind in price_list.types if kind.code])
            )
        )
    }
    types = []
    for kind in price_list.types:
        row = known.get(kind.code)
        counted = row is not None and row.orders is not None
        types.append(replace(kind, counted=counted, most=row.tickets if row else None))
    return replace(price_list, types=tuple(types))


def limit(
    session: Session,
    means: Means,
    hash_: str,
    *,
    orders: int | None,
    tickets: int | None,
    by: str,
    seen: str,
) -> Sequence[str] | Overtaken:
    """Say how often a code may be used; give the performances whose lists name it.

    Their lists must be written again, so that devices hear of it. seen: `Listed.mark` of
    what was changed. Raises NoResultFound for an unknown code.
    """
    row = session.get_one(PromoCodeRow, hash_, with_for_update=True, populate_existing=True)
    if rivals.mark(row.orders, row.tickets) != seen:
        return rivals.last(session, hash_, LIMIT)
    if orders is not None and row.orders is None:
        row.used = _counted(session, hash_)
    row.orders, row.tickets = orders, tickets
    session.flush()
    audit.note(
        session,
        means,
        staff=by,
        action=LIMIT,
        subject=hash_,
        reason=row.word,
        facts={"orders": orders, "tickets": tickets},
    )
    return session.scalars(
        select(PriceRow.performance)
        .join(PerformanceRow, PerformanceRow.id == PriceRow.performance)
        .where(
            PerformanceRow.starts_ms > means.now_ms - 86_400_000,
            PriceRow.body.contains(hash_, autoescape=True),
        )
        .order_by(PriceRow.performance)
    ).all()


def take(session: Session, performance: str, hash_: str, tickets: int) -> Refused | None:
    """Use a code once, for so many tickets of a performance.

    Refuses NOT_FOUND where it opens no price, PROMO_FOR_FEWER (`most`), PROMO_USED_UP.
    """
    types = evenings.prices_of(session, performance).types
    if hash_ not in {kind.code for kind in types}:
        return Refused(Code.NOT_FOUND)
    return _take(session, hash_, tickets)


def use(
    session: Session,
    means: Means,
    *,
    order: str,
    hold: str,
    performance: str,
    kinds: Iterable[str],
    by: str,
) -> Refused | None:
    """Count the codes of an order that is being made; the caller undoes a refusal.

    kinds: its price types, one a ticket. What was promised to its hold is not taken twice.
    Refuses PROMO_FOR_FEWER (`most`), PROMO_USED_UP.
    """
    for hash_, tickets in of(session, performance, kinds).items():
        row = session.get(PromoCodeRow, hash_)
        if row is None:
            continue
        if row.tickets is not None and tickets > row.tickets:
            return Refused(Code.PROMO_FOR_FEWER, {"most": row.tickets})
        if row.orders is None or _promised(session, hold, hash_):
            continue
        refused = _take(session, hash_, tickets)
        if refused is not None:
            return refused
        promises.write(
            session,
            means,
            kind=KIND,
            source=hash_,
            order=order,
            by=by,
            credits=tickets,
        )
    return None


def of(session: Session, performance: str, kinds: Iterable[str]) -> Mapping[str, int]:
    """Count the tickets that each code opens, by its hash."""
    price_list = evenings.prices_of(session, performance)
    found = (price_list.type_of(kind) for kind in kinds)
    return Counter(kind.code for kind in found if kind is not None and kind.code)


def end(session: Session, order: str) -> None:
    """The order was cancelled: its codes may be used by others."""
    for hash_ in _turn(session, order, "spent", "released"):
        give_back(session, hash_)


def renew(session: Session, order: str) -> None:
    """The order was restored; staff may do so above the limit."""
    for hash_ in _turn(session, order, "released", "spent"):
        count_again(session, hash_)


def give_back(session: Session, hash_: str) -> None:
    """One use less."""
    session.execute(
        update(PromoCodeRow)
        .where(PromoCodeRow.hash == hash_, PromoCodeRow.used > 0)
        .values(used=PromoCodeRow.used - 1)
    )


def count_again(session: Session, hash_: str) -> None:
    """One use more, whatever the limit says: it happened."""
    session.execute(
        update(PromoCodeRow)
        .where(PromoCodeRow.hash == hash_)
        .values(used=PromoCodeRow.used + 1)
    )


def _take(session: Session, hash_: str, tickets: int) -> Refused | None:
    row = session.get(PromoCodeRow, hash_)
    if row is None:
        return None
    if row.tickets is not None and tickets > row.tickets:
        return Refused(Code.PROMO_FOR_FEWER, {"most": row.tickets})
    won = rows.changed(
        session,
        update(PromoCodeRow)
        .where(
            PromoCodeRow.hash == hash_,
            or_(PromoCodeRow.orders.is_(None), PromoCodeRow.used < PromoCodeRow.orders),
        )
        .values(used=PromoCodeRow.used + 1),
    )
    return None if won else Refused(Code.PROMO_USED_UP)


def _promised(session: Session, hold: str, hash_: str) -> bool:
    found = select(PromisedRow.id).where(
        PromisedRow.hold == hold,
        PromisedRow.source == hash_,
        PromisedRow.state == "held",
    )
    return session.scalar(found.limit(1)) is not None


def _counted(session: Session, hash_: str) -> int:
    """Count the uses that were promised and not given back."""
    found = session.scalars(
        select(PromisedRow.id).where(
            PromisedRow.source == hash_, PromisedRow.state != "released"
        )
    )
    return len(found.all())


def _turn(session: Session, order: str, state: str, into: str) -> Sequence[str]:
    return session.scalars(
        update(PromisedRow)
        .where(
            PromisedRow.order == order,
            PromisedRow.kind == KIND,
            PromisedRow.state == state,
        )
        .values(state=into)
        .returning(PromisedRow.source)
    ).all()
