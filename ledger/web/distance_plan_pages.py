"""How many people fit at which distance: seen for a hall, and used at a performance.

Source: spec.md 4.4, DIS1.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from boxoffice import distance_plans
from boxoffice.charts import Chart
from ledger import catalogue, distance_terms, evenings, halls, reports
from ledger.distance_terms import Terms
from ledger.halls import Plan
from ledger.tables.catalogue import HallRow
from ledger.web import desk

bp = Blueprint("distance_plans", __name__, url_prefix="/staff")
# Parties of up to so many, and so many seats between them: what houses choose from.
PARTIES = (1, 2, 3, 4, 6, 8)
GAPS = range(6)
LARGEST = 50
_UNSET = Terms()


@dataclass(frozen=True)
class Line:
    """So many seats between parties, and how many people there are by largest party."""

    gap: int
    people: Sequence[int]


@bp.get("/catalogue/performances/<performance>/distance/plan")
@desk.needs(desk.SUPERVISOR)
def show(performance: str) -> ResponseReturnValue:
    """Show it for a performance, where a line can be used."""
    with desk.ledger().store.read() as session:
        evening = reports.performance(session, performance)
        if evening is None:
            abort(404)
        chart = _seated(evenings.plan_of(session, performance))
        terms, on = distance_terms.read(session, performance)
        zone = catalogue.house(session).zone
    return _page(
        chart,
        _areas(chart, terms.areas),
        title=f"{evening.title}, {desk.day_and_time(evening.starts_ms, zone)}",
        back=url_for("distances.show", performance=performance),
        performance=performance,
        terms=terms,
        on=on,
        seen=distance_terms.mark(terms, on=on),
    )


@bp.get("/halls/<hall>/distance-plan")
@desk.needs(desk.SUPERVISOR)
def show_hall(hall: str) -> ResponseReturnValue:
    """Show it for a hall, before anything is on there."""
    with desk.ledger().store.read() as session:
        row = session.get(HallRow, hall)
        if row is None:
            abort(404)
        chart = _seated(halls.read(json.loads(row.plan)))
    return _page(
        chart,
        _areas(chart, ()),
        title=row.name,
        back=url_for("halls.show", hall=hall),
    )


def _seated(plan: Plan) -> Chart:
    """Give the seats of a plan; without any there is no distance to keep."""
    if plan.chart is None:
        abort(404)
    return plan.chart


def _areas(chart: Chart, usual: Collection[str]) -> list[str]:
    """Give the areas that were ticked; at first the performance's own, or all."""
    known = list(dict.fromkeys(row.section for row in chart.rows))
    wanted = request.args.getlist("area") or usual or known
    return [area for area in known if area in wanted]


def _page(
    chart: Chart,
    areas: list[str],
    *,
    title: str,
    back: str,
    performance: str = "",
    terms: Terms = _UNSET,
    on: bool = False,
    seen: str = "",
) -> str:
    """Show it. performance, terms, on, seen: where a line can be used."""
    typed = request.args.get("largest", "")[:10].strip()
    parties, fault = _parties(typed)
    gaps = sorted({*GAPS, terms.side}) if on else list(GAPS)
    lines = [
        Line(
            gap,
            [
                sum(
                    distance_plans.most_by_area(
                        chart, areas, gap=gap, largest=largest
                    ).values()
                )
                for largest in parties
            ],
        )
        for gap in gaps
    ]
    return render_template(
        "staff/distance_plan.html",
        title=title,
        back=back,
        performance=performance,
        sections=list(dict.fromkeys(row.section for row in chart.rows)),
        areas=areas,
        parties=parties,
        lines=lines,
        seats=len(chart.seats),
        terms=terms,
        metres="" if terms.least_mm is None else f"{terms.least_mm / 1000:g}",
        on=on,
        seen=seen,
        typed=typed,
        faults={"largest": fault} if fault else {},
    )


def _parties(typed: str) -> tuple[list[int], str]:
    """Give the sizes of largest parties to count, and what is wrong with the typed one."""
    if not typed:
        return list(PARTIES), ""
    whole = typed.isascii() and typed.isdecimal() and len(typed) < 4
    if not whole or not 0 < int(typed) <= LARGEST:
        return list(PARTIES), f"Please give a whole number from 1 to {LARGEST}."
    return sorted({*PARTIES, int(typed)}), ""
