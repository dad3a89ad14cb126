"""Sales by performance, answers of buyers, day end. Source: FEE2, ORD8, P13."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from ledger import catalogue, day_ends, sales_report, surveys
from ledger.refused import Refused
from ledger.tables.catalogue import ProductionRow
from ledger.web import amounts, desk
from ledger.written import money

bp = Blueprint("reports", __name__, url_prefix="/staff/reports")


@bp.get("")
@desk.needs(*desk.SELLERS, desk.READER)
def sales() -> ResponseReturnValue:
    page = min(max(0, request.args.get("page", 0, type=int)), 10_000)
    with desk.ledger().store.read() as session:
        return render_template(
            "staff/sales.html",
            lines=sales_report.by_performance(session, page),
            unsold=sales_report.unsold_yet(session, desk.ledger().clock()),
            now_ms=desk.ledger().clock(),
            page=page,
            more=sales_report.PAGE,
            house=catalogue.house(session),
        )


@bp.get("/answers")
@desk.needs(*desk.SELLERS, desk.READER)
def answers() -> ResponseReturnValue:
    return _answers()


def _answers() -> str:
    with desk.ledger().store.read() as session:
        return render_template(
            "staff/answers.html",
            tallies=surveys.tallies(session),
            productions=session.scalars(
                select(ProductionRow).order_by(ProductionRow.title)
            ).all(),
            typed=request.form,
        )


@bp.post("/answers")
@desk.needs(desk.SUPERVISOR)
def add_question() -> ResponseReturnValue:
    try:
        desk.write(
            surveys.add,
            production=desk.field("production") or None,
            words=desk.field("words"),
            options=desk.field("options", most=2_000).splitlines(),
            by=desk.me().id,
        )
    except surveys.Unclear as why:
        desk.refuse(str(why))
        return _answers()
    desk.say("The question is asked from now on.")
    return redirect(url_for("reports.answers"), 303)


@bp.post("/answers/<id>")
@desk.needs(desk.SUPERVISOR)
def ask(id: str) -> ResponseReturnValue:
    asked = request.form.get("asked") == "1"
    if not desk.write(surveys.ask, id, asked=asked, by=desk.me().id):
        abort(404)
    return redirect(url_for("reports.answers"), 303)


@bp.get("/day-end")
@desk.needs(*desk.SELLERS)
def day_end() -> ResponseReturnValue:
    return _day_end()


def _day_end(why: bool = False) -> str:
    """Show the count, with what was typed. why: a difference is still to be explained."""
    with desk.ledger().store.read() as session:
        return render_template(
            "staff/day_end.html",
            typed=request.form,
            why=why,
            since=day_ends.since(session),
            on_account=day_ends.on_account(session),
            on_accounts=day_ends.on_accounts(session),
            earlier=day_ends.earlier(session),
            house=catalogue.house(session),
        )


@bp.post("/day-end")
@desk.needs(*desk.SELLERS)
def close_day() -> ResponseReturnValue:
    """Count the drawer and the slips; differences are booked."""
    with desk.ledger().store.read() as session:
        currency = catalogue.house(session).currency
        kinds = list(day_ends.since(session).by_kind)
    counted = {}
    for kind in kinds:
        typed = desk.field(f"counted-{kind}")
        if not typed:
            continue
        try:
            counted[kind] = amounts.read(typed, currency)
        except amounts.NotAnAmount as why:
            desk.refuse(f"{kind.capitalize()}: {why} Nothing was closed.")
            return _day_end()
    differences = desk.write(
        day_ends.close,
        counted=counted,
        currency=currency,
        note=desk.field("note"),
        by=desk.me().id,
    )
    if isinstance(differences, Refused):
        said = [
            _differs(kind, found, currency)
            for kind, found in differences.facts["differences"].items()
        ]
        desk.refuse(f"{'; '.join(said)} than expected. Count again, or say why.")
        return _day_end(why=True)
    desk.say("The day is closed.")
    for kind, found in differences.items():
        desk.say(f"{_differs(kind, found, currency)}; booked.")
    return redirect(url_for("reports.day_end"), 303)


def _differs(kind: str, found: int, currency: str) -> str:
    way = "more" if found > 0 else "less"
    return f"{kind.replace('_', ' ').capitalize()}: {money(abs(found), currency)} {way}"
