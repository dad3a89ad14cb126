"""Paying: the terminal's steps mirrored, and every way that a payment can end.

Exact English: "How a payment can end" in lobby.md §2. "Nothing was charged" is said only
after a definite answer.
"""

from dataclasses import dataclass
from typing import assert_never

from flask import Blueprint, redirect, request, url_for
from flask import session as guest
from werkzeug.wrappers import Response

from kiosk import staff
from kiosk.payments import attempts, box_office
from kiosk.shown.named import Refusal
from kiosk.shown.paying import Outcome, PayState
from kiosk.shown.reviewing import OrderShown, Stage
from kiosk.web import formats, frame, house, qr, refusals
from kiosk.web.guest import device, order, where
from kiosk.web.help import said as help_words
from kiosk.web.speech import gettext as _
from kiosk.web.words import Button, call_staff, start_over

bp = Blueprint("payment", __name__, url_prefix="/order")

STEP_S = 1
UNKNOWN_STAYS_S = 5


@dataclass(frozen=True)
class Said:
    """One outcome as the page says it. drawing: what the terminal is shown doing."""

    words: str
    lines: tuple[str, ...] = ()
    drawing: str = ""
    amount: bool = False
    code: str = ""
    buttons: tuple[Button, ...] = ()
    refresh_s: int = STEP_S
    calm: bool = False


@bp.post("/pay")
def pay() -> Response:
    """Press Pay. A second press, or a reload, finds the attempt that runs."""
    here = order()
    if here is None:
        return redirect(url_for("attract.show"), 303)
    if here.stage not in {Stage.HELD, Stage.PAYING}:
        return redirect(where(here), 303)
    if request.form.get("on_phone"):
        guest["on_phone"] = True
    intent = attempts.pay(
        device(),
        here.order,
        on_phone=bool(guest.get("on_phone")),
        language=formats.locale().language,
    )
    if isinstance(intent, Refusal):
        return refusals.go(intent, performance=here.performance)
    return redirect(url_for("payment.show"), 303)


@bp.get("/pay")
def show() -> Response | str:
    """Show how far the payment has come; the page asks again each second."""
    here = order()
    if here is None:
        return redirect(url_for("attract.show"))
    if here.stage in {Stage.SOLD, Stage.COLLECTING}:
        return redirect(url_for("printing.show"))
    state = attempts.state(device(), here.order)
    if state.outcome is Outcome.IDLE:
        return redirect(where(here))
    said = _said(state)
    return frame.page(
        "kiosk/paying.html",
        sheets=["components/terminal", "components/qr", "screens/paying"],
        # What is decided waits for the guest alone, who may have gone.
        idle_s=0 if said.refresh_s else None,
        listens=False,
        shown=here,
        paying=bool(said.refresh_s),
        outcome=state.outcome.value,
        # Whether staff were reached may change while the page stands.
        state=f"{state.outcome.value}-{state.may_cancel}-{state.asking_s}-{said.lines}",
        words=said.words,
        lines=said.lines,
        amount=formats.money(state.amount, state.currency) if said.amount else "",
        code=said.code,
        drawn=_drawn(state),
        drawing=said.drawing,
        arrow=device().config.terminal_at if said.drawing in {"card", "pin"} else "",
        buttons=said.buttons,
        calm=said.calm,
        refresh_s=said.refresh_s,
        next="",
    )


def _drawn(state: PayState) -> qr.Drawn | None:
    """Draw the code of an order that waits at the box office, or is in doubt."""
    shown = state.outcome in {Outcome.THIRD_DECLINE, Outcome.UNKNOWN}
    return qr.drawn(state.pickup) if shown and state.pickup else None


