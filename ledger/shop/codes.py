"""Codes that patrons type: promo codes for a price, vouchers and gift cards that pay.

Source: lobby.md §2, sync.md §2.3.
"""

from flask import flash, redirect, request, url_for
from flask import session as patron
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from boxoffice.refusals import Code
from ledger import (
    basket_changes,
    basket_tenders,
    evenings,
    guessing,
    pickups,
    voucher_balances,
)
from ledger.baskets import Basket
from ledger.clock import Means
from ledger.refused import Refused
from ledger.shop import formats, frame
from ledger.shop.blueprint import bp
from ledger.shop.speech import gettext as _
from ledger.shop.words import sorry

MOST_CHARACTERS = 60


@bp.post("/baskets/<secret>/promo")
def promo(secret: str) -> ResponseReturnValue:
    """Open the prices of a promo code, and take them where they are sold."""
    with frame.ledger().store.read() as session:
        basket = frame.basket(session, secret)
    refused = frame.write(_promo, basket, request.form.get("promo", "")[:MOST_CHARACTERS])
    match refused:
        case None:
            flash(_("Your code's prices are in the lists now."), "done")
        case Refused(code=Code.NOT_FOUND):
            flash(_("No price of this performance has that code."), "sorry")
        case _:
            flash(sorry(refused), "sorry")
    return redirect(url_for("shop.tickets", secret=secret), 303)


def _promo(session: Session, means: Means, basket: Basket, typed: str) -> Refused | None:
    if not basket.performance:
        return Refused(Code.NOT_HELD)
    here = evenings.read(session, basket.performance)
    hash_ = pickups.hash_of(typed)
    kinds = [kind.id for kind in here.prices.open_to_all(hash_) if kind.code]
    refused = guessing.judge(session, means, f"basket {basket.id}", found=bool(kinds))
    if refused is not None:
        return refused
    return basket_changes.enter_promo(session, means, basket.id, hash_)


@bp.post("/baskets/<secret>/vouchers")
def voucher(secret: str) -> ResponseReturnValue:
    """Let a voucher or gift card pay what it can, or take one off again."""
    with frame.ledger().store.read() as session:
        basket = frame.basket(session, secret)
    off = request.form.get("off", "")
    if off:
        frame.write(basket_tenders.take_off, basket.id, off)
        return redirect(url_for("shop.summary", secret=secret), 303)
    code = request.form.get("code", "")[:MOST_CHARACTERS]
    if request.form.get("ask"):
        _tell(basket, code)
        return redirect(url_for("shop.summary", secret=secret), 303)
    refused = frame.write(basket_tenders.put, basket.id, code)
    match refused:
        case None:
            flash(_("It pays for this order."), "done")
        case Refused(code=Code.NOT_FOUND):
            flash(_("No voucher or gift card has this code, or it is empty."), "sorry")
        case _:
            flash(sorry(refused), "sorry")
    return redirect(url_for("shop.summary", secret=secret), 303)


def _tell(basket: Basket, code: str) -> None:
    """Say what a code has left; it stays typed, to be used next."""
    place = basket_tenders.place_of(basket.id)
    match frame.write(voucher_balances.ask, code, by=place):
        case voucher_balances.Balance() as found:
            patron["code"] = code
            amount = formats.money(found.left, found.currency)
            if found.kind == "gift_card":
                flash(_("This gift card has %(amount)s left.", amount=amount), "done")
            else:
                flash(_("This voucher has %(amount)s left.", amount=amount), "done")
        case Refused(code=Code.NOT_FOUND):
            flash(_("No voucher or gift card has this code."), "sorry")
        case refused:
            flash(sorry(refused), "sorry")


def typed() -> str:
    """Give the code that somebody has just asked about, once."""
    return str(patron.pop("code", ""))
