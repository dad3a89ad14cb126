"""The second step of a login, and everybody's own second factor."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask import session as member_of_staff
from flask.typing import ResponseReturnValue

from ledger import accounts, catalogue, second_factors, staff, totp
from ledger.documents import code
from ledger.web import desk

bp = Blueprint("second", __name__)
# Who has shown the password has so long for the second step.
PATIENCE_MS = 5 * 60_000
HALF = "half"


def ask(person: str, wanted: str) -> ResponseReturnValue:
    """Remember whose password was right, and ask for the rest."""
    member_of_staff.clear()
    member_of_staff[HALF] = [person, desk.ledger().clock(), wanted]
    return redirect(url_for("second.show"), 303)


@bp.get("/login/second")
def show() -> ResponseReturnValue:
    if _half() is None:
        return redirect(url_for("login.show"), 303)
    return render_template("staff/second.html", refused=False)


@bp.post("/login/second")
def log_in() -> ResponseReturnValue:
    """Let somebody in with the digits of their app, or a spare code."""
    half = _half()
    if half is None:
        return redirect(url_for("login.show"), 303)
    person, wanted = half
    if not desk.write(second_factors.prove, person, desk.field("code", most=20)):
        return render_template("staff/second.html", refused=True), 403
    enter(person)
    return redirect(wanted or url_for("orders.index"), 303)


def enter(person: str) -> None:
    """Begin a session of somebody who has proved who they are."""
    member_of_staff.clear()
    member_of_staff["staff"] = person
    member_of_staff.permanent = True


@bp.get("/staff/people/me/second")
@desk.needs_login
def own() -> ResponseReturnValue:
    """Show the state of one's own second factor, or the code that begins one."""
    me = desk.me()
    with desk.ledger().store.read() as session:
        found = second_factors.state(session, me.id)
        house = catalogue.house(session).name
        login = next(one.login for one in accounts.all_(session) if one.id == me.id)
    secret = "" if found.on else desk.write(second_factors.begin, me.id)
    said = totp.address(secret, login=login, house=house) if secret else ""
    return render_template(
        "staff/second_own.html",
        found=found,
        secret=secret,
        picture=code.drawn(said) if said else None,
        spare=(),
    )


@bp.post("/staff/people/me/second")
@desk.needs_login
def switch() -> ResponseReturnValue:
    """Switch it on with digits of the app, or off with the password."""
    me = desk.me()
    if desk.field("act") == "off":
        with desk.ledger().store.read() as session:
            login = next(one.login for one in accounts.all_(session) if one.id == me.id)
        password = request.form.get("password", "")[:200]
        if desk.write(staff.vouch, login=login, password=password) is None:
            desk.refuse("The password does not fit. Nothing was changed.")
        else:
            desk.write(second_factors.switch_off, me.id, by=me.id)
            desk.say("Your second factor is off.")
        return redirect(url_for("second.own"), 303)
    spare = desk.write(second_factors.confirm, me.id, desk.field("code", most=20))
    if spare is None:
        desk.refuse("These digits do not fit. Please try the next ones.")
        return redirect(url_for("second.own"), 303)
    with desk.ledger().store.read() as session:
        found = second_factors.state(session, me.id)
    return render_template(
        "staff/second_own.html", found=found, secret="", picture=None, spare=spare
    )


@bp.post("/staff/people/<id>/second")
@desk.needs(desk.MANAGER)
def lost(id: str) -> ResponseReturnValue:
    """Take away the second factor of somebody whose phone is lost."""
    if desk.write(second_factors.switch_off, id, by=desk.me().id):
        desk.say("They log in with the password alone now.")
    else:
        desk.refuse("There is no second factor on this account.")
    return redirect(url_for("people.index"), 303)


def _half() -> tuple[str, str] | None:
    """Whose password was right a moment ago, and where they wanted to go."""
    kept = member_of_staff.get(HALF)
    if not isinstance(kept, list) or len(kept) != 3:
        return None
    person, at_ms, wanted = kept
    if desk.ledger().clock() - at_ms > PATIENCE_MS:
        return None
    return str(person), desk.inside(str(wanted))
