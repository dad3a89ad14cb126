"""The doors of a performance: the list on paper, how they are set, and a try beforehand."""

import json
import tempfile
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ledger import catalogue, door_answers, door_questions, door_settings, doors, facts
from ledger.clock import Means
from ledger.documents import door_list, sheets
from ledger.documents.ticket import NotAvailable
from ledger.rivals import Overtaken
from ledger.tables.catalogue import PerformanceRow
from ledger.web import desk, downloads, order_acts
from ledger.written import moment

bp = Blueprint("doors", __name__, url_prefix="/staff/performances")

MOST_RULE = 20_000


@bp.get("/<performance>/door-list.<kind>")
@desk.needs_login
def paper(performance: str, kind: str) -> ResponseReturnValue:
    """Give the door list as PDF or XLSX, by name or by seat."""
    ledger, by = desk.ledger(), request.args.get("by", "name")
    if kind not in {"pdf", "xlsx"} or by not in {"name", "seat"}:
        abort(404)
    wanted: door_list.By = "seat" if by == "seat" else "name"
    with ledger.store.read() as session:
        found = door_list.title(session, performance)
        if found is None:
            abort(404)
        zone = catalogue.house(session).zone
        now_ms = ledger.clock()
        now = desk.day_and_time(now_ms, zone)
        heading = f"{found[0]}, {desk.day_and_time(found[1], zone)} · as of {now}"
        name = f"door-list-{wanted}.{kind}"
        if kind == "pdf":
            try:
                made = door_list.pdf(
                    session, performance, wanted, heading=heading, now_ms=now_ms
                )
            except NotAvailable:
                words = "PDFs cannot be made on this machine. Take the sheet instead."
                page = render_template("staff/trouble.html", title="No PDF", words=words)
                return page, 503
            return downloads.stream(iter((made,)), "application/pdf", name)
        # A file of its own, gone with the answer: the sheet is never whole in memory.
        file = tempfile.NamedTemporaryFile(suffix=".xlsx")  # noqa: SIM115
        door_list.sheet(
            session, performance, wanted, Path(file.name), heading=heading, now_ms=now_ms
        )
    return downloads.stream_file(file, sheets.KINDS["xlsx"], name)


@bp.get("/<performance>/doors")
@desk.needs("manager", "supervisor")
def show(performance: str) -> ResponseReturnValue:
    """Show how the doors are set."""
    return _page(performance, {}, {})


@bp.post("/<performance>/doors/<space>")
@desk.needs("manager", "supervisor")
def change(performance: str, space: str) -> ResponseReturnValue:
    """Set the doors of a space, or only try what that would mean."""
    ledger, person = desk.ledger(), desk.person()
    with ledger.store.read() as session:
        row = session.get(PerformanceRow, performance)
        if row is None or door_settings.of_space(session, performance, space) is None:
            abort(404)
        zone = catalogue.house(session).zone
        wish, wrong = _wish(row.starts_ms, zone)
        tried = None
        if not wrong and request.form.get("what") == "try":
            at_ms = _time(request.form.get("at", ""), row.starts_ms, zone)
            at = facts.moment(at_ms if at_ms is not None else ledger.clock())
            tried = door_settings.preview(session, performance, space, wish, at)
    if wrong or tried is not None:
        return _page(performance, {space: wrong}, {space: tried}), 422 if wrong else 200
    assert person is not None
    done = ledger.store.write(
        door_settings.set_space,
        Means(ledger.clock()),
        performance,
        space,
        wish,
        staff=person.id,
        seen=desk.field("seen"),
    )
    if isinstance(done, Overtaken):
        order_acts.overtaken(done, done="No door was told", thing="these doors")
        return _page(performance, {space: []}, {})
    desk.say("The doors are told.")
    return redirect(url_for("doors.show", performance=performance), 303)