def _said(state: PayState) -> Said:
    amount = formats.money(state.amount, state.currency)
    nothing = _("Nothing was charged.")
    kept = _("Your tickets are kept.") if state.debt else _("Your seats are kept.")
    choices = _choices(state)
    match state.outcome:
        case Outcome.STARTING | Outcome.PROCESSING | Outcome.IDLE:
            return Said(
                _("One moment"),
                drawing="wait",
                amount=True,
                buttons=_cancel(state),
                calm=True,
            )
        case Outcome.WAITING_FOR_CARD:
            return Said(
                _("Tap or insert your card"),
                lines=_where(),
                drawing="card",
                amount=True,
                buttons=_cancel(state),
                calm=True,
            )
        case Outcome.ENTER_PIN:
            return Said(
                _("Enter your PIN"),
                drawing="pin",
                amount=True,
                buttons=_cancel(state),
                calm=True,
            )
        case Outcome.CARD_REMOVED:
            return Said(
                _("The card was removed too early."),
                lines=(_("Please insert it again, and leave it in."),),
                drawing="card",
                amount=True,
                buttons=_cancel(state),
                calm=True,
            )
        case Outcome.ASKING:
            return Said(
                _("We are asking the terminal what happened. Please don't pay again."),
                lines=(_count(state.asking_s),),
                drawing="wait",
            )
        case Outcome.APPROVED:
            return Said(paid_words(state), drawing="yes")
        case Outcome.DECLINED:
            words = _("The card was not accepted.")
            return Said(words, (nothing, kept), "attention", buttons=choices, refresh_s=0)
        case Outcome.THIRD_DECLINE:
            return _third(state, nothing)
        case Outcome.CANCELLED:
            words = _("Payment was cancelled.")
            return Said(words, (nothing, kept), "attention", buttons=choices, refresh_s=0)
        case Outcome.REMOVED_EARLY:
            words = _("The card was removed too early.")
            return Said(words, (nothing, kept), "attention", buttons=choices, refresh_s=0)
        case Outcome.UNREACHABLE:
            words = _("The card terminal is not answering.")
            return Said(words, (nothing, kept), "attention", buttons=choices, refresh_s=0)
        case Outcome.PART:
            words = _("The card could not pay the whole amount.")
            return Said(words, (nothing,), "attention", buttons=choices, refresh_s=0)
        case Outcome.UNKNOWN:
            return Said(
                _("Please do not pay again."),
                (
                    _("We can't see yet whether %(amount)s was taken.", amount=amount),
                    *_staff_words(),
                    _("Reference %(reference)s.", reference=state.reference),
                ),
                # The device has called by itself; a second call would say nothing new.
                buttons=() if staff.called(device()) else (call_staff(),),
                refresh_s=UNKNOWN_STAYS_S,
            )
        case Outcome.REVERSED:
            words = _("The money is being returned.")
            lines = (_("Your seats are no longer held."),)
            return Said(words, lines, buttons=(start_over(), call_staff()), refresh_s=0)
        case _ as never:
            assert_never(never)


def _staff_words() -> tuple[str, ...]:
    """Say that staff come only if they were called, and heard it."""
    call = staff.called(device())
    if call is None:
        return (_("Your seats are safe."),)
    if call.reached:
        return (_("Your seats are safe. Staff are coming."),)
    return (_("Your seats are safe."), help_words(call))


def _where() -> tuple[str, ...]:
    """Say where the terminal is, if the house has told this device."""
    match device().config.terminal_at:
        case "left":
            return (_("The card terminal is on your left."),)
        case "right":
            return (_("The card terminal is on your right."),)
        case "below":
            return (_("The card terminal is below the screen."),)
        case _:
            return ()


def paid_words(state: PayState) -> str:
    """Say that it is paid; where nothing was to pay, as with credits, say thanks."""
    if not state.amount:
        return _("Thank you.")
    amount = formats.money(state.amount, state.currency)
    if state.late:
        return _("Your payment went through after all. %(amount)s is paid.", amount=amount)
    return _("Thank you. %(amount)s is paid.", amount=amount)


def _third(state: PayState, nothing: str) -> Said:
    lines = [nothing]
    code = ""
    if state.kept_until_ms is not None:
        zone = house.read(device()).zone
        until = formats.clock(state.kept_until_ms, zone)
        lines.append(_("We keep your seats until %(time)s.", time=until))
        code = state.code
        lines.append(_("Code %(code)s.", code=code))
    return Said(
        _("Please pay at the box office."),
        tuple(lines),
        buttons=(start_over(),),
        refresh_s=0,
    )


def _count(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02d}"


def _cancel(state: PayState) -> tuple[Button, ...]:
    if not state.may_cancel:
        return ()
    return (Button(_("Cancel payment"), url_for("payment.cancel"), {}),)


def _choices(state: PayState) -> tuple[Button, ...]:
    ways = []
    if state.may_retry:
        ways.append(Button(_("Try again"), url_for("payment.pay"), {}))
    if state.may_park:
        ways.append(Button(_("Pay at the box office"), url_for("payment.park"), {}))
    # An order that was there before is not cancelled: its guest just leaves.
    leave = _("Start over") if state.debt else _("Cancel order")
    ways.append(Button(leave, url_for("leaving.start_over"), {"sure": "1"}))
    return tuple(ways)


@bp.post("/pay/cancel")
def cancel() -> Response:
    """Ask the terminal to stop."""
    here = order()
    if here is not None:
        attempts.cancel(device(), here.order)
    return redirect(url_for("payment.show"), 303)


@bp.post("/park")
def park() -> Response:
    """Leave the order to the box office."""
    here = order()
    if here is None:
        return redirect(url_for("attract.show"), 303)
    parked = box_office.park(device(), here.order)
    if isinstance(parked, Refusal):
        return refusals.go(parked, performance=here.performance)
    return redirect(url_for("payment.show"), 303)


def paid(here: OrderShown) -> PayState | None:
    """Give the payment of an order that was paid here; none for one only collected."""
    if here.stage is not Stage.SOLD and not here.ref:
        return None
    state = attempts.state(device(), here.order)
    return state if state.outcome is Outcome.APPROVED else None
