"""How far apart orders sit at a performance: areas, neighbours, metres. Source: DIS1."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ledger import catalogue, distance_terms, distances, reports
from ledger.distance_terms import Terms, Unfit
from ledger.rivals import Overtaken
from ledger.web import desk, order_acts

bp = Blueprint("distances", __name__, url_prefix="/staff/catalogue/performances")
MOST_PAIRS = 100


@bp.get("/<performance>/distance")
@desk.needs(desk.SUPERVISOR)
def show(performance: str) -> ResponseReturnValue:
    terms, on = _now(performance)
    return _page(performance, terms, on, _typed(terms), {})


@bp.post("/<performance>/distance")
@desk.needs(desk.SUPERVISOR)
def change(performance: str) -> ResponseReturnValue:
    """Switch it on with what is chosen, or off."""
    terms, on = _now(performance)
    everywhere = request.form.get("everywhere") == "1"
    if desk.field("act") == "off":
        return _kept(performance, terms, {}, on=False, everywhere=everywhere)
    typed = {name: desk.field(name) for name in ("side", "metres")}
    faults: dict[str, str] = {}
    side, least_mm = _seats(typed["side"], faults), _millimetres(typed["metres"], faults)
    known = _sections(performance)
    chosen = Terms(
        side,
        [one for one in known if one in request.form.getlist("area")],
        request.form.get("front_back") == "1",
        request.form.get("diagonal") == "1",
        least_mm,
    )
    if not faults and chosen.empty:
        faults["side"] = "Please choose what is to stay empty, or switch it off."
    if not faults and not chosen.areas:
        faults["area"] = "Please tick at least one area."
    if not faults:
        try:
            return _kept(performance, chosen, typed, on=True, everywhere=everywhere)
        except Unfit as why:
            faults["metres"] = str(why)
    return _page(performance, chosen, on, typed, faults)


def _kept(
    performance: str, terms: Terms, typed: dict[str, str], *, on: bool, everywhere: bool
) -> ResponseReturnValue:
    done = desk.write(
        distance_terms.keep,
        performance,
        terms,
        on=on,
        everywhere=everywhere,
        by=desk.me().id,
        seen=desk.field("seen"),
    )
    if isinstance(done, Overtaken):
        thing = "the distance here"
        order_acts.overtaken(done, done="Nothing was changed", thing=thing)
        now, was_on = _now(performance)
        return _page(performance, terms if on else now, was_on, typed or _typed(now), {})
    many = "" if done == 1 else f" at {done} performances"
    desk.say(
        f"Orders sit apart from now on{many}."
        if on
        else f"Orders need not sit apart any more{many}."
    )
    return redirect(url_for("distances.show", performance=performance), 303)


def _typed(terms: Terms) -> dict[str, str]:
    """Give what stands in the fields for these terms."""
    metres = "" if terms.least_mm is None else f"{terms.least_mm / 1000:g}"
    return {"side": str(terms.side), "metres": metres}


def _now(performance: str) -> tuple[Terms, bool]:
    with desk.ledger().store.read() as session:
        if reports.performance(session, performance) is None:
            abort(404)
        if not distance_terms.sections(session, performance):
            abort(404)
        return distance_terms.read(session, performance)


def _sections(performance: str) -> list[str]:
    with desk.ledger().store.read() as session:
        return distance_terms.sections(session, performance)


def _page(
    performance: str, terms: Terms, on: bool, typed: dict[str, str], faults: dict[str, str]
) -> ResponseReturnValue:
    with desk.ledger().store.read() as session:
        apart = distances.spacing(session, performance)
        now, was_on = distance_terms.read(session, performance)
        pairs = distances.too_near(session, performance, apart) if apart else ()
        return render_template(
            "staff/distance.html",
            evening=reports.performance(session, performance),
            zone=catalogue.house(session).zone,
            sections=distance_terms.sections(session, performance),
            terms=terms,
            on=on,
            seen=distance_terms.mark(now, on=was_on),
            typed=typed,
            faults=faults,
            buffers=len(distances.whose(session, performance, apart)) if apart else 0,
            pairs=pairs[:MOST_PAIRS],
            more=max(0, len(pairs) - MOST_PAIRS),
            names=reports.seat_names(session, performance),
        )


def _seats(typed: str, faults: dict[str, str]) -> int:
    whole = typed.isascii() and typed.isdecimal() and len(typed) < 4
    side = int(typed) if whole else -1
    if not 0 <= side <= distance_terms.MOST_SIDE:
        faults["side"] = f"Please give a whole number from 0 to {distance_terms.MOST_SIDE}."
        return 0
    return side


def _millimetres(typed: str, faults: dict[str, str]) -> int | None:
    if not typed:
        return None
    metres, _, part = typed.replace(",", ".").partition(".")
    digits = metres + part
    if not (digits.isascii() and digits.isdecimal() and metres and len(part) <= 3):
        faults["metres"] = "Please give metres, such as 1.5."
        return None
    found = int(metres[:6]) * 1000 + int(part.ljust(3, "0"))
    if not 0 < found <= distance_terms.MOST_MM:
        faults["metres"] = f"Please give up to {distance_terms.MOST_MM // 1000} metres."
        return None
    return found
