"""What the ledger knows, in the words of the rules about doors.

Rows become the same small facts that a kiosk makes of its documents, so that both ask one
rule. Source: checkin.md §1.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from functools import lru_cache
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from boxoffice import tickets
from boxoffice.answers import Answer
from boxoffice.door_facts import Door, Facts, Performance, Ticket
from boxoffice.movements import Movement, Reentry
from ledger import doors, halls, rows
from ledger.prepared import Prepared
from ledger.tables.catalogue import ChartRow, PerformanceRow
from ledger.tables.devices import KeyRow
from ledger.tables.doors import MovementRow
from ledger.tables.house import HouseRow
from ledger.tables.orders import TicketRow


def moment(at_ms: int) -> datetime:
    """Give ms UTC as an aware time."""
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def evening(session: Session, performance: str) -> Any:
    """Give what doors go by: a row of the performance, with `zone` and `chart`, the version
    of its chart. None: no such performance.
    """
    return _EVENING.first(session, {"of": performance})


def door_of(performance: Any, *, name: str, space: str) -> Door:
    """Find a door by its name and space; one that nobody set up has the defaults.

    performance: its row, or what `evening` gives.
    """
    return _door_of(performance.id, performance.spaces, name, space)


@lru_cache(maxsize=256)
def _door_of(performance: str, spaces: str, name: str, space: str) -> Door:
    found = [known for known in doors.read(json.loads(spaces)) if known.space == space]
    for known in found:
        for door in known.doors:
            if door.name == name or not name:
                return _door(door, space)
    for known in found:
        if known.doors:
            # Doors of one space share how guests come back. Source: checkin.md §2.
            shared = doors.Door(name, reentry=known.doors[0].reentry)
            return _door(shared, space, performance)
    return _door(doors.Door(name), space, performance)


def of_ticket(
    session: Session,
    performance: Any,
    plan: halls.Plan,
    ticket: Any,
    door: Door,
    *,
    id: str,
) -> Facts:
    """Gather what is known of one ticket at one door.

    performance: what `evening` gives. ticket: its row, None if it is not listed; id: the
    ticket's, listed or not.
    """
    section = plan.section_of(ticket.seat) if ticket and ticket.seat in plan.places else ""
    home = _homes(performance.home_doors).get(section)
    return Facts(
        zone=_zone(performance.zone),
        door=door,
        performances={performance.id: _performance(performance, home)},
        tickets=[_ticket(ticket, plan)] if ticket else [],
        movements=movements(session, id),
    )


def door_from(door: doors.Door, space: str, performance: str) -> Door:
    """Give a door's settings as a fact, for the performance that it is set for."""
    return _door(door, space, performance)


def spaces_of(performance: PerformanceRow) -> list[tuple[str, str]]:
    """Give the doors of a performance, each with its space."""
    return [
        (door.name, known.space)
        for known in doors.read(json.loads(performance.spaces))
        for door in known.doors
    ]


def of_evening(
    session: Session,
    performance: PerformanceRow,
    plan: halls.Plan,
    door: Door,
    tickets: Sequence[TicketRow],
    moved: Sequence[MovementRow],
) -> Facts:
    """Gather a whole evening at one door."""
    zone = session.scalars(select(HouseRow.zone)).one()
    return Facts(
        zone=ZoneInfo(zone),
        door=door,
        performances={performance.id: _performance(performance, None)},
        tickets=[_ticket(row, plan) for row in tickets],
        movements=[_movement(row) for row in moved],
    )


def movements(session: Session, ticket: str) -> list[Movement]:
    """Give all movements on a ticket in the order in which they were recorded."""
    return [_movement(row) for row in _MOVED.all(session, {"of": ticket})]


def moved(session: Session, performance: str) -> Iterator[Movement]:
    """Give all movements of a performance in the order in which they were recorded."""
    found = select(_MOVES).where(_MOVES.c.performance == performance).order_by(*_RECORDED)
    return map(_movement, session.execute(found))


@lru_cache(maxsize=256)
def _homes(text: str) -> dict[str, str | None]:
    return {section: home.get("door") for section, home in json.loads(text).items()}


@lru_cache(maxsize=8)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def keys(session: Session, key_id: int | None = None) -> dict[int, tickets.Key]:
    """Give the keys that sign tickets of this house: all, or one."""
    wanted = select(KeyRow).where(KeyRow.kind.in_(("ledger", "device")))
    if key_id is not None:
        wanted = wanted.where(KeyRow.key_id == key_id)
    return {
        row.key_id: tickets.Key(
            row.key_id,
            cast("Any", row.kind),
            cast("Any", row.state),
            row.public,
            row.last_seq,
        )
        for row in session.scalars(wanted)
    }


def _door(door: doors.Door, space: str, performance: str | None = None) -> Door:
    serves: Sequence[str] | None = door.performances
    if not door.performances and door.performances is not None and performance:
        serves = (performance,)
    return Door(
        name=door.name,
        space=space,
        performances=None if serves is None else tuple(serves),
        opens=_maybe(door.opens_ms),
        closes=_maybe(door.closes_ms),
        late_hold=door.late_hold,
        hold_until=_maybe(door.hold_until_ms),
        price_types=None if door.price_types is None else frozenset(door.price_types),
        reentry=cast("Reentry", door.reentry),
        unpaid="ask" if door.unpaid == "ask" else "refuse",
        strict=door.strict,
        takes_all=door.takes_all,
        addons=door.addons,
        clears_at=time.fromisoformat(door.clears_at) if door.clears_at else None,
        rule=door.rule,
    )


def _performance(row: Any, home_door: str | None) -> Performance:
    return _played(
        row.starts_ms,
        row.ends_ms,
        row.doors_open_ms,
        row.cancelled_ms is not None,
        home_door,
    )


@lru_cache(maxsize=256)
def _played(
    starts_ms: int,
    ends_ms: int | None,
    doors_open_ms: int | None,
    cancelled: bool,
    home_door: str | None,
) -> Performance:
    return Performance(
        starts=moment(starts_ms),
        ends=_maybe(ends_ms),
        doors_open=_maybe(doors_open_ms),
        cancelled=cancelled,
        home_door=home_door,
    )


def _ticket(row: Any, plan: halls.Plan) -> Ticket:
    return Ticket(
        id=row.id,
        performance=row.performance,
        status=cast("Any", row.status),
        issue=row.issue,
        price=row.price,
        paid=row.paid,
        pays_later=bool(row.pays_later),
        blocked=bool(row.blocked),
        valid_from=_maybe(row.valid_from_ms),
        valid_until=_maybe(row.valid_until_ms),
        price_type=row.price_type,
        price_level=row.level,
        doors=plan.doors_of(row.seat) if row.seat in plan.places else (),
        admits=row.admits,
        entries=row.entries,
        parent=row.parent,
    )


def _movement(row: Any) -> Movement:
    return Movement(
        id=row.id,
        ticket=row.ticket,
        kind=cast("Any", row.kind),
        at=moment(row.at_ms),
        device=row.device,
        verdict=_answer(row.verdict),
        after=row.after,
        door=row.door or None,
        space=row.space,
        count=row.count,
        issue=row.issue,
        undone=row.undone is not None,
    )


def _answer(word: str) -> Answer:
    try:
        return Answer(word)
    except ValueError:
        return Answer.ADMIT


def _maybe(at_ms: int | None) -> datetime | None:
    return None if at_ms is None else moment(at_ms)


_PLAYED, _HOUSE, _MOVES, _CHART = (
    rows.table(row) for row in (PerformanceRow, HouseRow, MovementRow, ChartRow)
)
_EVENING = Prepared(
    select(_PLAYED, _HOUSE.c.zone, _CHART.c.version.label("chart"))
    .join(_HOUSE, _PLAYED.c.id == bindparam("of"))
    .outerjoin(_CHART, _CHART.c.performance == _PLAYED.c.id)
    .where(_PLAYED.c.id == bindparam("of"))
)
_RECORDED = _MOVES.c.recorded_ms, _MOVES.c.device, _MOVES.c.seq
_MOVED = Prepared(
    select(_MOVES).where(_MOVES.c.ticket == bindparam("of")).order_by(*_RECORDED)
)
