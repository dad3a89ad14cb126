"""Statements: the next one, those that were drawn, their lines to download. Source: SET."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from boxoffice import statements
from ledger import catalogue, settlement_lines, settlements
from ledger.tables.office import StatementRow
from ledger.web import desk, downloads
from ledger.written import moment

bp = Blueprint("statements", __name__, url_prefix="/staff/reports/statements")
MOST_PAGES = 100_000


@bp.get("")
@desk.needs(desk.SUPERVISOR, desk.READER)
def index() -> ResponseReturnValue:
    ledger = desk.ledger()
    complete = request.args.get("complete") == "1"
    waits = request.args.get("waiting") == "1"
    page = _page()
    with ledger.store.read() as session:
        minimum = ledger.config.statement_minimum
        draft = settlements.draft(
            session, ledger.means(), complete=complete, minimum=minimum
        )
        house = catalogue.house(session)
        drawn = settlements.all_(session)
        today = moment(ledger.clock(), house.zone).date()
        last = moment(drawn[0].on_ms, house.zone).date() if drawn else None
        return render_template(
            "staff/statements.html",
            due=statements.next_date(last) if last else today,
            until=statements.normally_in(today),
            draft=draft,
            lines=settlement_lines.to_come(session, page, settled=not waits),
            shown=draft.waiting if waits else draft.included,
            waits=waits,
            page=page,
            size=settlement_lines.PAGE,
            complete=complete,
            statements=drawn,
            minimum=minimum,
            house=house,
        )


@bp.post("")
@desk.needs(desk.SUPERVISOR)
def draw() -> ResponseReturnValue:
    with desk.ledger().store.read() as session:
        currency = catalogue.house(session).currency
    made = desk.write(
        settlements.issue,
        complete=request.form.get("complete") == "1",
        minimum=desk.ledger().config.statement_minimum,
        currency=currency,
        by=desk.me().id,
    )
    return redirect(url_for("statements.show", id=made), 303)


@bp.get("/next.<kind>")
@desk.needs(desk.SUPERVISOR, desk.READER)
def next_sheet(kind: str) -> ResponseReturnValue:
    store = desk.ledger().store
    with store.read() as session:
        house = catalogue.house(session)
    rows = settlement_lines.sheet(store, house.zone, house.currency, None)
    return downloads.table("next-statement", kind, settlement_lines.HEADER, rows)


@bp.get("/<id>.<kind>")
@desk.needs(desk.SUPERVISOR, desk.READER)
def sheet(id: str, kind: str) -> ResponseReturnValue:
    store = desk.ledger().store
    with store.read() as session:
        row = session.get(StatementRow, id)
        if row is None:
            abort(404)
        number, currency, zone = row.number, row.currency, catalogue.house(session).zone
    rows = settlement_lines.sheet(store, zone, currency, id)
    name = f"statement-{number}"
    return downloads.table(name, kind, settlement_lines.HEADER, rows)


@bp.get("/<id>")
@desk.needs(desk.SUPERVISOR, desk.READER)
def show(id: str) -> ResponseReturnValue:
    page = _page()
    with desk.ledger().store.read() as session:
        row = session.get(StatementRow, id)
        if row is None:
            abort(404)
        return render_template(
            "staff/statement.html",
            statement=row,
            lines=settlement_lines.drawn(session, id, page),
            total=settlements.total_of(session, id),
            page=page,
            size=settlement_lines.PAGE,
            minimum=desk.ledger().config.statement_minimum,
            zone=catalogue.house(session).zone,
        )


@bp.post("/<id>/payment")
@desk.needs(desk.SUPERVISOR)
def pay(id: str) -> ResponseReturnValue:
    way = desk.field("paid_by")
    if way not in {"cheque", "direct_deposit"}:
        abort(400)
    done = desk.write(
        settlements.paid,
        id,
        paid_by=way,
        ref=desk.field("ref", most=100),
        by=desk.me().id,
    )
    if done:
        desk.say("Paid.")
    else:
        desk.refuse("This statement is not to be paid, or was paid before.")
    return redirect(url_for("statements.show", id=id), 303)


def _page() -> int:
    return min(max(0, request.args.get("page", 0, type=int)), MOST_PAGES)
