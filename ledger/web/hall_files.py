"""Seating plans that come in and go out as files: looked at first, then taken whole."""

import json
from collections import Counter

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import audit, catalogue, hall_changes, halls, plan_files, plans
from ledger.clock import Means
from ledger.halls import Plan
from ledger.plans import BadPlan
from ledger.tables.catalogue import HallRow
from ledger.web import desk, downloads, hall_picture, order_acts

bp = Blueprint("hall_files", __name__, url_prefix="/staff/catalogue/halls")
MOST_PLACES = 20_000


@bp.post("")
@desk.needs(desk.SUPERVISOR)
def take() -> ResponseReturnValue:
    """Look at a plan and show what it would be; the next press takes the same text."""
    name, file = desk.field("name", most=100), request.files.get("plan")
    count = request.form.get("places", type=int) or 0
    text = request.form.get("text", "")
    if file and file.filename:
        text = file.read(plans.MOST_BYTES + 1).decode("utf-8-sig", "replace")
    try:
        if text:
            plan, called = _read(text)
            name = name or called
        elif 0 < count <= MOST_PLACES:
            plan = Plan(units=halls.units("G", count))
        else:
            raise BadPlan("please choose a file, or say how many places")
        if not name:
            raise BadPlan("please give the hall a name")
    except BadPlan as why:
        desk.refuse(f"Nothing was imported: {why}.")
        return redirect(url_for("catalogue.index"), 303)
    if text and desk.field("act") != "take":
        return _look(plan, name, text)
    into = desk.field("into")
    seen = desk.field(f"seen-{into}") if into else ""
    try:
        done = desk.write(
            _take, name=name, plan=plan, into=into, seen=seen, by=desk.me().id
        )
    except hall_changes.Overtaken as quicker:
        order_acts.overtaken(quicker.by, done="Nothing was taken", thing="this plan")
        return _look(plan, name, text, into)
    if done is None:
        abort(404)
    desk.say(f"{name}: {len(plan.seats)} seats.")
    if plan.chart is None:
        return redirect(url_for("catalogue.index"), 303)
    return redirect(url_for("halls.show", hall=done), 303)


def _look(plan: Plan, name: str, text: str, into: str = "") -> ResponseReturnValue:
    """Show the house that a file holds, before anything is written.

    into: the hall that was chosen to have it.
    """
    assert plan.chart
    with desk.ledger().store.read() as session:
        others = session.scalars(
            select(HallRow).where(HallRow.kind != halls.GENERAL).order_by(HallRow.name)
        ).all()
        sections = Counter(plan.section_of(seat) for seat in plan.seats)
        large = len(plan.seats) > hall_picture.MOST_SHOWN
        return render_template(
            "staff/hall_look.html",
            name=name,
            text=text,
            others=others,
            into=into,
            seen={other.id: hall_changes.seen(other.plan) for other in others},
            seats=len(plan.seats),
            rows=len(plan.chart.rows),
            sections=sections,
            levels=Counter(plan.chart.levels.get(seat, "") for seat in plan.seats),
            kinds=Counter(kind.value for kind in plan.chart.types.values()),
            picture=hall_picture.draw(plan, section=next(iter(sections)) if large else ""),
            first=next(iter(sections)) if large else "",
        )


def _read(text: str) -> tuple[Plan, str]:
    """Read JSON or CSV, whichever it is."""
    data = text.encode()
    if text.lstrip().startswith(("{", "[")):
        read = plans.read(data)
        return halls.of(read.chart, read.names), read.name
    return plan_files.read_csv(data), ""


def _take(
    session: Session,
    means: Means,
    *,
    name: str,
    plan: Plan,
    into: str,
    seen: str,
    by: str,
) -> str | None:
    """Add a hall, or give a hall another default chart. None: there is no such hall.

    seen: what that hall's plan was when the file was looked at. Raises Overtaken.
    """
    if not into:
        id = catalogue.add_hall(session, means, name=name, plan=plan)
        audit.note(session, means, staff=by, action="add_hall", subject=id, reason=name)
        return id
    row = session.get(HallRow, into)
    if row is None or row.kind == halls.GENERAL or plan.chart is None:
        return None
    hall_changes.change(
        session,
        means,
        into,
        lambda _: plan,
        seen_as=seen,
        words=f"Imported {name}.",
        by=by,
    )
    return into


@bp.get("/<hall>.json")
@desk.needs(desk.SUPERVISOR)
def export_json(hall: str) -> ResponseReturnValue:
    with desk.ledger().store.read() as session:
        row, plan = _hall(session, hall)
        text = json.dumps(plan_files.pretix(plan, row.name), indent=1)
    return downloads.stream(iter((text,)), "application/json", "seating-plan.json")


@bp.get("/<hall>.csv")
@desk.needs(desk.SUPERVISOR)
def export_csv(hall: str) -> ResponseReturnValue:
    with desk.ledger().store.read() as session:
        _, plan = _hall(session, hall)
    lines = plan_files.write_csv(plan)
    return downloads.table("seating-plan", "csv", next(lines), lines)


def _hall(session: Session, id: str) -> tuple[HallRow, Plan]:
    row = session.get(HallRow, id)
    if row is None or row.kind == halls.GENERAL:
        abort(404)
    return row, halls.read(json.loads(row.plan))
