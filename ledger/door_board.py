"""Tonight at the doors, live: who is in, who is expected, through which door and when.

People are counted along their movements, as doors count them (boxoffice.figures); the rest
is added up by the database. Source: checkin.md §11, issue E.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from boxoffice import figures
from boxoffice.door_facts import Facts
from boxoffice.figures import Tally
from ledger import evenings, facts, presence, reports
from ledger.tables.catalogue import PerformanceRow
from ledger.tables.doors import MovementRow, RefusedScanRow
from ledger.tables.orders import TicketRow

STEP_MS: Final = 5 * 60_000
SHOWN_STEPS: Final = 12


@dataclass(frozen=True)
class Board:
    """One performance. steps: starts of five minutes; by_door: people in each, per door.

    total, unlisted, by_type, late: of the space that its first door leads to; besides: of
    each other space. late: people whose admission came after the start. refused: (verdict,
    door, scans).
    """

    performance: str
    title: str
    starts_ms: int
    total: Tally
    unlisted: Tally
    besides: Sequence[tuple[str, Tally]]
    by_type: Sequence[tuple[str, Tally]]
    steps: Sequence[int]
    by_door: Sequence[tuple[str, int, int, Sequence[int]]]
    late: int
    refused: Sequence[tuple[str, str, int]]
    alone: int


def boards(session: Session, now_ms: int) -> list[Board]:
    """Give the performances around now."""
    return [
        board(session, house.performance, house.title, now_ms)
        for house in reports.evening(session, now_ms)
    ]


def board(session: Session, performance: str, title: str, now_ms: int) -> Board:
    """Count one performance. Raises NoResultFound for an unknown one."""
    row = session.get_one(PerformanceRow, performance)
    known = everything(session, row)
    now = facts.moment(now_ms)
    found = figures.count(known, now)
    besides = [
        (space, figures.count(_at(known, row, space), now).total)
        for space in presence.spaces(session, performance)
        if space != known.door.space
    ]
    steps, by_door = _by_door(session, performance, now_ms)
    live = (
        MovementRow.performance == performance,
        MovementRow.kind == "admission",
        MovementRow.undone.is_(None),
    )
    late = session.scalar(
        select(func.coalesce(func.sum(MovementRow.count), 0)).where(
            *live,
            MovementRow.space == known.door.space,
            MovementRow.at_ms >= row.starts_ms,
        )
    )
    alone = session.scalar(select(func.count()).where(*live, MovementRow.mode == "alone"))
    return Board(
        performance=performance,
        title=title,
        starts_ms=row.starts_ms,
        total=found.total,
        unlisted=found.unlisted,
        besides=besides,
        by_type=_named(session, performance, found.by_price_type),
        steps=steps,
        by_door=by_door,
        late=int(late or 0),
        refused=_refused(session, performance),
        alone=int(alone or 0),
    )


def _named(
    session: Session, performance: str, by_type: Mapping[str | None, Tally]
) -> Sequence[tuple[str, Tally]]:
    """Call price types as the house does, in the order of its price list."""
    listed = evenings.prices_of(session, performance)
    places = {kind.id: place for place, kind in enumerate(listed.types)}
    found = sorted(
        by_type.items(),
        key=lambda one: (places.get(one[0] or "", len(places)), one[0] or ""),
    )
    named = ((listed.type_of(kind or ""), kind or "", tally) for kind, tally in found)
    return [(kind.name if kind else id, tally) for kind, id, tally in named]


def _at(known: Facts, row: PerformanceRow, space: str) -> Facts:
    return replace(known, door=facts.door_of(row, name="", space=space))


def everything(session: Session, row: PerformanceRow) -> Facts:
    """Give the tickets and movements of an evening in the words of the rules."""
    plan = evenings.plan_of(session, row.id)
    spaces = facts.spaces_of(row)
    name, space = spaces[0] if spaces else ("", "auditorium")
    door = facts.door_of(row, name=name, space=space)
    tickets = session.scalars(select(TicketRow).where(TicketRow.performance == row.id))
    moved = session.scalars(
        select(MovementRow)
        .where(MovementRow.performance == row.id)
        .order_by(MovementRow.recorded_ms, MovementRow.device, MovementRow.seq)
    )
    return facts.of_evening(session, row, plan, door, tickets.all(), moved.all())


def _by_door(
    session: Session, performance: str, now_ms: int
) -> tuple[Sequence[int], Sequence[tuple[str, int, int, Sequence[int]]]]:
    last = now_ms // STEP_MS * STEP_MS
    steps = [last - STEP_MS * n for n in range(SHOWN_STEPS - 1, -1, -1)]
    step = MovementRow.at_ms - MovementRow.at_ms % STEP_MS
    rows = session.execute(
        select(MovementRow.door, MovementRow.kind, step, func.sum(MovementRow.count))
        .where(MovementRow.performance == performance, MovementRow.undone.is_(None))
        .group_by(MovementRow.door, MovementRow.kind, step)
    ).all()
    came: Mapping[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    total: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for door, kind, at, people in rows:
        total[door][kind == "exit"] += int(people)
        if kind == "admission":
            came[door][int(at)] += int(people)
    return steps, [
        (door, entered, gone, [came[door].get(at, 0) for at in steps])
        for door, (entered, gone) in sorted(total.items())
    ]


def _refused(session: Session, performance: str) -> Sequence[tuple[str, str, int]]:
    rows = session.execute(
        select(RefusedScanRow.verdict, RefusedScanRow.door, func.count())
        .where(RefusedScanRow.performance == performance)
        .group_by(RefusedScanRow.verdict, RefusedScanRow.door)
        .order_by(func.count().desc(), RefusedScanRow.verdict, RefusedScanRow.door)
    ).all()
    return [(verdict, door, count) for verdict, door, count in rows]


def seats(session: Session, performance: str) -> Sequence[tuple[str, str]]:
    """Give each ticket of a performance with its seat's code."""
    rows = session.execute(
        select(TicketRow.id, TicketRow.seat).where(TicketRow.performance == performance)
    )
    return [(id, seat) for id, seat in rows]
