"""What becomes of the tickets of a cancelled performance: its guest chooses by the link.

Each choice first shows what it does to seats and money. Source: REP1, lobby.md §8.
"""

from dataclasses import dataclass

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from boxoffice.refunds import BANK_TRANSFER_FORM
from ledger import catalogue, evenings, on_sale, previews
from ledger import choices as rule
from ledger.choices import Choice
from ledger.on_sale import Show
from ledger.refused import Refused
from ledger.shop import formats, frame, phone
from ledger.shop.blueprint import bp
from ledger.shop.speech import gettext as _
from ledger.tables.orders import OrderRow


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
    with frame.ledger().store.read() as session:
        order = _order(session, code)
        if not token:
            return _page(session, code, order, performance, chosen)
        id = order.id
    done = frame.write(rule.choose, id, performance, chosen, token)
    if isinstance(done, Refused):
        flash(_("Things have changed meanwhile. Please choose again."), "sorry")
        again = url_for("shop.choices", code=code, performance=performance)
        return redirect(again, 303)
    flash(_done(done), "done")
    return redirect(url_for("shop.on_phone", code=code), 303)


def _order(session: Session, code: str) -> OrderRow:
    return phone.order(session, code) or abort(404)


def _page(
    session: Session, code: str, order: OrderRow, performance: str, chosen: str
) -> ResponseReturnValue:
    found = rule.of(session, frame.ledger().means(), order, performance)
    if not found:
        return redirect(url_for("shop.on_phone", code=code), 303)
    said = [_said(session, order, one) for one in found]
    show = on_sale.in_basket(session, performance, frame.ledger().clock())
    seats = formats.seats(evenings.plan_of(session, performance), found[0].seats)
    return frame.page(
        "choose.html",
        session,
        code=code,
        show=show,
        seats=_yours(session, order, performance) or seats,
        choices=said,
        chosen=next((one for one in said if one.id == chosen), None),
    )


def _yours(session: Session, order: OrderRow, performance: str) -> str:
    from ledger import move_plans

    own = [one.seat for one in move_plans.live(session, [order.id], performance)]
    plan = evenings.plan_of(session, performance)
    return formats.seats(plan, own) if plan.chart else ""


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
    plan = evenings.plan_of(session, one.to)
    does = []
    if plan.chart is not None:
        seats = formats.seats(plan, one.seats)
        does.append(_("Your new seats: %(seats)s, %(hall)s.", seats=seats, hall=there.hall))
    else:
        does.append(_("Unreserved seating, %(hall)s.", hall=there.hall))
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
