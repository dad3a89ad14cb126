"""Orders to be ticketed, and what can be downloaded. Source: ORD6, ORD7, ORD10."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ledger import catalogue, exports, ticketing, waiting_list
from ledger.web import desk, downloads

bp = Blueprint("worklists", __name__, url_prefix="/staff/worklist")


@bp.get("")
@desk.needs(*desk.SELLERS, desk.READER)
def index() -> ResponseReturnValue:
    status = request.args.get("status", ticketing.TO_DO)
    if status not in ticketing.WORDS:
        abort(404)
    ledger = desk.ledger()
    with ledger.store.read() as session:
        return render_template(
            "staff/worklist.html",
            waiting=ticketing.worklist(session, ledger.clock(), status=status),
            most=ticketing.SHOWN,
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


@bp.get("/waiting")
@desk.needs(*desk.SELLERS)
def waiting() -> ResponseReturnValue:
    """Show who waits for performances that have no seat left."""
    ledger = desk.ledger()
    with ledger.store.read() as session:
        return render_template(
            "staff/waiting_list.html",
            waiting=waiting_list.read(session, ledger.clock()),
            zone=catalogue.house(session).zone,
        )


@bp.post("/waiting/<id>")
@desk.needs(*desk.SELLERS)
def leave(id: str) -> ResponseReturnValue:
    if not desk.ledger().store.write(waiting_list.leave, id):
        abort(404)
    desk.say("Taken off the list.")
    return redirect(url_for("worklists.waiting"), 303)


@bp.get("/envelopes.<kind>")
@desk.needs(*desk.SELLERS)
def envelopes(kind: str) -> ResponseReturnValue:
    status = request.args.get("status", ticketing.TO_DO)
    ledger = desk.ledger()
    found = exports.envelopes(ledger.store, _zone(), status, ledger.clock())
    return downloads.table("envelopes", kind, exports.ENVELOPES, found)


@bp.get("/orders.<kind>")
@desk.needs(*desk.SELLERS)
def orders(kind: str) -> ResponseReturnValue:
    found = exports.orders(desk.ledger().store, _zone())
    return downloads.table("orders", kind, exports.ORDERS, found)


@bp.get("/customers.<kind>")
@desk.needs(desk.SUPERVISOR)
def customers(kind: str) -> ResponseReturnValue:
    found = exports.customers(desk.ledger().store)
    return downloads.table("customers", kind, exports.CUSTOMERS, found)


def _zone() -> str:
    with desk.ledger().store.read() as session:
        return catalogue.house(session).zone
