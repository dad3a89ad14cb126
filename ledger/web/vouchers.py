"""Vouchers and gift cards: made by the batch, looked up by code, made void."""

from datetime import datetime, time, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ledger import catalogue, gift_cards, vouchers
from ledger.web import amounts, desk, downloads
from ledger.written import moment, plain

bp = Blueprint("vouchers", __name__, url_prefix="/staff/vouchers")
LONGEST_DAYS = 3_660


class NotADay(ValueError):
    """What was typed is no day that a voucher could last to."""


@bp.get("")
@desk.needs(*desk.SELLERS)
def index() -> ResponseReturnValue:
    with desk.ledger().store.read() as session:
        house = catalogue.house(session)
        return render_template(
            "staff/vouchers.html",
            batches=vouchers.batches(session),
            owed=gift_cards.owed(session),
            kinds=vouchers.KINDS,
            most=vouchers.MOST_AT_ONCE,
            currency=house.currency,
            zone=house.zone,
            key=uuid4(),
        )


@bp.post("")
@desk.needs(desk.SUPERVISOR)
def make() -> ResponseReturnValue:
    """Make a batch; the answer is the file with its codes, which nothing else holds."""
    with desk.ledger().store.read() as session:
        house = catalogue.house(session)
    kind, name = desk.field("kind"), desk.field("name", most=100)
    typed, key = desk.field("count"), desk.field("key")
    if kind not in vouchers.KINDS:
        abort(400)
    try:
        key = str(UUID(key))
    except ValueError:
        abort(400)
    try:
        amount = amounts.read(desk.field("amount"), house.currency, what="value")
        until_ms = _day(desk.field("until"), house.zone)
    except (amounts.NotAnAmount, NotADay) as why:
        return _refused(str(why))
    count = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 6 else 0
    if not name:
        return _refused("Please say what they are for.")
    if not amount:
        return _refused("Please say what each is worth.")
    if not 1 <= count <= vouchers.MOST_AT_ONCE:
        return _refused(f"Please make 1 to {vouchers.MOST_AT_ONCE} at once.")
    codes = desk.write(
        vouchers.make,
        key=key,
        name=name,
        kind=kind,
        currency=house.currency,
        amount=amount,
        count=count,
        until_ms=until_ms,
        by=desk.me().id,
    )
    if not codes:
        return _refused("These were made already, by an earlier press.")
    until = moment(until_ms - 1, house.zone).date().isoformat() if until_ms else ""
    value = plain(amount, house.currency)
    words = vouchers.KINDS[kind]
    rows = [
        (gift_cards.shown(code), words, value, house.currency, until, name)
        for code in codes
    ]
    return downloads.table("vouchers", "csv", vouchers.HEADER, rows)


@bp.post("/<batch>/void")
@desk.needs(desk.SUPERVISOR)
def void(batch: str) -> ResponseReturnValue:
    reason = desk.field("reason")
    if not reason:
        return _refused("Please say why.")
    count = desk.write(vouchers.void, batch, reason=reason, by=desk.me().id)
    if count:
        desk.say(f"{count} of them pay for nothing any more.")
    else:
        desk.refuse("None of them was left.")
    return redirect(url_for("vouchers.index"), 303)


@bp.post("/look")
@desk.needs(*desk.SELLERS)
def look() -> ResponseReturnValue:
    """Find a card by its code; its page does not show the code again."""
    with desk.ledger().store.read() as session:
        found = vouchers.find(session, desk.field("code", most=60))
    if found is None:
        return _refused("No voucher or gift card has this code.")
    return redirect(url_for("vouchers.show", card=found.hash), 303)


@bp.get("/cards/<card>")
@desk.needs(*desk.SELLERS)
def show(card: str) -> ResponseReturnValue:
    with desk.ledger().store.read() as session:
        row = vouchers.read(session, card)
        if row is None:
            abort(404)
        return render_template(
            "staff/voucher.html",
            card=row,
            uses=vouchers.uses(session, card),
            kinds=vouchers.KINDS,
            now_ms=desk.ledger().clock(),
            zone=catalogue.house(session).zone,
        )


@bp.post("/cards/<card>/void")
@desk.needs(desk.SUPERVISOR)
def void_one(card: str) -> ResponseReturnValue:
    reason = desk.field("reason")
    if not reason:
        desk.refuse("Please say why.")
    elif desk.write(vouchers.void_one, card, reason=reason, by=desk.me().id):
        desk.say("It pays for nothing any more.")
    else:
        desk.refuse("There is no such card, or it is void.")
    return redirect(url_for("vouchers.show", card=card), 303)


def _refused(words: str) -> ResponseReturnValue:
    desk.refuse(f"{words} Nothing was changed.")
    return redirect(url_for("vouchers.index"), 303)


def _day(typed: str, zone: str) -> int | None:
    """Read the last day on which they pay; give the moment when it is over. Blank: none."""
    if not typed:
        return None
    now = moment(desk.ledger().clock(), zone)
    try:
        day = datetime.strptime(typed, "%Y-%m-%d").date()  # noqa: DTZ007 - a day, no moment.
    except ValueError:
        raise NotADay(f"“{typed[:30]}” is no day.") from None
    if not now.date() <= day <= now.date() + timedelta(days=LONGEST_DAYS):
        raise NotADay("Please give a day of the next ten years, or leave it blank.")
    over = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))
    return round(over.timestamp() * 1000)
