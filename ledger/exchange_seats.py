"""Which seats of a replacement a patron may choose: no dearer place for the same money.

Prices stay as they were first paid, so seats are of the levels that the tickets have, as
many of each; where a house has too few of these left, or calls them otherwise, any will do.
Source: REP1, spec.md 4.3.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from boxoffice.refusals import Code
from ledger import evenings, on_sale
from ledger.tables.orders import TicketRow


@dataclass(frozen=True)
class Open:
    """Seats that can be chosen, in chart order. levels: how many of each; None, any."""

    seats: tuple[str, ...]
    levels: Counter[str | None] | None


def open_to(session: Session, to: str, tickets: Sequence[TicketRow]) -> Open:
    """Give the seats of an evening among which these tickets may choose."""
    here = evenings.read(session, to)
    types = {ticket.price_type or "" for ticket in tickets}
    free = on_sale.free(session, to)
    level = {seat: here.plan.level_of(seat) for seat in free}
    sold = {
        one for one in set(level.values()) if all(_price(here, one, id) for id in types)
    }
    wanted = Counter(ticket.level for ticket in tickets)
    left = Counter(level.values())
    if wanted.keys() <= sold and all(left[one] >= n for one, n in wanted.items()):
        return Open(tuple(seat for seat in free if level[seat] in wanted), wanted)
    return Open(tuple(seat for seat in free if level[seat] in sold), None)


def judge(
    session: Session, to: str, tickets: Sequence[TicketRow], seats: Sequence[str]
) -> on_sale.Choice:
    """Say whether these tickets may have these seats, and what comes nearest if not.

    Refuses SEAT_COUNT_DIFFERS, SEAT_UNAVAILABLE, ORPHAN_SEATS; what comes nearest may be
    had as well. The best seats can always be had.
    """
    open_ = open_to(session, to, tickets)
    plan = evenings.plan_of(session, to)
    if not set(seats) <= set(open_.seats):
        return on_sale.Choice(Code.SEAT_UNAVAILABLE)
    chosen = Counter(plan.level_of(seat) for seat in seats)
    if len(seats) != len(tickets) or (open_.levels is not None and chosen != open_.levels):
        return on_sale.Choice(Code.SEAT_COUNT_DIFFERS)
    levels = [ticket.level for ticket in tickets]
    if set(seats) == set(on_sale.best_seats(session, to, len(tickets), levels)):
        return on_sale.Choice()
    choice = on_sale.judge(session, to, seats)
    if choice.refusal and not set(choice.instead) <= set(open_.seats):
        return on_sale.Choice(choice.refusal)
    return choice


def fitted(
    session: Session, to: str, tickets: Sequence[TicketRow], seats: Sequence[str]
) -> tuple[str, ...]:
    """Give each ticket one of these seats, of its own level if it can be; (): refused."""
    if judge(session, to, tickets, seats).refusal is not None:
        return ()
    plan = evenings.plan_of(session, to)
    left, found = sorted(seats, key=plan.places.__getitem__), []
    for ticket in tickets:
        own = (seat for seat in left if plan.level_of(seat) == ticket.level)
        seat = next(own, left[0])
        left.remove(seat)
        found.append(seat)
    return tuple(found)


def _price(here: evenings.Evening, level: str | None, price_type: str) -> bool:
    return here.prices.price(level, price_type) is not None