@bp.post("/<performance>/questions")
@desk.needs("manager", "supervisor")
def add_question(performance: str) -> ResponseReturnValue:
    """Ask guests of a performance something when they first come in."""
    with desk.ledger().store.read() as session:
        if session.get(PerformanceRow, performance) is None:
            abort(404)
    try:
        desk.write(
            door_questions.add,
            performance,
            words=desk.field("words"),
            kind=desk.field("kind"),
            required=bool(request.form.get("required")),
            options=desk.field("options", most=2_000).splitlines(),
            price_types=desk.field("price_types").replace(",", " ").split(),
            by=desk.me().id,
        )
    except door_questions.Unclear as why:
        desk.refuse(str(why))
        return _page(performance, {}, {})
    desk.say("The doors ask it from now on.")
    return redirect(url_for("doors.show", performance=performance), 303)


@bp.post("/<performance>/questions/<id>")
@desk.needs("manager", "supervisor")
def ask(performance: str, id: str) -> ResponseReturnValue:
    """Ask a question again, or no longer."""
    asked = request.form.get("asked") == "1"
    by = desk.me().id
    if not desk.write(door_questions.ask, performance, id, asked=asked, by=by):
        abort(404)
    desk.say("The doors are told.")
    return redirect(url_for("doors.show", performance=performance), 303)


def _wish(starts_ms: int, zone: str) -> tuple[dict[str, Any], list[str]]:
    form, wrong = request.form, list[str]()
    rule = door_settings.rule_of(form.get("rule", "")[:MOST_RULE])
    if isinstance(rule, str):
        wrong.append(rule)
    times: dict[str, int | None] = {}
    for name in ("opens", "closes", "hold_until"):
        text = form.get(name, "").strip()
        times[name] = _time(text, starts_ms, zone)
        if text and times[name] is None:
            wrong.append(f"{text} is no time of day, such as 18:45.")
    reentry, unpaid = form.get("reentry", ""), form.get("unpaid", "")
    types = tuple(part for part in form.get("price_types", "").replace(",", " ").split())
    clears = form.get("clears_at", "").strip()
    cleared_ms = _time(clears, starts_ms, zone)
    if clears and cleared_ms is None:
        wrong.append(f"{clears} is no time of day, such as 04:00.")
    return {
        "opens_ms": times["opens"],
        "closes_ms": times["closes"],
        "late_hold": bool(form.get("late_hold")),
        "hold_until_ms": times["hold_until"],
        "reentry": reentry if reentry in {"never", "after_exit", "free"} else "after_exit",
        "unpaid": "ask" if unpaid == "ask" else "refuse",
        "strict": bool(form.get("strict")),
        "addons": bool(form.get("addons")),
        "names": bool(form.get("names")),
        "price_types": types or None,
        # However it was typed: 4.00 is 04:00.
        "clears_at": f"{moment(cleared_ms, zone):%H:%M}" if cleared_ms else None,
        "rule": None if isinstance(rule, str) else rule,
    }, wrong


def _time(text: str, starts_ms: int, zone: str) -> int | None:
    """Read a time of day as that of the performance's own day."""
    hours, _, minutes = text.strip().replace(".", ":").partition(":")
    if not (
        hours.isascii() and minutes.isascii() and hours.isdigit() and minutes.isdigit()
    ):
        return None
    if int(hours) > 23 or int(minutes) > 59:
        return None
    day = moment(starts_ms, zone)
    local = day.replace(hour=int(hours), minute=int(minutes), second=0, microsecond=0)
    return round(local.replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def _page(performance: str, wrong: Any, tried: Any) -> str:
    ledger = desk.ledger()
    with ledger.store.read() as session:
        row = session.get(PerformanceRow, performance)
        title = door_list.title(session, performance)
        if row is None or title is None:
            abort(404)
        return render_template(
            "staff/doors.html",
            performance=performance,
            title=title[0],
            starts_ms=title[1],
            spaces=doors.read(json.loads(row.spaces)),
            questions=door_answers.questions(session, performance),
            mark=door_settings.mark,
            kinds=door_questions.KINDS,
            wrong=wrong,
            tried=tried,
            given=request.form,
            zone=catalogue.house(session).zone,
            dumps=lambda rule: json.dumps(rule, indent=1) if rule else "",
        )
