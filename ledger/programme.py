"""What is played, when, and for how much: in bulk. Source: INV9, INV12."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import audit, catalogue, doors, halls, notices, prices, promo_codes, rivals
from ledger.clock import Means
from ledger.refused import Refused
from ledger.rivals import Overtaken
from ledger.tables.catalogue import HallRow, PerformanceRow, PriceRow

MINUTE_MS = 60_000
SET_PRICES, CHANGE = "set_prices", "change_performance"


@dataclass(frozen=True)
class Terms:
    """What all performances of one batch share. Durations in minutes."""

    production: str
    hall: str
    runs_min: int
    doors_before_min: int
    public: bool
    like: str


def add(
    session: Session, means: Means, terms: Terms, starts: Sequence[int], *, by: str
) -> list[str]:
    """Add a performance for each start (ms UTC), with prices and doors like another one's.

    All or none. Raises NoResultFound for an unknown hall or performance.
    """
    like = session.get_one(PerformanceRow, terms.like)
    listed = session.get_one(PriceRow, terms.like)
    spaces = doors.read(json.loads(like.spaces)) if like.hall == terms.hall else ()
    # Each performance is served by its own doors.
    own = [
        doors.Space(
            space.space,
            tuple(
                doors.Door(**{**door.__dict__, "performances": ()}) for door in space.doors
            ),
        )
        for space in spaces
    ]
    listing = prices.read(json.loads(listed.body))
    hall = session.get_one(HallRow, terms.hall)
    chart = halls.read(json.loads(hall.plan)).chart
    if chart is not None:
        listing = prices.cover(listing, dict.fromkeys(chart.levels.values()))
    made = []
    for starts_ms in starts:
        id = catalogue.add_performance(
            session,
            means,
            production=terms.production,
            hall=terms.hall,
            starts_ms=starts_ms,
            ends_ms=starts_ms + terms.runs_min * MINUTE_MS,
            doors_open_ms=starts_ms - terms.doors_before_min * MINUTE_MS,
            price_list=listing,
            public=terms.public,
            spaces=own,
        )
        assert not isinstance(id, Refused), "the other performance has such prices"
        audit.note(session, means, staff=by, action="add_performance", subject=id)
        made.append(id)
    return made


def change(
    session: Session,
    means: Means,
    id: str,
    *,
    public: bool,
    on_sale_from_ms: int,
    on_sale_until_ms: int,
    doors_open_ms: int | None,
    ends_ms: int | None,
    by: str,
    seen: str = "",
) -> Overtaken | None:
    """Change when and by whom a performance is sold, and its doors and end.

    seen: `mark` of what was changed; nothing is done if it is otherwise by now.
    """
    row = session.get_one(PerformanceRow, id, with_for_update=True, populate_existing=True)
    if seen and seen != mark(row):
        return rivals.last(session, id, CHANGE)
    row.public = public
    row.on_sale_from_ms, row.on_sale_until_ms = on_sale_from_ms, on_sale_until_ms
    row.doors_open_ms, row.ends_ms = doors_open_ms, ends_ms
    session.flush()
    audit.note(session, means, staff=by, action=CHANGE, subject=id)
    notices.performance(session, id, means.now_ms)
    return None


def mark(row: PerformanceRow) -> str:
    """Name when and by whom a performance is sold, as somebody sees it."""
    return rivals.mark(
        row.public,
        row.on_sale_from_ms,
        row.on_sale_until_ms,
        row.doors_open_ms,
        row.ends_ms,
    )


def set_prices(
    session: Session,
    means: Means,
    id: str,
    price_list: prices.PriceList,
    *,
    everywhere: bool,
    by: str,
    words: Sequence[str] = (),
    seen: int | None = None,
) -> int | Refused | Overtaken:
    """Change the prices of a performance, or of all to come of its production and hall.

    Tickets that are sold keep theirs. words: promo codes that the list names. seen: the
    version of the list that was changed; nothing is done if there is a newer one. Gives how
    many were changed. Refuses PRICE_TITLE_TWICE (INV9).
    """
    row = session.get_one(PerformanceRow, id)
    now = session.get_one(PriceRow, id, with_for_update=True, populate_existing=True)
    if seen is not None and now.version != seen:
        return rivals.last(session, id, SET_PRICES)
    for word in words:
        promo_codes.keep(session, means, word)
    price_list = promo_codes.limited(session, price_list)
    ids = [id]
    if everywhere:
        ids = list(
            session.scalars(
                select(PerformanceRow.id).where(
                    PerformanceRow.production == row.production,
                    PerformanceRow.hall == row.hall,
                    PerformanceRow.starts_ms > means.now_ms,
                )
            )
        )
    for one in dict.fromkeys([id, *ids]):
        refused = catalogue.set_prices(session, means, one, price_list)
        if refused is not None:
            return refused
        audit.note(session, means, staff=by, action=SET_PRICES, subject=one)
    return len({id, *ids})


def limit_promo_code(
    session: Session,
    means: Means,
    code: str,
    *,
    orders: int | None,
    tickets: int | None,
    by: str,
    seen: str,
) -> Overtaken | None:
    """Say how often a promo code may be used, and tell devices.

    code: its hash. orders: in all; tickets: of one order; None: any number. seen: as in
    `promo_codes.limit`. Raises NoResultFound for an unknown code.
    """
    named = promo_codes.limit(
        session, means, code, orders=orders, tickets=tickets, by=by, seen=seen
    )
    if isinstance(named, Overtaken):
        return named
    for id in named:
        listed = session.get_one(PriceRow, id, with_for_update=True)
        after = promo_codes.limited(session, prices.read(json.loads(listed.body)))
        refused = catalogue.set_prices(session, means, id, after)
        assert refused is None, "the list was good before"
    return None
