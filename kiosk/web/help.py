"""Help: call somebody, and hear honestly whether they were reached."""

from flask import Blueprint, redirect, request, url_for
from flask import session as guest
from werkzeug.wrappers import Response

from kiosk import staff
from kiosk.payments import attempts
from kiosk.shown.help import CallShown
from kiosk.shown.paying import TO_CHOOSE, Outcome
from kiosk.shown.reviewing import OrderShown, Stage
from kiosk.web import frame, house
from kiosk.web.access import safe
from kiosk.web.guest import device, order, where
from kiosk.web.speech import gettext as _
from kiosk.web.speech import ngettext

bp = Blueprint("help", __name__, url_prefix="/help")

STILL_S = 60
REFRESH_S = 2
# Once a payment has come to one of these, its own page says what fits now.
_DECIDED = TO_CHOOSE | {Outcome.APPROVED, Outcome.THIRD_DECLINE, Outcome.REVERSED}


@bp.get("")
def show() -> Response | str:
    """Show how one gets help, or how the call stands.

    A payment that is decided meanwhile takes the page over: what staff were called for may
    be settled. The call stays until somebody ends it.
    """
    if at := request.args.get("at"):
        guest["helped_at"] = safe(at)
    here = order()
    stands = _stands(here)
    if guest.setdefault("helped_as", stands) != stands and here is not None:
        guest["helped_as"] = stands
        return redirect(where(here))
    pays = here is not None and here.stage is Stage.PAYING
    # Where money is in doubt the device has called by itself.
    call = staff.called(device()) if pays or guest.get("called") else None
    if call is None:
        guest.pop("called", None)
    return frame.page(
        "kiosk/help.html",
        sheets=["screens/help"],
        idle_s=0 if call or pays else None,
        called=call is not None,
        comes=call is not None and bool(call.by),
        refreshes=REFRESH_S if call or pays else 0,
        words=said(call) if call else _("Can we help?"),
        back=_back(here),
    )


def _stands(here: OrderShown | None) -> str:
    """Say how a payment stands; blank while it is open, or there is none."""
    if here is None or here.stage in {Stage.CHOOSING, Stage.HELD}:
        return ""
    if here.stage is not Stage.PAYING:
        return here.stage.value
    outcome = attempts.state(device(), here.order).outcome
    return outcome.value if outcome in _DECIDED else ""


def _back(here: OrderShown | None) -> str:
    """Give the page that help was asked on, unless the order has moved on since."""
    if here is not None and here.stage not in {Stage.CHOOSING, Stage.HELD}:
        return where(here)
    return safe(guest.get("helped_at", "/"))


def said(call: CallShown) -> str:
    """Say how a call stands, and whether anybody heard it."""
    office = house.own(house.read(device()).box_office_words)
    where = _("The box office is %(where)s.", where=office) if office else ""
    if call.by:
        return ngettext(
            "%(who)s is coming, about %(num)s minute.",
            "%(who)s is coming, about %(num)s minutes.",
            call.eta_min or 1,
            who=call.by,
        )
    if not call.reached:
        return _("We can't reach staff from here. %(where)s", where=where).strip()
    if device().clock.now_ms() - call.since_ms > STILL_S * 1000:
        return _("Still calling. %(where)s", where=where).strip()
    return _("Calling…")


@bp.post("/call")
def call() -> Response:
    """Call staff to this device."""
    page = safe(request.form.get("page") or guest.get("helped_at", "/help"))
    staff.call(device(), page)
    guest["called"] = True
    guest["helped_at"] = page
    guest["helped_as"] = _stands(order())
    return redirect(url_for("help.show"), 303)


@bp.post("/helped")
def helped() -> Response:
    """Nobody needs to come any more."""
    staff.helped(device())
    guest.pop("called", None)
    return redirect(_back(order()), 303)


@bp.get("/clean")
def clean() -> str:
    """Ignore touches while somebody wipes the glass."""
    return frame.page(
        "kiosk/clean.html",
        sheets=["screens/sorry"],
        left=frame.counted(30),
        idle_s=0,
        listens=False,
        after=url_for("help.show"),
    )
