"""What a batch of events locks before any of them has an effect: always in one order.

Two batches that name the same seats then wait for each other and never for ever.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from boxoffice import log
from ledger import happened, rows
from ledger.prepared import Prepared
from ledger.tables.orders import TicketRow
from ledger.tables.seats import SeatStateRow

_AT_ONCE = 512
_FEW = 8
_SEAT, _TICKET = rows.table(SeatStateRow), rows.table(TicketRow)


def take(session: Session, events: Sequence[log.Event]) -> None:
    """Lock all seats, then all tickets that a batch names, sorted. Source: §2.4, §3.5.

    On SQLite the one writing thread has everything locked already.
    """
    if session.get_bind().dialect.name == "sqlite":
        return
    seats: set[tuple[str, str]] = set()
    tickets: set[str] = set()
    for event in events:
        try:
            body = happened.read(event, "", 0)
            named = [*body.parts("lines"), *body.parts("seats")]
            seats.update(
                (happened.text(part, "performance"), happened.text(part, "seat"))
                for part in named
            )
            tickets.update(
                ticket
                for part in (body.body, *named)
                if (ticket := happened.maybe(part, "ticket"))
            )
        except (ValueError, TypeError, KeyError):
            continue
    by_performance: dict[str, list[str]] = {}
    for performance, seat in seats:
        by_performance.setdefault(performance, []).append(seat)
    if len(by_performance) == 1 and len(seats) <= _FEW and 0 < len(tickets) <= _FEW:
        [(performance, wanted)] = by_performance.items()
        asked = {"of": performance} | rows.spread("seat", sorted(wanted))
        wide = rows.width(wanted), rows.width(list(tickets))
        _both(*wide).all(session, asked | rows.spread("ticket", sorted(tickets)))
        return
    for performance in sorted(by_performance):
        for some in _in_order(by_performance[performance]):
            asked = {"of": performance} | rows.spread("seat", some)
            _seats(rows.width(some)).all(session, asked)
    for some in _in_order(tickets):
        _tickets(rows.width(some)).all(session, rows.spread("ticket", some))


def _in_order(names: Iterable[str]) -> Iterator[Sequence[str]]:
    ordered = sorted(names)
    for start in range(0, len(ordered), _AT_ONCE):
        yield ordered[start : start + _AT_ONCE]


@cache
def _seats(width: int) -> Prepared:
    return Prepared(_locking_seats(width))


@cache
def _tickets(width: int) -> Prepared:
    return Prepared(_locking_tickets(width))


@cache
def _both(seats: int, tickets: int) -> Prepared:
    """Lock seats and then tickets: PostgreSQL reads the parts of a union in order."""
    first, then = _locking_seats(seats).cte("seats"), _locking_tickets(tickets).cte("those")
    return Prepared(select(first.c.seat).union_all(select(then.c.id)))


def _locking_seats(width: int) -> Select[tuple[str]]:
    return (
        select(_SEAT.c.seat)
        .where(
            _SEAT.c.performance == bindparam("of"),
            _SEAT.c.seat.in_(rows.slots("seat", width)),
        )
        .order_by(_SEAT.c.seat)
        .with_for_update()
    )


def _locking_tickets(width: int) -> Select[tuple[str]]:
    wanted = select(_TICKET.c.id).where(_TICKET.c.id.in_(rows.slots("ticket", width)))
    return wanted.order_by(_TICKET.c.id).with_for_update()
