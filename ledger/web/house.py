"""Tonight at the doors."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ledger import catalogue, door_board
from ledger.web import desk

bp = Blueprint("house", __name__)


@bp.get("/")
def home() -> ResponseReturnValue:
    return redirect(url_for("orders.index"), 303)


@bp.get("/staff/")
@desk.needs_login
def staff() -> ResponseReturnValue:
    return home()


@bp.get("/staff/admissions")
@desk.needs_login
def admissions() -> ResponseReturnValue:
    ledger = desk.ledger()
    with ledger.store.read() as session:
        return render_template(
            "staff/admissions.html",
            houses=door_board.boards(session, ledger.clock()),
            zone=catalogue.house(session).zone,
        )
