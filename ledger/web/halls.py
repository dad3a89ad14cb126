"""The editor of a hall's seating plan, and of what seats are in one performance.

Works by plain forms: boxes for seats, fields for rows; the picture is for eyes and mouse.
Every change is checked whole before anything is written, and the last one can be undone.
"""

import json
from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import hall_changes, halls, plan_lines, prices, reports, seat_ranks
from ledger.hall_changes import Overtaken
from ledger.halls import Plan
from ledger.plans import BadPlan
from ledger.tables.catalogue import ChartRow, HallRow, PriceRow
from ledger.web import desk, hall_acts, hall_picture, order_acts

bp = Blueprint("halls", __name__, url_prefix="/staff")


@bp.get("/halls/<hall>")
@desk.needs(desk.SUPERVISOR)
def show(hall: str) -> ResponseReturnValue:
    with desk.ledger().store.read() as session:
        row, plan = _hall(session, hall)
        before = hall_changes.last(session, hall)
        return render_template(
            "staff/hall.html",
            hall=row,
            undo=before.words if before else "",
            seen=hall_changes.seen(row.plan),
            typed=request.args,
            **_shown(plan),
        )


@bp.post("/halls/<hall>")
@desk.needs(desk.SUPERVISOR)
def act(hall: str) -> ResponseReturnValue:
    """Do one thing to the plan, or say what is wrong with it."""
    back = url_for("halls.show", hall=hall, section=desk.field("section"))
    with desk.ledger().store.read() as session:
        _hall(session, hall)
    return _act(hall_acts.HALL, hall_changes.change, hall, back)


@bp.post("/halls/<hall>/undo")
@desk.needs(desk.SUPERVISOR)
def undo(hall: str) -> ResponseReturnValue:
    with desk.ledger().store.read() as session:
        _hall(session, hall)
    try:
        words = desk.write(
            hall_changes.undo, hall, by=desk.me().id, seen_as=desk.field("seen")
        )
    except Overtaken as why:
        _overtaken(why)
        return redirect(url_for("halls.show", hall=hall), 303)
    if words is None:
        desk.refuse("There is nothing to undo.")
    else:
        desk.say(f"Undone: {words}")
    return redirect(url_for("halls.show", hall=hall), 303)


@bp.get("/performances/<performance>/plan")
@desk.needs(desk.SUPERVISOR)
def show_performance(performance: str) -> ResponseReturnValue:
    """Show what seats are in this performance's own chart."""
    with desk.ledger().store.read() as session:
        row, plan = _performance(session, performance)
        listed = session.scalars(
            select(PriceRow.body).where(PriceRow.performance == performance)
        ).one()
        levels = [level.id for level in prices.read(json.loads(listed)).levels]
        return render_template(
            "staff/performance_plan.html",
            evening=reports.performance(session, performance),
            seen=hall_changes.seen(row.body),
            **(_shown(plan) | {"levels": levels}),
        )


@bp.post("/performances/<performance>/plan")
@desk.needs(desk.SUPERVISOR)
def act_performance(performance: str) -> ResponseReturnValue:
    back = url_for(
        "halls.show_performance", performance=performance, section=desk.field("section")
    )
    with desk.ledger().store.read() as session:
        _performance(session, performance)
    return _act(hall_acts.PERFORMANCE, hall_changes.change_performance, performance, back)


def _act(
    acts: dict[str, Callable[[], tuple[str, hall_changes.Change]]],
    use_case: Callable[..., Plan],
    subject: str,
    back: str,
) -> ResponseReturnValue:
    wanted = acts.get(desk.field("act"))
    if wanted is None:
        abort(400)
    try:
        words, change = wanted()
        desk.write(
            use_case,
            subject,
            change,
            seen_as=desk.field("seen"),
            words=words,
            by=desk.me().id,
        )
    except BadPlan as why:
        desk.refuse(f"Nothing was changed: {why}.")
    except Overtaken as why:
        _overtaken(why)
    else:
        desk.say(words)
    return redirect(back, 303)


def _overtaken(why: Overtaken) -> None:
    order_acts.overtaken(why.by, done="Nothing was changed", thing="this plan", kept=False)


def _hall(session: Session, id: str) -> tuple[HallRow, Plan]:
    row = session.get(HallRow, id)
    if row is None or row.kind == halls.GENERAL:
        abort(404)
    return row, halls.read(json.loads(row.plan))


def _performance(session: Session, id: str) -> tuple[ChartRow, Plan]:
    row = session.get(ChartRow, id)
    plan = halls.read(json.loads(row.body)) if row else None
    if row is None or plan is None or plan.chart is None:
        abort(404)
    return row, plan


def _shown(plan: Plan) -> dict[str, Any]:
    """Give what the page draws: the house or one section of it, levels, ranks."""
    assert plan.chart
    lines = plan_lines.lines(plan)
    sections = list(dict.fromkeys(line.section for line in lines))
    section = request.args.get("section", "")
    if section not in sections:
        # A large house begins with its first section.
        section = sections[0] if len(plan.seats) > hall_picture.MOST_SHOWN else ""
    levels = hall_picture.levels(plan)
    marks = hall_picture.letters(plan)
    return {
        "picture": hall_picture.draw(plan, section=section),
        "rows": [
            (number, line, hall_picture.boxes(line, marks))
            for number, line in enumerate(lines)
            if not section or line.section == section
        ],
        "sections": sections,
        "section": section,
        "levels": levels,
        "rules": {name: words for name, (_, words) in seat_ranks.RULES.items()},
        "rule": seat_ranks.rule_of(plan.chart.best_first, plan.chart.coords),
        "best": [str(plan.name(seat)) for seat in plan.chart.best_first[:5]],
        "seats": len(plan.seats),
        "parts_": plan.sections,
        "axis": f"{plan.stage.middle:g}",
    }
