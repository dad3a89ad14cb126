"""What the house decides about itself. Source: INV4, INV8, FEE5, lobby.md §7."""

import re
from decimal import Decimal, InvalidOperation

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ledger import catalogue, house_settings
from ledger.house_settings import Settings
from ledger.refused import Refused
from ledger.rivals import Overtaken
from ledger.web import amounts, desk, order_acts
from ledger.web.sale_form import plausible
from ledger.web.typed import Form
from ledger.written import plain

bp = Blueprint("settings", __name__, url_prefix="/staff/settings")
# Field, words, the most characters.
WORDS = (
    ("name", "Name of the house", 100),
    ("address", "Address", 200),
    ("mail_from", "Letters come from", 200),
    ("tax_number", "Tax number", 40),
    ("box_office_words", "Where the box office is", 200),
    ("exchange_rule", "Rule of exchange, in words", 300),
)
# Field, words, least and most.
NUMBERS = (
    ("hold_minutes", "Seats are held for so many minutes", 15, 240),
    ("max_seats", "Most seats in one order, online and at kiosks", 1, 100),
    ("idle_s", "An untouched kiosk starts anew after so many seconds", 15, 600),
)
MOST_DONATIONS = 6
_UNTIL = re.compile(r"(\d{1,3})\s+([01]?\d|2[0-3])[:.]([0-5]\d)")


@bp.get("")
@desk.needs(desk.MANAGER)
def show() -> ResponseReturnValue:
    return _page(None)


@bp.post("")
@desk.needs(desk.MANAGER)
def change() -> ResponseReturnValue:
    """Decide otherwise, or say at each field what is wrong with it."""
    with desk.ledger().store.read() as session:
        currency = catalogue.house(session).currency
    form = Form(request.form)
    wanted = _read(form, currency)
    if form.faults:
        count = len(form.faults)
        fields = f"{count} field{'s' if count != 1 else ''}"
        desk.refuse(f"Please look at {fields} again. Nothing was changed.")
        return _page(form)
    done = desk.write(
        house_settings.change, wanted, seen=desk.field("seen"), by=desk.me().id
    )
    if isinstance(done, Refused):
        form.faults["hold_minutes"] = desk.words_of(done)
        return _page(form)
    if isinstance(done, Overtaken):
        order_acts.overtaken(done, done="Nothing was changed", thing="these settings")
        return _page(form)
    desk.say("Changed. Kiosks and doors hear of it at once.")
    return redirect(url_for("settings.show"), 303)


def _read(form: Form, currency: str) -> Settings:
    """Read what was typed; what is wrong stands in the form's faults."""
    words = {name: form.get(name)[:most] for name, _, most in WORDS}
    if not words["name"]:
        form.faults["name"] = "Please give the house a name."
    if words["mail_from"] and not plausible(words["mail_from"]):
        form.faults["mail_from"] = "This is no e-mail address."
    numbers = {}
    for name, _, least, most in NUMBERS:
        typed = form.get(name)
        whole = typed.isascii() and typed.isdecimal() and len(typed) < 6
        numbers[name] = int(typed) if whole else 0
        if not whole or not least <= numbers[name] <= most:
            form.faults[name] = f"Please give a whole number from {least} to {most}."
    until = _UNTIL.fullmatch(form.get("exchange_until"))
    if form.get("exchange_until") and until is None:
        form.faults["exchange_until"] = "Days before and a time, such as 1 12:00."
    return Settings(
        name=words["name"],
        address=words["address"],
        mail_from=words["mail_from"],
        tax_number=words["tax_number"],
        box_office_words=words["box_office_words"],
        exchange_rule=words["exchange_rule"],
        hold_minutes=numbers["hold_minutes"],
        max_seats=numbers["max_seats"],
        idle_s=numbers["idle_s"],
        exchange_until=f"{until[1]} {int(until[2]):02}:{until[3]}" if until else "",
        donations=_donations(form, currency),
        round_to=_amount(form, "round_to", currency) or 0,
        programme=_amount(form, "programme", currency),
        rate_bp=_rate(form),
        outside=form.get("outside") == "1",
    )


def _amount(form: Form, name: str, currency: str) -> int | None:
    if not form.get(name):
        return None
    try:
        return amounts.read(form.get(name), currency)
    except amounts.NotAnAmount as why:
        form.faults[name] = str(why)
        return None


def _donations(form: Form, currency: str) -> tuple[int, ...]:
    found: list[int] = []
    try:
        for typed in form.get("donations").replace(";", " ").split():
            found.append(amounts.read(typed, currency))
    except amounts.NotAnAmount as why:
        form.faults["donations"] = str(why)
    if len(found) > MOST_DONATIONS or 0 in found:
        form.faults["donations"] = f"Up to {MOST_DONATIONS} amounts above 0."
    return tuple(sorted(set(found)))


def _rate(form: Form) -> int:
    """Read a percentage into basis points."""
    try:
        rate = Decimal(form.get("rate").replace(",", ".") or "0") * 100
    except InvalidOperation:
        rate = Decimal(-1)
    if not rate.is_finite() or not 0 <= rate <= 10_000 or rate != rate.to_integral_value():
        form.faults["rate"] = "A percentage from 0 to 100, with two decimals at most."
        return 0
    return int(rate)


def _page(form: Form | None) -> ResponseReturnValue:
    """Show the settings. form: what was typed and not kept."""
    with desk.ledger().store.read() as session:
        house = catalogue.house(session)
        now = house_settings.read(session)
        currency = house.currency
        saved = {name: getattr(now, name) for name, _, _ in WORDS}
        saved |= {name: str(getattr(now, name)) for name, *_ in NUMBERS}
        saved |= {
            "exchange_until": now.exchange_until,
            "donations": " ".join(plain(one, currency) for one in now.donations),
            "round_to": plain(now.round_to, currency) if now.round_to else "",
            "programme": "" if now.programme is None else plain(now.programme, currency),
            "rate": f"{Decimal(now.rate_bp) / 100:f}",
            "outside": "1" if now.outside else "",
        }
        return render_template(
            "staff/settings.html",
            words=WORDS,
            numbers=NUMBERS,
            values={name: form.get(name) for name in saved} if form else saved,
            faults=form.faults if form else {},
            seen=now.mark,
            house=house,
        )
