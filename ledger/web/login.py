"""Log in and out. A session ends after two idle hours, or at once when somebody leaves."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask import session as member_of_staff
from flask.typing import ResponseReturnValue

from ledger import second_factors, staff
from ledger.clock import Means
from ledger.web import desk, second

bp = Blueprint("login", __name__, url_prefix="/login")


@bp.get("")
def show() -> ResponseReturnValue:
    return render_template(
        "staff/login.html", next=desk.inside(request.args.get("next", ""))
    )


@bp.post("")
def log_in() -> ResponseReturnValue:
    ledger = desk.ledger()
    person = ledger.store.write(
        staff.log_in,
        Means(ledger.clock()),
        login=request.form.get("login", "")[:100],
        password=request.form.get("password", "")[:200],
    )
    wanted = desk.inside(request.form.get("next", ""))
    if person is None:
        page = render_template("staff/login.html", next=wanted, refused=True)
        return page, 403
    with ledger.store.read() as session:
        more = second_factors.state(session, person.id).on
    if more:
        return second.ask(person.id, wanted)
    second.enter(person.id)
    return redirect(wanted or url_for("orders.index"), 303)


@bp.post("/out")
def log_out() -> ResponseReturnValue:
    member_of_staff.clear()
    return redirect(url_for("login.show"), 303)
