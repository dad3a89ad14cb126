"""Guests who called somebody from a kiosk: on every staff page, and on one of their own."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ledger import calls
from ledger.web import desk

bp = Blueprint("calls", __name__)

MINUTES = (1, 3)


def waiting() -> list[calls.Waiting]:
    """Give the open calls for the strip that every page carries."""
    here = desk.ledger()
    with here.store.read() as session:
        return calls.waiting(session, here.clock())


@bp.get("/staff/calls")
@desk.needs_login
def index() -> ResponseReturnValue:
    """Show who waits; the strip above says it all."""
    return render_template("staff/calls.html")


@bp.post("/staff/calls/<call>/coming")
@desk.needs_login
def coming(call: str) -> ResponseReturnValue:
    """Say that whoever is logged in comes, and in how many minutes."""
    text = request.form.get("eta_min", "")
    eta_min = int(text) if text in {str(one) for one in MINUTES} else MINUTES[0]
    me = desk.me()
    found = desk.write(calls.come, call, staff=me.id, by=me.name, eta_min=eta_min)
    if found is None:
        desk.refuse("This call has ended.")
    return _back()


@bp.post("/staff/calls/<call>/helped")
@desk.needs_login
def helped(call: str) -> ResponseReturnValue:
    """Say that the guest was helped."""
    desk.write(calls.helped, call, staff=desk.me().id)
    return _back()


def _back() -> ResponseReturnValue:
    """Go back to the page whose strip was pressed."""
    return redirect(
        desk.inside(request.form.get("page", "")) or url_for("calls.index"), 303
    )
