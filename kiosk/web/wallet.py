"""Other ways to pay: vouchers, gift cards and promo codes; membership and its credits."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask import session as guest
from werkzeug.wrappers import Response

from kiosk import tenders
from kiosk.shown.named import Refusal
from kiosk.shown.reviewing import OrderShown, Stage
from kiosk.web import formats, refusals, typed
from kiosk.web.guest import device, order, where
from kiosk.web.speech import gettext as _

bp = Blueprint("wallet", __name__, url_prefix="/order")

# These are put right by typing again, so they are said where one types.
TYPED_AGAIN = {"voucher.none", "member.none"}


def _here() -> OrderShown | Response:
    here = order()
    if here is None:
        return redirect(url_for("attract.show"))
    if here.stage is not Stage.HELD or here.ref:
        return redirect(where(here))
    return here


def _for_order(use: Callable[[OrderShown], Response]) -> Callable[[], Response]:
    """Use what is posted for the order to be paid; else go where the guest is."""

    @wraps(use)
    def posted() -> Response:
        here = _here()
        return redirect(here.location, 303) if isinstance(here, Response) else use(here)

    return posted


def _code() -> str:
    return request.form.get("code", "")[: tenders.LONGEST]


@bp.get("/voucher")
def voucher() -> Response | str:
    """Ask for a code."""
    return _typed(
        heading=_("Gift card or code"),
        step=_("Code"),
        words=_("Gift cards, vouchers and promo codes: type the code."),
        action=url_for("wallet.redeem"),
        fields=[typed.field("code", _("Code"), "any")],
        submit=_("Use this code"),
        told=_told(),
        other={"words": _("What is left?"), "action": url_for("wallet.balance")},
    )


@bp.post("/voucher")
@_for_order
def redeem(here: OrderShown) -> Response:
    """Use a code for this order."""
    code = _code()
    return _after(tenders.redeem(device(), here.order, code), "wallet.voucher", here, code)


@bp.post("/voucher/balance")
@_for_order
def balance(here: OrderShown) -> Response:
    """Say what a code has left; it stays typed, to be used next."""
    code = _code()
    found = tenders.balance(device(), here.order, code)
    if isinstance(found, Refusal):
        return _after(found, "wallet.voucher", here, code)
    typed.keep(code)
    guest["told"] = [found.kind, found.left, found.currency]
    return redirect(url_for("wallet.voucher"), 303)


def _told() -> str:
    """Say once what the code that was asked about has left; blank: nobody asked."""
    kind, left, currency = guest.pop("told", ("", 0, ""))
    amount = formats.money(left, currency) if kind else ""
    if kind == "gift_card":
        return _("This gift card has %(amount)s left.", amount=amount)
    return _("This voucher has %(amount)s left.", amount=amount) if kind else ""


@bp.post("/voucher/off")
@_for_order
def take_off(here: OrderShown) -> Response:
    """Pay without vouchers and gift cards."""
    return _after(tenders.take_off(device(), here.order), "wallet.voucher", here)


@bp.get("/member")
def member() -> Response | str:
    """Ask for a member's number and password; a card can be shown to the camera."""
    return _typed(
        heading=_("Members"),
        step=_("Member"),
        words=_("Show your card to the camera, or type:"),
        action=url_for("wallet.join"),
        fields=[
            typed.field("member_number", _("Member number"), "any"),
            typed.field("password", _("Password"), "password"),
        ],
        submit=_("Use my membership"),
    )


@bp.post("/member")
@_for_order
def join(here: OrderShown) -> Response:
    """Know the member, and pay seats with credits."""
    number = request.form.get("member_number", "")
    password = request.form.get("password", "")
    refused = tenders.join(device(), here.order, number=number, password=password)
    return joined(here, refused, number[: tenders.LONGEST])


@bp.post("/member/credits")
@_for_order
def credits(here: OrderShown) -> Response:
    """Use so many credits and pay for the rest."""
    text = request.form.get("use", "")
    most = int(text) if text.isascii() and text.isdigit() and len(text) < 3 else 0
    refused = tenders.use_credits(device(), here.order, most) if most else None
    return _after(refused, "wallet.member", here)


def joined(here: OrderShown, refused: Refusal | None, number: str = "") -> Response:
    """Go on once a member is known: use the credits there are, or say how few.

    number: as it was typed, to be put right.
    """
    if refused is None:
        refused = tenders.use_credits(device(), here.order)
    return _after(refused, "wallet.member", here, number)


def _after(
    refused: Refusal | None, asked: str, here: OrderShown, first: str = ""
) -> Response:
    typed.forget()
    if refused is not None and refused.key in TYPED_AGAIN:
        # What was typed is put right, not typed anew; a password never comes back.
        typed.again(refused.key, first)
        return redirect(url_for(asked), 303)
    if refused is not None:
        return refusals.go(refused, performance=here.performance)
    return redirect(url_for("order.show"), 303)


def _typed(**facts: Any) -> Response | str:
    here = _here()
    if isinstance(here, Response):
        return here
    return typed.page(shown=here, back=url_for("order.show"), **facts)
