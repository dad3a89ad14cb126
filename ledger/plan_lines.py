"""A seating plan taken apart into lines of seats, and put together again whole.

Two seats of one name, or in one place, are refused, and the refusal names the place.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from boxoffice.charts import Chart, ChartError, Row, SeatType
from ledger import seat_ranks
from ledger.halls import Plan, SeatName, Section
from ledger.plans import MOST_SEATS, BadPlan
from ledger.row_shapes import AISLE_M, ROW_M, SEAT_M

# Seats nearer than this to each other are in one place.
APART_M = 0.1


@dataclass(frozen=True)
class Seat:
    """One seat as it is drawn. x, y: metres; aisle: there is one after it."""

    code: str
    number: str
    x: float
    y: float
    level: str
    kind: SeatType = SeatType.STANDARD
    aisle: bool = False


@dataclass(frozen=True)
class Line:
    """One row, left to right as seen from the house."""

    section: str
    name: str
    seats: tuple[Seat, ...]


def lines(plan: Plan) -> list[Line]:
    """Take a plan apart."""
    assert plan.chart, "general admission has no seats to move"
    chart = plan.chart

    def drawn(row: Row, place: int, depth: int) -> tuple[float, float]:
        # A house without coordinates stands on a grid of ordinary seats.
        aisles = sum(seat in row.breaks_after for seat in row.seats[:place])
        usual = round(place * SEAT_M + aisles * AISLE_M, 3), round(depth * ROW_M, 3)
        return chart.coords.get(row.seats[place], usual)

    return [
        Line(
            row.section,
            plan.name(row.seats[0]).row or row.name,
            tuple(
                Seat(
                    code,
                    plan.name(code).seat,
                    *drawn(row, place, depth),
                    chart.levels.get(code, ""),
                    chart.type_of(code),
                    code in row.breaks_after,
                )
                for place, code in enumerate(row.seats)
            ),
        )
        for depth, row in enumerate(chart.rows)
    ]


def plan(
    changed: Iterable[Line], before: Plan, *, rank: str = "", sort: bool = True
) -> Plan:
    """Put a plan together. rank: of seat_ranks.RULES; blank, ranked as it was.

    sort: rows from the stage to the back again. Raises BadPlan that names the place.
    """
    rows = [line for line in changed if line.seats]
    if not rows:
        raise BadPlan("a house has at least one seat")
    _check(rows)
    if sort:
        rows = _from_the_stage(rows)
    seats = [seat for line in rows for seat in line.seats]
    coords = {seat.code: (seat.x, seat.y) for seat in seats}
    try:
        chart = Chart(
            rows=tuple(
                Row(
                    line.name,
                    tuple(seat.code for seat in line.seats),
                    line.section,
                    frozenset(seat.code for seat in line.seats[:-1] if seat.aisle),
                )
                for line in rows
            ),
            best_first=_ranked(before, coords, rank),
            types={s.code: s.kind for s in seats if s.kind is not SeatType.STANDARD},
            levels={s.code: s.level for s in seats if s.level},
            coords=coords,
        )
    except ChartError as error:
        raise BadPlan(str(error)) from None
    known = {section.name: section for section in before.sections}
    named = dict.fromkeys(line.section for line in rows)
    return Plan(
        chart=chart,
        names={
            seat.code: SeatName(line.section, line.name, seat.number)
            for line in rows
            for seat in line.seats
        },
        sections=tuple(known.get(name, Section(name)) for name in named),
        stage=before.stage,
    )


def _check(rows: Sequence[Line]) -> None:
    """Raise BadPlan where two seats have one name, or one place."""
    seen: dict[tuple[str, str, str], str] = {}
    for line in rows:
        where = f"{line.section}, row {line.name}"
        for text, what in ((line.section, "section"), (line.name, "row")):
            if not text.strip() or not text.isprintable():
                raise BadPlan(f"{where}: this cannot be the name of a {what}")
        for seat in line.seats:
            key = (line.section, line.name, seat.number)
            if key in seen:
                raise BadPlan(f"{where}: two seats are called {seat.number}")
            seen[key] = seat.code
        for left, right in pairwise(line.seats):
            if math.hypot(right.x - left.x, right.y - left.y) < APART_M:
                raise BadPlan(
                    f"{where}: seats {left.number} and {right.number} are in one place"
                )
    if len(seen) > MOST_SEATS:
        raise BadPlan(f"the plan has {len(seen):,} seats; {MOST_SEATS:,} are the most")


def _from_the_stage(rows: Sequence[Line]) -> list[Line]:
    """Sort from the stage to the back, but keep a section together."""
    fronts = {
        section: min(seat.y for line in found for seat in line.seats)
        for section, found in groupby(
            sorted(rows, key=lambda line: line.section), lambda line: line.section
        )
    }

    def depth(line: Line) -> tuple[float, str, float]:
        middle = sum(seat.y for seat in line.seats) / len(line.seats)
        return fronts[line.section], line.section, middle

    return sorted(rows, key=depth)


def _ranked(
    before: Plan, coords: dict[str, tuple[float, float]], rank: str
) -> tuple[str, ...]:
    old = before.chart
    rule = rank or (seat_ranks.rule_of(old.best_first, old.coords) if old else "")
    if rule:
        return seat_ranks.RULES[rule][0](coords)
    kept = [seat for seat in (old.best_first if old else ()) if seat in coords]
    fresh = {code: at for code, at in coords.items() if code not in set(kept)}
    return (*kept, *(seat_ranks.by_middle(fresh) if fresh else ()))
