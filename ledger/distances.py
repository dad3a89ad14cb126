"""Seats that stay empty so that orders sit apart: derived from other orders, never stored.

A seat that is held, allotted or sold counts. The public finds a buffer seat unavailable;
devices read of it as reserved. Source: DIS1-DIS4, spec.md 4.4.
"""

import json
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from boxoffice import distancing
from boxoffice.charts import Chart
from boxoffice.distancing import Policy, Spacing
from ledger import evenings
from ledger.tables.distances import DistanceRow
from ledger.tables.orders import TicketRow
from ledger.tables.parties import PartyRow
from ledger.tables.seats import HoldRow, SeatStateRow

OCCUPIED = ("held", "allotted", "sold")
_MOST_KEPT = 8
_AT_ONCE = 500
_kept: dict[str, Spacing] = {}


def policy_of(row: DistanceRow, pitch_m: float = 1.0) -> Policy:
    """Give what staff chose as the rule knows it. Raises BadPolicy."""
    return Policy(
        side=row.side,
        areas=frozenset(json.loads(row.areas)) or None,
        front_back=row.front_back,
        diagonal=row.diagonal,
        pitch_m=pitch_m,
        min_distance_m=None if row.least_mm is None else row.least_mm / 1000,
    )


def spacing(session: Session, performance: str, *, lock: bool = False) -> Spacing | None:
    """Give which seats conflict; None where orders need not sit apart.

    lock: until this transaction ends nobody else takes seats here by this rule.
    """
    query = select(DistanceRow).where(
        DistanceRow.performance == performance, DistanceRow.kept.is_(True)
    )
    row = session.scalars(query.with_for_update() if lock else query).one_or_none()
    chart = evenings.plan_of(session, performance).chart if row is not None else None
    if row is None or chart is None:
        return None
    policy = policy_of(row, pitch_m(chart))
    known = _kept.get(performance)
    if known is None or known.chart is not chart or known.policy != policy:
        known = Spacing(chart, policy)
        while len(_kept) >= _MOST_KEPT:
            _kept.pop(next(iter(_kept)), None)
        _kept[performance] = known
    return known


def pitch_m(chart: Chart) -> float:
    """Give the usual distance between neighbours of the house, in metres; 1 if unknown."""
    steps = sorted(
        ((x - left_x) ** 2 + (y - left_y) ** 2) ** 0.5
        for block in chart.blocks
        for place in range(block.start + 1, block.stop)
        if {chart.seats[place - 1], chart.seats[place]} <= chart.coords.keys()
        for (left_x, left_y), (x, y) in (
            (chart.coords[chart.seats[place - 1]], chart.coords[chart.seats[place]]),
        )
    )
    return steps[len(steps) // 2] if steps and steps[len(steps) // 2] > 0 else 1.0


def near(apart: Spacing, seats: Collection[str]) -> list[str]:
    """Give the seats in conflict with any of these, less these, in chart order."""
    places = apart.chart.places
    found = apart.around(places[seat] for seat in seats if seat in places)
    return [apart.chart.seats[place] for place in sorted(found)]


def refused(
    session: Session,
    performance: str,
    seats: Collection[str],
    besides: str = "",
    *,
    lock: bool = True,
) -> list[str]:
    """Give those of these seats that are too near to somebody else's.

    besides: an order whose party's seats do not count, as in `orders`.

    Whoever asks takes all of them at once, or none, and has none there yet. lock: the rule
    stays as it is until this transaction ends.
    """
    apart = spacing(session, performance, lock=lock)
    if apart is None:
        return []
    places = apart.chart.places
    theirs = _occupied(session, performance, near(apart, seats))
    if besides:
        theirs -= set(orders(session, performance).get(besides, ()))
    return [
        seat
        for seat in seats
        if seat in places
        and theirs & {apart.chart.seats[place] for place in apart.neighbours(places[seat])}
    ]


def whose(
    session: Session, performance: str, apart: Spacing | None = None
) -> Mapping[str, tuple[str, ...]]:
    """Tell for each buffer seat of a performance which orders need it.

    Orders are named as in `orders`. Killed seats are nobody's buffer.
    """
    apart = apart or spacing(session, performance)
    if apart is None:
        return {}
    found = distancing.whose(apart.chart, apart.policy, orders(session, performance))
    killed = set(
        session.scalars(
            select(SeatStateRow.seat).where(
                SeatStateRow.performance == performance, SeatStateRow.state == "killed"
            )
        )
    )
    return {seat: names for seat, names in found.items() if seat not in killed}


def orders(session: Session, performance: str) -> dict[str, list[str]]:
    """Give the occupied seats by whose they are: an order's id, or "device " and its id.

    Orders that belong together are one, by the order that stands for them. Source: DIS3.
    """
    found: dict[str, list[str]] = {}
    rows = session.execute(
        _whose().where(
            SeatStateRow.performance == performance, SeatStateRow.state.in_(OCCUPIED)
        )
    )
    for seat, party, sold, held, device in rows:
        found.setdefault(party or sold or held or f"device {device}", []).append(seat)
    return found


def too_near(
    session: Session, performance: str, apart: Spacing
) -> tuple[tuple[str, str], ...]:
    """List the pairs of occupied seats that conflict: nobody is moved. Source: DIS3."""
    seats = orders(session, performance).values()
    return distancing.too_near(apart.chart, apart.policy, seats)


def told(
    session: Session, performance: str, seats: Sequence[str]
) -> tuple[Sequence[str], Collection[str]]:
    """Say which seats devices must be told of when these change, and which of them are
    buffers now.
    """
    apart = spacing(session, performance)
    if apart is None:
        return seats, ()
    changed = list(dict.fromkeys([*seats, *near(apart, seats)]))
    around = _occupied(session, performance, [*changed, *near(apart, changed)])
    places, names = apart.chart.places, apart.chart.seats
    buffers = {
        seat
        for seat in changed
        if seat in places
        and seat not in around
        and any(names[place] in around for place in apart.neighbours(places[seat]))
    }
    return changed, buffers


def _occupied(session: Session, performance: str, seats: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(seats), _AT_ONCE):
        found |= set(
            session.scalars(
                select(SeatStateRow.seat).where(
                    SeatStateRow.performance == performance,
                    SeatStateRow.seat.in_(seats[start : start + _AT_ONCE]),
                    SeatStateRow.state.in_(OCCUPIED),
                )
            )
        )
    return found


def _whose() -> Select[str, str, str, str, str | None]:
    return (
        select(
            SeatStateRow.seat,
            PartyRow.party,
            TicketRow.order,
            HoldRow.order,
            SeatStateRow.device,
        )
        .outerjoin(TicketRow, TicketRow.id == SeatStateRow.ticket)
        .outerjoin(PartyRow, PartyRow.order == TicketRow.order)
        .outerjoin(HoldRow, HoldRow.id == SeatStateRow.hold)
        .order_by(SeatStateRow.number)
    )
