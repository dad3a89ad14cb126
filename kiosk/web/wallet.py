"""Other ways to pay: vouchers, gift cards and promo codes; membership and its credits."""

from flask import Blueprint, redirect, request, url_for
from flask import session as guest
from werkzeug.wrappers import Response

from boxoffice import ids
from kiosk import tenders
from kiosk.shown.named import Refusal
from kiosk.shown.reviewing import OrderShown, Stage
from kiosk.web import formats, frame, refusals
from kiosk.web.guest import device, order, where
from kiosk.web.speech import gettext as _
from kiosk.web.words import Case, sorry

bp = Blueprint("wallet", __name__, url_prefix="/order")

SHEETS = ["components/field", "screens/collect"]
# These are put right by typing again, so they are said where one types.
TYPED_AGAIN = {"voucher.none", "member.none"}


def _here() -> OrderShown | Response:
    here = order()
    if here is None:
        return redirect(url_for("attract.show"))
    if here.stage is not Stage.HELD or here.ref:
        return redirect(where(here))
    return here


@bp.get("/voucher")
def voucher() -> Response | str:
    """Ask for a code."""
    return _typed(
        heading=_("Voucher or promo code"),
        step=_("Voucher"),
        words=_("Vouchers, gift cards and promo codes: type the code."),
        action=url_for("wallet.redeem"),
        fields=[_field("code", _("Code"), "any")],
        submit=_("Use this code"),
        other={"words": _("What is left?"), "action": url_for("wallet.balance")},
    )


@bp.post("/voucher")
def redeem() -> Response:
    """Use a code for this order."""
    here = _here()
    if isinstance(here, Response):
        return redirect(here.location, 303)
    code = request.form.get("code", "")[: tenders.LONGEST]
    refused = tenders.redeem(device(), here.order, code)
    return _after(refused, "wallet.voucher", here, typed=code)


@bp.post("/voucher/balance")
def balance() -> Response:
    """Say what a code has left; it stays typed, to be used next."""
    here = _here()
    if isinstance(here, Response):
        return redirect(here.location, 303)
    code = request.form.get("code", "")[: tenders.LONGEST]
    found = tenders.balance(device(), here.order, code)
    if isinstance(found, Refusal):
        return _after(found, "wallet.voucher", here, typed=code)
    guest.pop("again", None)
    guest["typed_again"] = code
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
def take_off() -> Response:
    """Pay without vouchers and gift cards."""
    here = _here()
    if isinstance(here, Response):
        return redirect(here.location, 303)
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
            _field("member_number", _("Member number"), "any"),
            _field("password", _("Password"), "password"),
        ],
        submit=_("Use my membership"),
    )


@bp.post("/member")
def join() -> Response:
    """Know the member, and pay seats with credits."""
    here = _here()
    if isinstance(here, Response):
        return redirect(here.location, 303)
    number = request.form.get("member_number", "")
    password = request.form.get("password", "")
    return joined(
        here,
        tenders.join(device(), here.order, number=number, password=password),
    )


@bp.post("/member/credits")
def credits() -> Response:
    """Use so many credits and pay for the rest."""
    here = _here()
    if isinstance(here, Response):
        return redirect(here.location, 303)
    text = request.form.get("use", "")
    most = int(text) if text.isascii() and text.isdigit() and len(text) < 3 else 0
    refused = tenders.use_credits(device(), here.order, most) if most else None
    return _after(refused, "wallet.member", here)


def joined(here: OrderShown, refused: Refusal | None) -> Response:
    """Go on once a member is known: use the credits there are, or say how few."""
    if refused is None:
        refused = tenders.use_credits(device(), here.order)
    return _after(refused, "wallet.member", here)


def _after(
    refused: Refusal | None, asked: str, here: OrderShown, *, typed: str = ""
) -> Response:
    guest.pop("again", None)
    if refused is not None and refused.key in TYPED_AGAIN:
        # What was typed is put right, not typed anew; a password never comes back.
        guest["again"], guest["typed_again"] = refused.key, typed
        return redirect(url_for(asked), 303)
    if refused is not None:
        return refusals.go(refused, performance=here.performance)
    return redirect(url_for("order.show"), 303)


def _field(name: str, words: str, keys: str) -> dict[str, str]:
    return {"name": name, "words": words, "board": keys}


def _typed(
    *,
    heading: str,
    step: str,
    words: str,
    action: str,
    fields: list[dict[str, str]],
    submit: str,
    other: dict[str, str] | None = None,
) -> Response | str:
    here = _here()
    if isinstance(here, Response):
        return here
    again, typed, told = guest.pop("again", ""), guest.pop("typed_again", ""), _told()
    return frame.page(
        "kiosk/typed.html",
        sheets=SHEETS,
        idle_s=frame.IDLE_LONG_S,
        shown=here,
        heading=heading,
        step=step,
        typed=typed if again or told else "",
        words=sorry(Refusal(again), Case()).words if again else told or words,
        stop=bool(again),
        told=bool(told),
        other=other,
        action=action,
        fields=fields,
        submit=submit,
        letters=ids.ALPHABET,
        back=url_for("order.show"),
    )
