"""Show a refusal: on a page of its own, which survives a reload, with its ways on."""

from typing import Any

from flask import Blueprint, redirect, url_for
from flask import session as guest
from werkzeug.wrappers import Response

from kiosk import sales
from kiosk.shown.houses import HouseMap
from kiosk.shown.named import Refusal
from kiosk.shown.reviewing import OrderShown, Stage
from kiosk.web import formats, frame, house
from kiosk.web.guest import device, order, refused, remember
from kiosk.web.picture import Picture, picture
from kiosk.web.words import Case, Sorry, sorry

bp = Blueprint("refusals", __name__)


@bp.get("/sorry")
def show() -> Response | str:
    """Say the refusal that was kept; without one, go to the beginning."""
    refusal = refused()
    if refusal is None:
        return redirect(url_for("attract.show"))
    facts = guest["sorry"]
    return page(
        refusal,
        performance=facts.get("performance", ""),
        quantity=facts.get("quantity", 0),
        offered=facts.get("offered"),
    )


def go(refusal: Refusal, **facts: Any) -> Response:
    """Keep a refusal and go to its page."""
    remember(refusal, **facts)
    return redirect(url_for("refusals.show"), 303)


def page(
    refusal: Refusal,
    *,
    performance: str = "",
    quantity: int = 0,
    offered: int | None = None,
) -> str:
    """Render a refusal. offered: what the seats that went would have cost, if known."""
    here = order()
    said = _said(refusal, here, performance, quantity, offered)
    return frame.page(
        "kiosk/sorry.html",
        sheets=["components/picture", "screens/sorry"],
        shown=here,
        sorry=said,
        picture=_picture(refusal, here),
        total=_total(refusal, here),
        # Where a button offers it, the bar need not.
        may_start_over=all(
            button.url != url_for("leaving.start_over") for button in said.buttons
        ),
        back=url_for("will_call.ask") if refusal.key.startswith("collect.") else "",
    )


def _said(
    refusal: Refusal,
    here: OrderShown | None,
    performance: str,
    quantity: int,
    offered: int | None,
) -> Sorry:
    performance = performance or (here.performance if here else "")
    return sorry(
        refusal,
        Case(
            performance=performance,
            zone=house.read(device()).zone,
            quantity=quantity or (sum(here.counts.values()) if here else 0),
            default_type=_default_type(refusal, performance),
            wanted=formats.seat_names(refusal.wanted or (here.seats if here else ())),
            same_price=_same_price(refusal, here, offered),
            linked=device().up,
            on_phone=here is not None and here.stage in {Stage.HELD, Stage.PAYING},
        ),
    )


def _default_type(refusal: Refusal, performance: str) -> str:
    if refusal.key != "seats.few" or not performance:
        return ""
    choices = sales.choices(device(), performance)
    if isinstance(choices, Refusal):
        return ""
    return next((one.id for one in choices.types if one.default), choices.types[0].id)


def _same_price(refusal: Refusal, here: OrderShown | None, offered: int | None) -> bool:
    if refusal.key != "seat.gone" or not refusal.seats or here is None or offered is None:
        return False
    nearest = sales.price(device(), here.order, [seat.code for seat in refusal.seats])
    return not isinstance(nearest, Refusal) and nearest.total == offered


def _total(refusal: Refusal, here: OrderShown | None) -> str:
    """Say what the seats that are offered instead cost, with all fees; blank: none are."""
    if not refusal.seats or here is None:
        return ""
    found = sales.price(device(), here.order, [seat.code for seat in refusal.seats])
    return "" if isinstance(found, Refusal) else formats.money(found.total, found.currency)


def _picture(refusal: Refusal, here: OrderShown | None) -> Picture | None:
    if not refusal.seats or here is None:
        return None
    found = sales.house_map(device(), here.order)
    if not isinstance(found, HouseMap):
        return None
    return picture(found, refusal.seats, section=refusal.seats[0].section)
