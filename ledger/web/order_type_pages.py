"""Order types, such as tables: listed, added, changed, retired; and how many are taken.

Source: ORT1.
"""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from boxoffice.bad_input import OutOfRange
from ledger import catalogue, order_types
from ledger.order_types import MOST_ORDERS, MOST_PEOPLE, NameTwice, Said
from ledger.rivals import Overtaken
from ledger.web import desk, downloads, order_acts
from ledger.written import plain

bp = Blueprint("order_types", __name__, url_prefix="/staff/catalogue/order-types")
NEW = "new"
DAY_MS = 86_400_000
HEADER = ("performance", "production", "order type", "taken", "of", "people", "charge")


@bp.get("")
@desk.needs(desk.SUPERVISOR)
def index() -> ResponseReturnValue:
    return _page("", {}, {})


@bp.post("")
@desk.needs(desk.SUPERVISOR)
def add() -> ResponseReturnValue:
    return _said(NEW)


@bp.post("/<kind>")
@desk.needs(desk.SUPERVISOR)
def change(kind: str) -> ResponseReturnValue:
    """Change a type, retire it, or bring it back."""
    act = desk.field("act")
    if act not in {"retire", "bring_back"}:
        return _said(kind)
    try:
        retired = act == "retire"
        found = desk.write(order_types.retire, kind, retired=retired, by=desk.me().id)
    except NameTwice as why:
        desk.refuse(f"{why} Nothing was changed.")
        return redirect(url_for("order_types.index"), 303)
    if not found:
        abort(404)
    desk.say("It is not sold any more." if retired else "It is sold again.")
    return redirect(url_for("order_types.index"), 303)


def _said(kind: str) -> ResponseReturnValue:
    typed = {name: desk.field(name, most=100) for name in ("name", *_NUMBERS)}
    typed["usual"] = "1" if request.form.get("usual") == "1" else ""
    typed["online"] = "1" if request.form.get("online") == "1" else ""
    faults: dict[str, str] = {}
    said = _read(typed, faults)
    if said is not None:
        try:
            if kind == NEW:
                desk.write(order_types.add, said, by=desk.me().id)
                where = " and in the shop" if said.online else ""
                desk.say(f"{said.name} can be sold at the window{where}.")
            else:
                seen = desk.field("seen")
                done = desk.write(
                    order_types.change, kind, said, by=desk.me().id, seen=seen
                )
                if not done:
                    abort(404)
                if isinstance(done, Overtaken):
                    nothing, thing = "Nothing was changed", "this order type"
                    order_acts.overtaken(done, done=nothing, thing=thing)
                    return _page(kind, typed, {})
                desk.say("Changed. Orders that are made stay as they are.")
        except NameTwice as why:
            faults["name"] = str(why)
        else:
            return redirect(url_for("order_types.index"), 303)
    return _page(kind, typed, faults)


_NUMBERS = {
    "minimum": ("people at least", 0, MOST_PEOPLE),
    "maximum": ("people at most", 1, MOST_PEOPLE),
    "orders": ("so many a performance", 0, MOST_ORDERS),
}


def _read(typed: dict[str, str], faults: dict[str, str]) -> Said | None:
    numbers = {}
    for name, (_, least, most) in _NUMBERS.items():
        text = typed[name]
        whole = text.isascii() and text.isdecimal() and len(text) < 8
        numbers[name] = int(text) if whole else -1
        if not least <= numbers[name] <= most:
            faults[name] = f"A whole number from {least} to {most:,}, please."
    if not typed["name"]:
        faults["name"] = "Please give it a name."
    if faults:
        return None
    said = Said(
        typed["name"],
        **numbers,
        usual=bool(typed["usual"]),
        online=bool(typed["online"]),
    )
    try:
        assert said.fact
    except OutOfRange:
        faults["maximum"] = "That is fewer than at least."
        return None
    return said


def _page(kind: str, typed: dict[str, str], faults: dict[str, str]) -> ResponseReturnValue:
    with desk.ledger().store.read() as session:
        return render_template(
            "staff/order_types.html",
            kinds=order_types.all_(session, retired=True),
            kind=kind,
            typed=typed,
            faults=faults,
            numbers=_NUMBERS,
            mark=order_types.mark,
            tally=order_types.tally(session, desk.ledger().clock() - DAY_MS),
            house=catalogue.house(session),
        )


@bp.get("/taken.csv")
@desk.needs(desk.SUPERVISOR, desk.READER)
def taken() -> ResponseReturnValue:
    """Download how many of each kind every performance has, past ones too."""
    with desk.ledger().store.read() as session:
        house = catalogue.house(session)
        found = order_types.tally(session, 0)
    rows = [
        (
            desk.day_and_time(one.starts_ms, house.zone),
            one.title,
            one.kind,
            str(one.taken),
            str(one.orders),
            str(one.people),
            plain(one.charge, house.currency),
        )
        for one in found
    ]
    return downloads.table("order-types", "csv", HEADER, rows)
