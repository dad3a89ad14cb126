"""Staff accounts and the audit. Managers only; everybody may change their own password."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from ledger import accounts, audit_log, catalogue, sorting, staff
from ledger.documents import code as codes
from ledger.rivals import Overtaken
from ledger.sorting import Sorting
from ledger.tables.house import StaffFactorRow
from ledger.web import desk, downloads, order_acts

bp = Blueprint("people", __name__, url_prefix="/staff/people")


@bp.get("")
@desk.needs(desk.MANAGER)
def index() -> ResponseReturnValue:
    return _page({})


def _page(ticked: dict[str, list[str]]) -> str:
    """Show all accounts. ticked: roles by account that were chosen and not kept."""
    with desk.ledger().store.read() as session:
        return render_template(
            "staff/people.html",
            accounts=accounts.all_(session),
            factors=frozenset(session.scalars(select(StaffFactorRow.staff))),
            roles=accounts.WORDS,
            ticked=ticked,
            shortest=accounts.SHORTEST_PASSWORD,
            zone=catalogue.house(session).zone,
        )


@bp.post("")
@desk.needs(desk.MANAGER)
def hire() -> ResponseReturnValue:
    name = desk.field("name", most=100)
    try:
        desk.write(
            accounts.hire,
            name=name,
            login=desk.field("login", most=60),
            password=request.form.get("password", "")[:200],
            pin=desk.field("pin", most=12),
            roles=request.form.getlist("role"),
            by=desk.me().id,
        )
    except accounts.Unfit as why:
        desk.refuse(f"{why} Nothing was done.")
    else:
        desk.say(f"{name} has an account.")
    return redirect(url_for("people.index"), 303)


@bp.post("/<id>")
@desk.needs(desk.MANAGER)
def change(id: str) -> ResponseReturnValue:
    seen, chosen = desk.field("seen"), request.form.getlist("role")
    try:
        if request.form.get("act") == "let_go":
            done = desk.write(accounts.let_go, id, by=desk.me().id, seen=seen)
            if done is not None:
                return _overtaken(done, {})
            desk.say("Closed. They are out at once, and devices forget their PIN.")
        else:
            done = desk.write(
                accounts.change,
                id,
                roles=chosen,
                password=request.form.get("password", "")[:200],
                pin=desk.field("pin", most=12),
                by=desk.me().id,
                seen=seen,
            )
            if done is not None:
                return _overtaken(done, {id: chosen})
            desk.say("Changed.")
    except accounts.Unfit as why:
        desk.refuse(f"{why} Nothing was changed.")
    except NoResultFound:
        desk.refuse("There is no such account.")
    return redirect(url_for("people.index"), 303)


@bp.post("/<id>/code")
@desk.needs(desk.MANAGER)
def code(id: str) -> ResponseReturnValue:
    """Draw a staff code and show it, this once, as a card to print; or take it back."""
    try:
        if request.form.get("act") == "end":
            if desk.write(accounts.end_code, id, by=desk.me().id):
                desk.say("Taken back. Devices forget the code.")
            else:
                desk.say("There was no code.")
            return redirect(url_for("people.index"), 303)
        text = desk.write(accounts.give_code, id, by=desk.me().id)
    except accounts.Unfit as why:
        desk.refuse(f"{why} Nothing was changed.")
        return redirect(url_for("people.index"), 303)
    except NoResultFound:
        desk.refuse("There is no such account.")
        return redirect(url_for("people.index"), 303)
    with desk.ledger().store.read() as session:
        name = next(one.name for one in accounts.all_(session) if one.id == id)
        house = catalogue.house(session).name
    drawn = codes.drawn(text)
    page = render_template("staff/staff_code.html", name=name, venue=house, picture=drawn)
    return page, {"Cache-Control": "no-store"}


def _overtaken(quicker: Overtaken, ticked: dict[str, list[str]]) -> str:
    thing = "this account"
    order_acts.overtaken(quicker, done="Nothing was changed", thing=thing, kept=False)
    return _page(ticked)


@bp.get("/audit")
@desk.needs(desk.MANAGER)
def log() -> ResponseReturnValue:
    wanted, by = _wanted()
    with desk.ledger().store.read() as session:
        entries = audit_log.find(session, wanted, by)
        return render_template(
            "staff/audit.html",
            entries=entries,
            about=audit_log.about(session, entries),
            most=audit_log.SHOWN,
            wanted=wanted,
            columns=audit_log.columns(wanted),
            sorting=by,
            asked=downloads.asked(by, audit_log.USUAL, q=wanted),
            zone=catalogue.house(session).zone,
        )


@bp.get("/audit/list.<kind>")
@desk.needs(desk.MANAGER)
def listed(kind: str) -> ResponseReturnValue:
    """Give the entries of a search as a file. Source: lobby.md §7."""
    wanted, _ = _wanted()
    with desk.ledger().store.read() as session:
        zone = catalogue.house(session).zone
    found = audit_log.table(desk.ledger().store, zone, wanted)
    return downloads.table("audit", kind, audit_log.HEADER, found)


def _wanted() -> tuple[str, Sorting]:
    wanted, sort = request.args.get("q", "")[:100], request.args.get("sort", "")
    return wanted, sorting.read(sort, audit_log.columns(wanted), audit_log.USUAL)


@bp.get("/me")
@desk.needs_login
def own() -> ResponseReturnValue:
    return render_template("staff/me.html", shortest=accounts.SHORTEST_PASSWORD)


@bp.post("/me")
@desk.needs_login
def new_password() -> ResponseReturnValue:
    """Change one's own password, with the old one."""
    me = desk.me()
    fresh = request.form.get("password", "")[:200]
    with desk.ledger().store.read() as session:
        login = next(one.login for one in accounts.all_(session) if one.id == me.id)
    old = request.form.get("old", "")[:200]
    known = desk.write(staff.vouch, login=login, password=old)
    if known is None:
        desk.refuse("The old password does not fit. Nothing was changed.")
        return redirect(url_for("people.own"), 303)
    try:
        desk.write(accounts.change, me.id, roles=me.roles, password=fresh, pin="", by=me.id)
    except accounts.Unfit as why:
        desk.refuse(f"{why} Nothing was changed.")
        return redirect(url_for("people.own"), 303)
    desk.say("Your password is changed.")
    return redirect(url_for("orders.index"), 303)
