"""Patrons remove the card that they let us keep. Source: MEM9, PAY4."""

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from ledger import audit, cards_on_file
from ledger.shop import frame, phone
from ledger.shop.blueprint import bp
from ledger.shop.speech import gettext as _


@bp.post("/orders/<code>/card")
def remove_card(code: str) -> ResponseReturnValue:
    """Remove it from the order's own page."""
    with frame.ledger().store.read() as session:
        order = (phone.order(session, code) or abort(404)).id
    _remove(order)
    return redirect(url_for("shop.on_phone", code=code), 303)


@bp.post("/baskets/<secret>/order/card")
def remove_basket_card(secret: str) -> ResponseReturnValue:
    """Remove it right after the purchase."""
    with frame.ledger().store.read() as session:
        order = frame.basket(session, secret).order or abort(404)
    _remove(order)
    return redirect(url_for("shop.confirmed", secret=secret), 303)


def _remove(order: str) -> None:
    if frame.write(cards_on_file.remove, order, by=audit.PATRON):
        flash(_("Your card is removed. It will not be charged."), "done")
