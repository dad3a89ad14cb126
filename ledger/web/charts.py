"""The live seat chart of a performance: what each seat is, why, and what may be done.

Boxes and buttons do everything; the picture and the lasso only make it quicker. Large
houses begin with their sections. Source: INV3, INV11, lobby.md §7.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import (
    Blueprint,
    Response,
    abort,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from boxoffice.charts import SeatType
from boxoffice.refusals import Code, sentence
from boxoffice.seating import FLIP_RULE
from ledger import catalogue, evenings, flips, marks, recalls, reports
from ledger.halls import Plan
from ledger.marks import Mark, Why
from ledger.refused import Refused
from ledger.web import desk
from ledger.web.devices import break_page
from ledger.web.seat_picture import picture
from ledger.written import money

bp = Blueprint("charts", __name__, url_prefix="/staff/performances")

# More than this is shown section by section.
MOST_SHOWN = 2_500
UNITS_A_ROW = 20
ACTS = {
    "flip": ("Reserve or put on sale", FLIP_RULE),
    "kill": ("Take out for tonight", "only available and reserved seats can be taken out"),
    "unkill": ("Put back in", "only seats that were taken out can be put back"),
}


@dataclass(frozen=True)
class Cell:
    """One box: a seat, its mark, whether it is for wheelchairs, an aisle after it."""

    seat: str
    name: str
    words: str
    kind: str
    letter: str
    accessible: bool
    aisle: bool


@dataclass(frozen=True)
class Line:
    """One row of boxes."""

    number: int
    section: str
    name: str
    cells: Sequence[Cell]


@bp.get("")
@desk.needs_login
def index() -> ResponseReturnValue:
    past = request.args.get("past") == "1"
    ledger = desk.ledger()
    with ledger.store.read() as session:
        return render_template(
            "staff/performances.html",
            evenings=reports.performances(session, ledger.clock(), past=past),
            zone=catalogue.house(session).zone,
            past=past,
        )


@bp.get("/<performance>/chart")
@desk.needs_login
def show(performance: str) -> ResponseReturnValue:
    wanted, seat = request.args.get("section", ""), request.args.get("seat", "")
    with desk.ledger().store.read() as session:
        evening = reports.performance(session, performance)
        if evening is None:
            abort(404)
        plan = evenings.plan_of(session, performance)
        all_marks = marks.read(session, performance)
        names = list(dict.fromkeys(line.section for line in lines_of(plan, [])))
        if seat in plan.places and len(all_marks) > MOST_SHOWN and not wanted:
            wanted = plan.section_of(seat)
        by_section = len(all_marks) > MOST_SHOWN and wanted not in names
        return render_template(
            "staff/chart.html",
            evening=evening,
            zone=catalogue.house(session).zone,
            section=wanted if wanted in names else "",
            sections=_sections(plan, all_marks) if plan.chart else [],
            overview=by_section,
            picture="" if by_section else picture(plan, all_marks, section=wanted),
            lines=[] if by_section else lines_of(plan, all_marks, wanted),
            kinds=marks.KINDS,
            counts=marks.counts(all_marks),
            position=marks.position(session, performance),
            why=_said(marks.why(session, performance, seat)) if seat else None,
            chosen=frozenset([seat] if seat else ()),
        )


@bp.get("/<performance>/chart.json")
@desk.needs_login
def live(performance: str) -> ResponseReturnValue:
    """Tell what each seat is now; 304 while nothing has changed."""
    with desk.ledger().store.read() as session:
        tag = str(marks.position(session, performance))
        if tag in request.if_none_match:
            unchanged = Response(status=304)
            unchanged.set_etag(tag)
            return unchanged
        found = marks.read(session, performance)
    answer = jsonify({mark.seat: [mark.kind, mark.letter] for mark in found})
    answer.set_etag(tag)
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@bp.get("/<performance>/seats/<path:seat>")
@desk.needs_login
def explain(performance: str, seat: str) -> ResponseReturnValue:
    """Explain one seat."""
    with desk.ledger().store.read() as session:
        evening = reports.performance(session, performance)
        found = marks.why(session, performance, seat) if evening else None
        if found is None:
            abort(404)
        return render_template(
            "staff/seat.html",
            evening=evening,
            why=_said(found),
            zone=catalogue.house(session).zone,
        )


@bp.post("/<performance>/seats")
@desk.needs(*desk.SELLERS)
def act(performance: str) -> ResponseReturnValue:
    """Do to the ticked seats and rows what was pressed; many at once are planned first."""
    act, section = desk.field("act"), desk.field("section")
    back = url_for("charts.show", performance=performance, section=section or None)
    with desk.ledger().store.read() as session:
        evening = reports.performance(session, performance)
        if evening is None:
            abort(404)
        seats = ticked(session, performance)
        if not seats:
            desk.refuse("Please choose at least one seat.")
            return redirect(back, 303)
        if act == "why":
            why = url_for("charts.show", performance=performance, seat=seats[0])
            return redirect(f"{why}#why", 303)
        if act == "break":
            return break_page(performance, seats, back)
        if act in ACTS and len(seats) > 1 and not request.form.get("token"):
            planned = flips.plan(session, performance, seats, act)
            return render_template(
                "staff/seats_plan.html",
                evening=evening,
                zone=catalogue.house(session).zone,
                act=act,
                words=ACTS[act][0],
                plan=planned,
                seats=seats,
                names=reports.seat_names(session, performance),
                refused=_refusals(session, performance, planned.refused, act),
                section=section,
                back=back,
            )
    if act == "ask_back":
        asked = desk.write(
            recalls.ask_back, performance=performance, seats=seats, by=desk.me().id
        )
        if asked:
            desk.say(f"Asked for {desk.some(asked)}: the device returns them itself.")
        else:
            desk.refuse("No device owns these seats.")
        return redirect(back, 303)
    if act not in ACTS:
        abort(400)
    _apply(performance, seats, act)
    return redirect(back, 303)


def _apply(performance: str, seats: list[str], act: str) -> None:
    done = desk.write(
        flips.apply,
        performance=performance,
        seats=seats,
        act=act,
        by=desk.me().id,
        token=request.form.get("token"),
        reason=desk.field("reason"),
    )
    if isinstance(done, Refused):
        desk.refuse(done)
        return
    with desk.ledger().store.read() as session:
        names = reports.seat_names(session, performance)
        refused = _refusals(session, performance, done.refused, act)
    if done.changes:
        states = sorted({state.value for state in done.changes.values()})
        said = desk.some(names.get(seat, seat) for seat in done.changes)
        desk.say_undo(
            f"Now {' or '.join(states)}: {said}.",
            url_for("charts.undo", performance=performance, id=done.undo),
        )
    if refused:
        desk.refuse(desk.some((words for _, words in refused), most=6))


@bp.post("/<performance>/undo/<id>")
@desk.needs(*desk.SELLERS)
def undo(performance: str, id: str) -> ResponseReturnValue:
    done = desk.write(flips.undo, id, by=desk.me().id)
    if done is None:
        abort(404)
    desk.say(f"Undone: {len(done.back)} seats are as they were.")
    if done.kept:
        desk.refuse(f"Changed since, and left alone: {desk.some(done.kept)}.")
    return redirect(url_for("charts.show", performance=performance), 303)


def ticked(session: Session, performance: str) -> list[str]:
    """Read the ticked seats, and those of ticked rows, in chart order."""
    plan = evenings.plan_of(session, performance)
    wanted = set(request.form.getlist("seat"))
    rows = set(request.form.getlist("row"))
    for line in lines_of(plan, []) if rows else ():
        if str(line.number) in rows:
            wanted |= {cell.seat for cell in line.cells}
    return [seat for seat in plan.seats if seat in wanted]


def _refusals(
    session: Session, performance: str, refused: dict[str, Code] | object, act: str
) -> list[tuple[str, str]]:
    """Say of each seat why it stays as it is."""
    assert isinstance(refused, dict)
    names = reports.seat_names(session, performance)
    return [
        (seat, sentence(code, rule=ACTS[act][1], seat=names.get(seat, seat)))
        for seat, code in refused.items()
    ]


def _place(unit: str) -> str:
    """Give the number of a place without a seat: 7 of S-007. Its box has room for that."""
    return unit[len(unit.rstrip("0123456789")) :].lstrip("0") or unit


def lines_of(plan: Plan, all_marks: Sequence[Mark], section: str = "") -> list[Line]:
    """Give the rows of boxes; general admission in rows of twenty."""
    by_seat = {mark.seat: mark for mark in all_marks}
    none: frozenset[str] = frozenset()
    if plan.chart is None:
        rows = [
            ("Unreserved", str(start + 1), plan.units[start : start + UNITS_A_ROW], none)
            for start in range(0, len(plan.units), UNITS_A_ROW)
        ]
    else:
        rows = [
            (
                row.section,
                plan.name(row.seats[0]).row or row.name,
                row.seats,
                row.breaks_after,
            )
            for row in plan.chart.rows
        ]
    types = plan.chart.types if plan.chart else {}
    lines = []
    for number, (part, name, seats, breaks) in enumerate(rows):
        if section and part != section:
            continue
        cells = []
        for seat in seats:
            mark = by_seat.get(seat)
            kind = mark.kind if mark else "available"
            printed = plan.name(seat).seat if plan.chart else _place(seat)
            wheelchair = types.get(seat, SeatType.STANDARD) is not SeatType.STANDARD
            where = f"{name} {printed}" if plan.chart else f"place {printed}"
            words = f"{where}, {marks.KINDS[kind][1]}"
            cells.append(
                Cell(
                    seat,
                    printed,
                    words + (", accessible" if wheelchair else ""),
                    kind,
                    marks.KINDS[kind][0],
                    wheelchair,
                    seat in breaks and seat != seats[-1],
                )
            )
        lines.append(Line(number, part, str(name), cells))
    return lines


def _sections(
    plan: Plan, all_marks: Sequence[Mark]
) -> list[tuple[str, int, dict[str, int]]]:
    found: dict[str, list[Mark]] = {}
    for mark in all_marks:
        found.setdefault(plan.section_of(mark.seat), []).append(mark)
    return [(name, len(some), marks.counts(some)) for name, some in found.items()]


def _said(why: Why | None) -> tuple[Why, str] | None:
    """Put a seat's state into one sentence. Source: lobby.md §7."""
    if why is None:
        return None
    zone = ""
    with desk.ledger().store.read() as session:
        zone = catalogue.house(session).zone
    match why.kind:
        case "available":
            words = "Available: everybody may buy it."
        case "reserved":
            words = "Reserved: only the box office sells it."
        case "buffer":
            words = f"Buffer: {beside(why)}. The box office may sell it with a reason."
        case "killed":
            words = f"Killed: taken out for tonight. Before, it was {why.prior}."
        case "allotted":
            until = f", until {desk.day_and_time(why.sell_by_ms, zone)}"
            words = (
                f"Allotted to {why.device}: only {why.device} sells it, also with the line"
                f" down{until if why.sell_by_ms else ''}."
            )
        case "held":
            who = why.device or {"staff": "the box office", "shop": "the online shop"}.get(
                why.held_by, why.held_by.replace("_", " ")
            )
            words = (
                f"Held by {who} until {desk.day_and_time(why.until_ms, zone)}; afterwards"
                f" {why.prior} again."
            )
        case _:
            assert why.reason
            facts = {
                "paid": money(why.paid, why.currency),
                "price": money(why.price, why.currency),
            }
            colour = "Light blue" if why.light_blue else "Pink"
            words = f"{colour}: {sentence(why.reason, **facts)}"
    return why, words


def beside(why: Why) -> str:
    """Say whose order a buffer seat keeps apart from others. Source: DIS4."""
    return "it keeps a distance to " + desk.some(
        f"order {number}" if id else number for id, number in why.beside
    )
