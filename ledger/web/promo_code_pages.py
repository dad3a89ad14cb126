"""Promo codes: which there are, how often each was used, and how often it may be."""

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ledger import programme, promo_codes
from ledger.web import desk, order_acts

bp = Blueprint("promo_codes", __name__, url_prefix="/staff/catalogue/promo-codes")
FIELDS = {
    "orders": ("orders in all", promo_codes.MOST),
    "tickets": ("tickets of one order", 1_000),
}


@bp.get("")
@desk.needs(*desk.SELLERS, desk.READER)
def index() -> ResponseReturnValue:
    return _page("", {}, {})


@bp.post("")
@desk.needs(desk.SUPERVISOR)
def limit() -> ResponseReturnValue:
    """Say how often a code may be used; an empty field means any number."""
    code = desk.field("code", most=100)
    typed = {name: desk.field(name, most=20).replace(",", "") for name in FIELDS}
    faults = {}
    numbers: dict[str, int | None] = {}
    for name, (_, most) in FIELDS.items():
        text = typed[name]
        whole = text.isascii() and text.isdecimal() and len(text) < 9
        numbers[name] = int(text) if whole else None
        if text and not (whole and 1 <= int(text) <= most):
            faults[name] = f"A whole number from 1 to {most:,}, or nothing, please."
    with desk.ledger().store.read() as session:
        row = promo_codes.read(session, code)
        if row is None:
            abort(404)
        word = row.word
    if faults:
        desk.refuse("Nothing was changed. Please look at what is marked.")
        return _page(code, typed, faults)
    first = desk.write(
        programme.limit_promo_code,
        code,
        orders=numbers["orders"],
        tickets=numbers["tickets"],
        by=desk.me().id,
        seen=desk.field("seen"),
    )
    if first is not None:
        order_acts.overtaken(first, done="Nothing was changed", thing="this code")
        return _page(code, typed, {})
    desk.say(f"{word}: changed. Orders that are made stay as they are.")
    return redirect(url_for("promo_codes.index"), 303)


def _page(code: str, typed: dict[str, str], faults: dict[str, str]) -> ResponseReturnValue:
    with desk.ledger().store.read() as session:
        found = promo_codes.listed(session, desk.ledger().clock())
    return render_template(
        "staff/promo_codes.html",
        codes=found,
        fields=FIELDS,
        code=code,
        typed=typed,
        faults=faults,
    )
