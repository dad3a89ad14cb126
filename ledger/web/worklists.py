"""Orders to be ticketed, and what can be downloaded. Source: ORD6, ORD7, ORD10."""

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ledger import catalogue, exports, ticketing
from ledger.web import desk

bp = Blueprint("worklists", __name__, url_prefix="/staff/worklist")


@bp.get("")
@desk.needs(*desk.SELLERS, desk.READER)
def index() -> ResponseReturnValue:
    status = request.args.get("status", ticketing.TO_DO)
    if status not in ticketing.WORDS:
        abort(404)
    with desk.ledger().store.read() as session:
        return render_template(
            "staff/worklist.html",
            waiting=ticketing.worklist(session, status=status),
            status=status,
            statuses=ticketing.WORDS,
            zone=catalogue.house(session).zone,
        )


@bp.post("")
@desk.needs(*desk.SELLERS)
def mark() -> ResponseReturnValue:
    """Mark the ticked orders, with one undo."""
    orders, status = request.form.getlist("order"), desk.field("status")
    if status not in ticketing.WORDS:
        abort(400)
    if not orders:
        desk.refuse("Please tick at least one order.")
    else:
        undo = desk.write(ticketing.mark, orders, status=status, by=desk.me().id)
        count = f"{len(orders)} order{'s' if len(orders) > 1 else ''}"
        desk.say_undo(
            f"{count}: {ticketing.WORDS[status].lower()}.",
            url_for("worklists.undo", id=undo),
        )
    back = request.form.get("from")
    back = back if back in ticketing.WORDS else ticketing.TO_DO
    return redirect(url_for("worklists.index", status=back), 303)


@bp.post("/undo/<id>")
@desk.needs(*desk.SELLERS)
def undo(id: str) -> ResponseReturnValue:
    back = desk.write(ticketing.undo, id, by=desk.me().id)
    if back is None:
        abort(404)
    desk.say(f"Undone for {back} order{'s' if back != 1 else ''}.")
    return redirect(url_for("worklists.index"), 303)


@bp.get("/envelopes.csv")
@desk.needs(*desk.SELLERS)
def envelopes() -> ResponseReturnValue:
    status = request.args.get("status", ticketing.TO_DO)
    store = desk.ledger().store
    return _file(
        "envelopes",
        exports.csv(exports.ENVELOPES, exports.envelopes(store, _zone(), status)),
    )


@bp.get("/orders.csv")
@desk.needs(*desk.SELLERS)
def orders() -> ResponseReturnValue:
    store = desk.ledger().store
    return _file("orders", exports.csv(exports.ORDERS, exports.orders(store, _zone())))


@bp.get("/customers.csv")
@desk.needs(desk.SUPERVISOR)
def customers() -> ResponseReturnValue:
    store = desk.ledger().store
    return _file("customers", exports.csv(exports.CUSTOMERS, exports.customers(store)))


def _zone() -> str:
    with desk.ledger().store.read() as session:
        return catalogue.house(session).zone


def _file(name: str, pieces: object) -> Response:
    """Stream a file: however long it is, a piece of it is in memory."""
    answer = Response(pieces, mimetype="text/csv; charset=utf-8")  # type: ignore[arg-type]
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer
