"""Staff say how far apart orders sit at a performance, or that they need not any more.

Switching it on over sold seats moves nobody: the pairs are listed. Source: DIS1-DIS3.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice.charts import MissingCoordinates
from boxoffice.distancing import BadPolicy
from ledger import audit, catalogue, distances, evenings, notices, rivals
from ledger.clock import Means
from ledger.rivals import Overtaken
from ledger.tables.catalogue import PerformanceRow
from ledger.tables.distances import DistanceRow

MOST_SIDE = 20
MOST_MM = 20_000
KEEP, END = "keep_distance", "end_distance"


@dataclass(frozen=True)
class Terms:
    """What staff choose. areas: sections; none: all of them. Source: DIS1, DIS2."""

    side: int = 1
    areas: Sequence[str] = ()
    front_back: bool = False
    diagonal: bool = False
    least_mm: int | None = None

    @property
    def empty(self) -> bool:
        """Whether no seat would ever be in conflict by it."""
        return not (self.side or self.front_back or self.diagonal or self.least_mm)


class Unfit(ValueError):
    """A choice that this house cannot keep; the text says why."""


def read(session: Session, performance: str) -> tuple[Terms, bool]:
    """Give what was chosen, and whether it is switched on; the usual one for a new page."""
    row = session.get(DistanceRow, performance)
    if row is None:
        return Terms(), False
    terms = Terms(
        row.side, tuple(json.loads(row.areas)), row.front_back, row.diagonal, row.least_mm
    )
    return terms, row.kept


def mark(terms: Terms, *, on: bool) -> str:
    """Name what is chosen now, as somebody sees it."""
    return rivals.mark(asdict(terms), on)


def sections(session: Session, performance: str) -> list[str]:
    """Give the areas of the chart that can be ticked; none in general admission."""
    chart = evenings.plan_of(session, performance).chart
    return list(dict.fromkeys(row.section for row in chart.rows)) if chart else []


def keep(
    session: Session,
    means: Means,
    performance: str,
    terms: Terms,
    *,
    on: bool,
    everywhere: bool,
    by: str,
    seen: str = "",
) -> int | Overtaken:
    """Write down what was chosen; give for how many performances.

    everywhere: also all to come of this production in this hall. seen: `mark` of what was
    changed; nothing is done if it is otherwise by now. Raises Unfit, and then nothing is
    changed.
    """
    row = session.get_one(PerformanceRow, performance)
    if seen:
        session.get(DistanceRow, performance, with_for_update=True, populate_existing=True)
        now, was_on = read(session, performance)
        if seen != mark(now, on=was_on):
            return rivals.last(session, performance, KEEP, END)
    ids = [performance]
    if everywhere:
        ids += session.scalars(
            select(PerformanceRow.id).where(
                PerformanceRow.production == row.production,
                PerformanceRow.hall == row.hall,
                PerformanceRow.starts_ms > means.now_ms,
                PerformanceRow.id != performance,
            )
        )
    for id in ids:
        _keep(session, means, id, terms, on=on, by=by)
    return len(ids)


def _keep(
    session: Session, means: Means, performance: str, terms: Terms, *, on: bool, by: str
) -> None:
    row = session.get(DistanceRow, performance, with_for_update=True)
    if row is None:
        row = DistanceRow(performance=performance)
        session.add(row)
    row.kept, row.side, row.areas = on, terms.side, json.dumps(list(terms.areas))
    row.front_back, row.diagonal = terms.front_back, terms.diagonal
    row.least_mm = terms.least_mm
    session.flush()
    try:
        apart = distances.spacing(session, performance)
        if apart is not None:
            for place in range(len(apart.chart.seats)):
                apart.neighbours(place)
    except MissingCoordinates:
        raise Unfit(
            "The seating plan does not say where its seats are: only neighbours in the row"
            " can be kept free."
        ) from None
    except BadPolicy as why:
        raise Unfit(f"{why}.") from None
    audit.note(
        session,
        means,
        staff=by,
        action=KEEP if on else END,
        subject=performance,
        facts={"side": terms.side, "areas": list(terms.areas), "least_mm": terms.least_mm},
    )
    seats = evenings.plan_of(session, performance).seats
    notices.seats(session, performance, seats, means.now_ms)
    catalogue.count_seats(session, now_ms=means.now_ms)
