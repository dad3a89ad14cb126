"""Keys of the read API: a manager gives and ends them."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ledger import catalogue, read_keys
from ledger.web import desk

bp = Blueprint("read_keys", __name__, url_prefix="/staff/people/keys")


@bp.get("")
@desk.needs(desk.MANAGER)
def index() -> ResponseReturnValue:
    return _page("")


@bp.post("")
@desk.needs(desk.MANAGER)
def issue() -> ResponseReturnValue:
    """Make a key and show it, this once."""
    name = desk.field("name", most=100)
    if not name:
        desk.refuse("Please say which program the key is for.")
        return redirect(url_for("read_keys.index"), 303)
    personal = request.form.get("personal") == "1"
    key = desk.write(read_keys.issue, name=name, personal=personal, by=desk.me().id)
    return _page(key)


@bp.post("/<id>")
@desk.needs(desk.MANAGER)
def end(id: str) -> ResponseReturnValue:
    if not desk.write(read_keys.end, id, by=desk.me().id):
        abort(404)
    desk.say("The key opens nothing any more.")
    return redirect(url_for("read_keys.index"), 303)


def _page(key: str) -> ResponseReturnValue:
    with desk.ledger().store.read() as session:
        return render_template(
            "staff/read_keys.html",
            keys=read_keys.all_(session),
            key=key,
            zone=catalogue.house(session).zone,
        )
