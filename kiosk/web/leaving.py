"""Start over, and what happens when nobody touches the screen any more."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk import orders, sales
from kiosk.shown.reviewing import Stage
from kiosk.web import frame, left
from kiosk.web.access import safe
from kiosk.web.guest import device, forget, order, where

bp = Blueprint("leaving", __name__)


@bp.get("/start-over")
def ask() -> Response | str:
    """Ask once, if there is something to lose."""
    here = order()
    if here is None or here.stage is not Stage.HELD:
        forget_if_free()
        return redirect(url_for("attract.show"))
    return frame.page(
        "kiosk/start_over.html", sheets=["screens/sorry"], shown=here, back=where(here)
    )


@bp.post("/start-over")
def start_over() -> Response:
    """Give the seats back at once and begin again. What is paid, or being paid, stays."""
    here = order()
    if here is not None and here.stage in {Stage.CHOOSING, Stage.HELD, Stage.PAYING}:
        sales.release(device(), here.order)
    forget_if_free()
    return redirect(url_for("attract.show"), 303)


def forget_if_free() -> None:
    """Wipe the session, unless a payment may still be running."""
    here = order()
    if here is not None and here.ref and here.stage is Stage.HELD:
        # An order made elsewhere: others may pay for it from now on.
        sales.release(device(), here.order)
    if here is None or here.stage is not Stage.PAYING:
        forget()


@bp.get("/still-there")
def still_there() -> str:
    """Ask whether somebody is there. Scripts show the same question in a dialog."""
    ask_s = frame.ask_s()
    return frame.page(
        "kiosk/still_there.html",
        sheets=["screens/sorry"],
        idle_s=0,
        back=safe(request.args.get("to", "/")),
        leave_s=ask_s,
        left=frame.counted(ask_s),
    )


@bp.get("/gone")
def gone() -> Response:
    """Nobody answered: clear the screen and let the hold run out, if it is of use.

    What nobody may continue, with somebody's gift card or membership on it, is given back
    at once: they may come back to buy with it. So is all near the curtain, if the house
    wants that.
    """
    here = order()
    if here is not None and here.stage is Stage.HELD and not here.ref:
        may_go_on = orders.may_go_on(device(), here.order)
        if may_go_on and not orders.curtain_is_near(device(), here.order):
            left.note(here.order)
        else:
            sales.release(device(), here.order)
    forget_if_free()
    return redirect(url_for("attract.show"))
