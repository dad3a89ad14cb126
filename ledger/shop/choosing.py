"""What becomes of the tickets of a cancelled performance: its guest chooses by the link.

Each choice first shows what it does to seats and money. Source: REP1, lobby.md §8.
"""

from dataclasses import dataclass

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from boxoffice.refunds import BANK_TRANSFER_FORM
from ledger import catalogue, evenings, move_plans, on_sale, previews
from ledger import choices as rule
from ledger.choices import Choice
from ledger.on_sale import Show
from ledger.refused import Refused
from ledger.shop import exchanging, formats, frame, phone
from ledger.shop.blueprint import bp
from ledger.shop.speech import gettext as _
from ledger.tables.orders import OrderRow

# More than any order has; what is beyond is not read.
_MOST = 200


@dataclass(frozen=True)
class Said:
    """A choice in words: what it is called, and what it does to seats and money."""

    id: str
    token: str
    title: str
    does: list[str]
    deed: str


@bp.get("/orders/<code>/choices/<performance>")
def choices(code: str, performance: str) -> ResponseReturnValue:
    """Show all that can be chosen."""
    with frame.ledger().store.read() as session:
        return _page(session, code, _order(session, code), performance, "")


@bp.post("/orders/<code>/choices/<performance>")
def choose(code: str, performance: str) -> ResponseReturnValue:
    """Show what was chosen once more; pressed there, do exactly that."""
    chosen, token = request.form.get("choice", ""), request.form.get("token", "")
    only, seats = (
        request.form.getlist("ticket")[:_MOST],
        request.form.getlist("seat")[:_MOST],
    )
    with frame.ledger().store.read() as session:
        order = _order(session, code)
        if not token:
            others = exchanging.refused(session, code, order, performance, chosen)
            return others or _page(session, code, order, performance, chosen)
        id = order.id
    done = frame.write(rule.choose, id, performance, chosen, token, only=only, seats=seats)
    if isinstance(done, Refused):
        flash(_("Things have changed meanwhile. Please choose again."), "sorry")
        again = url_for("shop.choices", code=code, performance=performance)
        return redirect(again, 303)
    flash(_done(done), "done")
    return redirect(url_for("shop.on_phone", code=code), 303)


def _order(session: Session, code: str) -> OrderRow:
    return phone.order(session, code) or abort(404)


def _page(
    session: Session, code: str, order: OrderRow, performance: str, id: str
) -> ResponseReturnValue:
    only, seats = (
        request.form.getlist("ticket")[:_MOST],
        request.form.getlist("seat")[:_MOST],
    )
    means = frame.ledger().means()
    found = rule.of(session, means, order, performance, only=only, seats=seats)
    if not found:
        return redirect(url_for("shop.on_phone", code=code), 303)
    show = on_sale.in_basket(session, performance, frame.ledger().clock())
    plan = evenings.plan_of(session, performance)
    mine = move_plans.live(session, [order.id], performance)
    going = found[0].tickets
    names = {one.id: formats.seats(plan, [one.seat]) for one in mine if plan.chart}
    chosen = next((one for one in found if one.id == id), None)
    there = evenings.plan_of(session, chosen.to) if chosen and chosen.to else None
    return frame.page(
        "choose.html",
        session,
        code=code,
        show=show,
        seats=formats.seats(plan, [t.seat for t in mine if t.id in going and plan.chart]),
        mine=[(one.id, names.get(one.id) or one.seat, one.id in going) for one in mine],
        choices=[_said(session, order, one) for one in found],
        chosen=_said(session, order, chosen) if chosen else None,
        going=going,
        taken=chosen.seats if chosen and chosen.to else (),
        to=chosen.to if chosen and there and there.chart else "",
    )


def _said(session: Session, order: OrderRow, one: Choice) -> Said:
    amount = formats.money(one.amount, order.currency)
    kept = _("Your tickets for the cancelled performance end.")
    match one.kind:
        case rule.EXCHANGE:
            there = on_sale.in_basket(session, one.to, frame.ledger().clock())
            return _exchange(session, one, there, amount)
        case rule.REFUND:
            does = [*_back(one, order.currency), kept]
            title = _("Money back: %(amount)s", amount=amount)
            return Said(one.id, one.token, title, does, _("Give me my money back"))
        case rule.CREDIT:
            does = [
                _("You get a gift card of %(amount)s by mail.", amount=amount),
                _("It pays for tickets online, at our kiosks and at the box office."),
                kept,
            ]
            title = _("A gift card of %(amount)s", amount=amount)
            return Said(one.id, one.token, title, does, _("Send me the gift card"))
        case _donate:
            does = [
                _("The %(amount)s are yours no more: thank you.", amount=amount),
                _("It cannot be taken back here."),
                kept,
            ]
            title = _("Donate %(amount)s to the house", amount=amount)
            return Said(one.id, one.token, title, does, _("Donate it"))


def _exchange(session: Session, one: Choice, there: Show, amount: str) -> Said:
    zone = catalogue.house(session).zone
    when = f"{formats.day(there.starts_ms, zone)}, {formats.clock(there.starts_ms, zone)}"
    title = _("%(title)s on %(when)s", title=there.title, when=when)
    plan, hall = evenings.plan_of(session, one.to), formats.own(there.hall)
    does = []
    if plan.chart is not None:
        seats = formats.seats(plan, one.seats)
        does.append(_("Your new seats: %(seats)s, %(hall)s.", seats=seats, hall=hall))
    else:
        does.append(_("Unreserved seating, %(hall)s.", hall=hall))
    does += [
        _("No money moves: the %(amount)s that you paid stay with them.", amount=amount),
        _("You get new codes by mail; the older ones open no door any more."),
    ]
    return Said(one.id, one.token, title, does, _("Exchange my tickets"))


def _back(one: Choice, currency: str) -> list[str]:
    """Say which way the money goes."""
    if one.back is None or not one.back.back:
        return [_("Nothing was paid with money; seat credits come back.")]
    words = []
    for back in one.back.back:
        amount = formats.money(back.amount, currency)
        if back.route == previews.ONLINE_CARD:
            words.append(_("%(amount)s go back to the card.", amount=amount))
        elif back.route == BANK_TRANSFER_FORM:
            words.append(
                _(
                    "%(amount)s go to a bank account; a letter asks for it.",
                    amount=amount,
                )
            )
        else:
            words.append(
                _("%(amount)s go back onto the voucher or gift card.", amount=amount)
            )
    return words


def _done(done: Choice) -> str:
    match done.kind:
        case rule.EXCHANGE:
            return _("Your tickets are exchanged. New codes are on their way by mail.")
        case rule.REFUND:
            return _("Your money is on its way.")
        case rule.CREDIT:
            return _("Your gift card is on its way by mail.")
        case _donated:
            return _("Thank you for your donation.")
