"""Help: call somebody, and hear honestly whether they were reached."""

from flask import Blueprint, redirect, request, url_for
from flask import session as guest
from werkzeug.wrappers import Response

from kiosk import staff
from kiosk.shown.help import CallShown
from kiosk.web import frame, house
from kiosk.web.access import safe
from kiosk.web.guest import device
from kiosk.web.speech import gettext as _
from kiosk.web.speech import ngettext

bp = Blueprint("help", __name__, url_prefix="/help")

STILL_S = 60


@bp.get("")
def show() -> str:
    """Show how one gets help, or how the call stands."""
    call = staff.called(device()) if guest.get("called") else None
    return frame.page(
        "kiosk/help.html",
        sheets=["screens/help"],
        idle_s=0 if call else None,
        called=call is not None,
        words=_words(call) if call else _("Can we help?"),
        back=safe(guest.get("helped_at", "/")),
    )


def _words(call: CallShown) -> str:
    office = house.read(device()).box_office_words
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
    page = safe(request.form.get("page", "/help"))
    staff.call(device(), page)
    guest["called"] = True
    return redirect(url_for("help.show"), 303)


@bp.get("/clean")
def clean() -> str:
    """Ignore touches while somebody wipes the glass."""
    return frame.page(
        "kiosk/clean.html",
        sheets=["screens/sorry"],
        idle_s=0,
        listens=False,
        after=url_for("help.show"),
    )
