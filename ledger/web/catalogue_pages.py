"""Productions, performances in bulk, halls, prices and fees. Source: INV12."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from boxoffice.pricing import Buyer, Seller
from ledger import audit, catalogue, prices, programme, promo_codes, reports
from ledger.clock import Means
from ledger.refused import Refused
from ledger.rivals import Overtaken
from ledger.tables.catalogue import HallRow, PerformanceRow, PriceRow, ProductionRow
from ledger.web import desk, order_acts, price_form
from ledger.web.price_form import SPARE, Wrong
from ledger.written import moment, plain

bp = Blueprint("catalogue", __name__, url_prefix="/staff/catalogue")
MOST_AT_ONCE = 100
FORM = "%Y-%m-%dT%H:%M"


class NoMoment(ValueError):
    """What was typed is no date and time; the text says which."""


@bp.get("")
@desk.needs(desk.SUPERVISOR)
def index() -> ResponseReturnValue:
    return _index({})


def _index(typed: Mapping[str, str]) -> ResponseReturnValue:
    """Show the catalogue, with what was typed into its form for performances."""
    ledger = desk.ledger()
    with ledger.store.read() as session:
        return render_template(
            "staff/catalogue.html",
            productions=session.scalars(
                select(ProductionRow).order_by(ProductionRow.title)
            ).all(),
            halls=session.scalars(select(HallRow).order_by(HallRow.name)).all(),
            evenings=reports.performances(session, ledger.clock()),
            zone=catalogue.house(session).zone,
            typed=typed,
        )


@bp.post("/productions")
@desk.needs(desk.SUPERVISOR)
def add_production() -> ResponseReturnValue:
    title = desk.field("title", most=200)
    if not title:
        desk.refuse("Please give the production a title.")
    else:
        desk.write(_add_production, title=title, by=desk.me().id)
        desk.say(f"{title} is in the catalogue.")
    return redirect(url_for("catalogue.index"), 303)


def _add_production(session: Session, means: Means, *, title: str, by: str) -> str:
    id = catalogue.add_production(session, means, title=title)
    audit.note(session, means, staff=by, action="add_production", subject=id, reason=title)
    return id


@bp.post("/performances")
@desk.needs(desk.SUPERVISOR)
def add_performances() -> ResponseReturnValue:
    """Add one performance a line: 2026-11-28 19:30."""
    ledger = desk.ledger()
    with ledger.store.read() as session:
        zone = catalogue.house(session).zone
        known = (
            session.get(ProductionRow, desk.field("production")),
            session.get(HallRow, desk.field("hall")),
            session.get(PerformanceRow, desk.field("like")),
        )
    if None in known:
        abort(400)
    typed = [line.strip() for line in desk.field("starts", most=5_000).splitlines()]
    lines = [line for line in typed if line]
    try:
        starts = [read_moment(line, zone) for line in lines]
        runs = _whole("runs", 1, 1_440)
        before = _whole("before", 0, 720)
    except ValueError as why:
        desk.refuse(f"{why} Nothing was added.")
        return _index(request.form)
    past = [line for line, at in zip(lines, starts, strict=True) if at <= ledger.clock()]
    if past:
        desk.refuse(f"{past[0]} is in the past. Nothing was added.")
        return _index(request.form)
    if not 0 < len(starts) <= MOST_AT_ONCE or len(set(starts)) < len(starts):
        desk.refuse(
            f"Please give 1 to {MOST_AT_ONCE} different times, one a line. Nothing was"
            " added."
        )
        return _index(request.form)
    terms = programme.Terms(
        production=desk.field("production"),
        hall=desk.field("hall"),
        runs_min=runs,
        doors_before_min=before,
        public=request.form.get("public") == "1",
        like=desk.field("like"),
    )
    made = desk.write(programme.add, terms, starts, by=desk.me().id)
    desk.say(f"{len(made)} performance{'s' if len(made) > 1 else ''} added.")
    return redirect(url_for("catalogue.index"), 303)


@bp.get("/performances/<performance>")
@desk.needs(desk.SUPERVISOR)
def performance(performance: str) -> ResponseReturnValue:
    return _performance(performance, {}, "")


def _performance(
    performance: str,
    typed: Mapping[str, str],
    wrong: str,
    *,
    terms: Mapping[str, str] | None = None,
) -> ResponseReturnValue:
    """Show one performance. typed: what stood in its table of prices; wrong: which field
    of it cannot be. terms: what stood in the form of its sale.
    """
    with desk.ledger().store.read() as session:
        row = session.get(PerformanceRow, performance)
        listed = session.get(PriceRow, performance)
        if row is None or listed is None:
            abort(404)
        zone = catalogue.house(session).zone

        def at(ms: int | None) -> str:
            return moment(ms, zone).strftime(FORM) if ms else ""

        price_list = prices.read(json.loads(listed.body))
        words = promo_codes.words(session, [kind.code for kind in price_list.types])
        return render_template(
            "staff/performance.html",
            version=listed.version,
            mark=programme.mark(row),
            terms=terms or {},
            codes=[
                words.get(kind.code, price_form.KEPT) if kind.code else ""
                for kind in price_list.types
            ],
            evening=reports.performance(session, performance),
            row=row,
            at=at,
            prices=price_list,
            plain=plain,
            buyers=list(Buyer),
            sellers=list(Seller),
            spare=SPARE,
            zone=zone,
            typed=typed,
            wrong=wrong,
        )


@bp.post("/performances/<performance>")
@desk.needs(desk.SUPERVISOR)
def change(performance: str) -> ResponseReturnValue:
    """Change when it is sold, when doors open, and whether the public may buy."""
    back = redirect(url_for("catalogue.performance", performance=performance), 303)
    with desk.ledger().store.read() as session:
        row = session.get(PerformanceRow, performance)
        if row is None:
            abort(404)
        zone = catalogue.house(session).zone
    try:
        opens = read_moment(desk.field("from"), zone) if desk.field("from") else 0
        until = read_moment(desk.field("until"), zone)
        doors = read_moment(desk.field("doors"), zone) if desk.field("doors") else None
        ends = read_moment(desk.field("ends"), zone) if desk.field("ends") else None
    except NoMoment as why:
        desk.refuse(f"{why} Nothing was changed.")
        return back
    if until <= opens:
        desk.refuse("Selling would end before it begins. Nothing was changed.")
        return back
    first = desk.write(
        programme.change,
        performance,
        seen=desk.field("seen"),
        public=request.form.get("public") == "1",
        on_sale_from_ms=opens,
        on_sale_until_ms=until,
        doors_open_ms=doors,
        ends_ms=ends,
        by=desk.me().id,
    )
    if first is not None:
        thing = "this performance"
        order_acts.overtaken(first, done="Nothing was changed", thing=thing)
        return _performance(performance, {}, "", terms=request.form)
    desk.say("Changed.")
    return back


@bp.post("/performances/<performance>/prices")
@desk.needs(desk.SUPERVISOR)
def set_prices(performance: str) -> ResponseReturnValue:
    """Change prices and fees of a performance, or of all like it to come."""
    back = redirect(url_for("catalogue.performance", performance=performance), 303)
    with desk.ledger().store.read() as session:
        listed = session.get(PriceRow, performance)
        if listed is None:
            abort(404)
        before = prices.read(json.loads(listed.body))
    try:
        after, words = price_form.read(before), price_form.words()
    except ValueError as why:
        desk.refuse(f"{why} Nothing was changed.")
        wrong = why.field if isinstance(why, Wrong) else ""
        return _performance(performance, request.form, wrong)
    done = desk.write(
        programme.set_prices,
        performance,
        after,
        everywhere=request.form.get("everywhere") == "1",
        by=desk.me().id,
        words=words,
        seen=request.form.get("seen", type=int),
    )
    if isinstance(done, Overtaken):
        order_acts.overtaken(done, done="Nothing was changed", thing="these prices")
        return _performance(performance, request.form, "")
    if isinstance(done, Refused):
        desk.refuse(f"{desk.words_of(done)} Nothing was changed.")
    else:
        desk.say(f"Prices of {done} performance{'s' if done > 1 else ''} changed.")
    return back


def read_moment(typed: str, zone: str) -> int:
    """Read a date and time of the house's clock, in ms UTC. Raises NoMoment."""
    text = typed.strip().replace(" ", "T")
    try:
        at = datetime.strptime(text, FORM).replace(tzinfo=ZoneInfo(zone))
        found = at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise NoMoment(
            f"“{typed[:30]}” is no date and time like 2026-11-28 19:30."
        ) from None
    return round(found.timestamp() * 1000)


def _whole(name: str, least: int, most: int) -> int:
    typed = desk.field(name)
    if not typed.isdecimal() or not least <= int(typed) <= most:
        raise ValueError(f"Please give {least} to {most} minutes.")
    return int(typed)
