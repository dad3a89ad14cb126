"""Find the orders of a seat, however it is called, tonight's and coming ones first."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from boxoffice import seat_words
from ledger.tables.catalogue import HallRow, PerformanceRow
from ledger.tables.orders import OrderRow, TicketRow

# An evening that began so long ago is over.
_OVER_MS = 12 * 3_600_000
# However a seat's code is typed.
_SPELT = (str.upper, str.lower, str.title)


def orders(session: Session, words: str, *, now_ms: int, most: int) -> Sequence[str]:
    """Give the ids of the orders with a ticket for a seat: the next evening's first.

    words: as clerks type them, or the seat's code. now_ms: Unix time.
    """
    if not any(character.isdecimal() for character in words):
        return []
    typed = seat_words.plain(words)
    # A code means that seat in every hall; words mean what each hall calls so.
    spelt = {words, *(way(words) for way in _SPELT)}
    meant, asked = [TicketRow.seat.in_(spelt)], set(spelt)
    for hall in session.execute(select(HallRow.id, HallRow.plan)):
        if codes := _called(hall.plan).get(typed):
            meant.append((PerformanceRow.hall == hall.id) & TicketRow.seat.in_(codes))
            asked |= codes
    gone = case((PerformanceRow.starts_ms < now_ms - _OVER_MS, 1), else_=0)
    # Evening by evening, as the index of tickets has them.
    found = (
        select(TicketRow.order)
        .join(PerformanceRow, PerformanceRow.id == TicketRow.performance)
        .join(OrderRow, OrderRow.id == TicketRow.order)
        .where(TicketRow.seat.in_(asked), or_(*meant))
        .order_by(
            gone,
            func.abs(PerformanceRow.starts_ms - now_ms),
            OrderRow.made_ms.desc(),
            OrderRow.id,
        )
        .limit(most)
    )
    return list(dict.fromkeys(session.scalars(found)))


@lru_cache(maxsize=16)
def _called(plan: str) -> Mapping[str, frozenset[str]]:
    """Give the seats that each plain name means. plan: a hall's, as its row has it."""
    calls: dict[str, set[str]] = {}
    for code, name in json.loads(plan).get("names", {}).items():
        for call in seat_words.calls(name["section"], name["row"], name["seat"]):
            calls.setdefault(call, set()).add(code)
    return {call: frozenset(codes) for call, codes in calls.items()}
