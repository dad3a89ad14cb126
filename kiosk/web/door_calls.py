"""Guests who call from a kiosk, on the doors: who is coming, and when they were helped."""

from dataclasses import dataclass

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk import calls
from kiosk.web import badge, frame
from kiosk.web.guest import device
from kiosk.web.speech import gettext as _

bp = Blueprint("door_calls", __name__, url_prefix="/door/calls")

ETA_MIN = 2
# More than two would leave no room for the next ticket.
MOST = 2


@dataclass(frozen=True)
class Call:
    """A call for the template."""

    id: str
    words: str
    by: str


@bp.before_request
def known() -> Response | None:
    """On the network nobody answers without a PIN."""
    return badge.needed()


def shown() -> list[Call]:
    """Give the oldest open calls in words."""
    return [
        Call(
            one.id,
            _("%(place)s: %(who)s is coming", place=one.place, who=one.by)
            if one.by
            else _("%(place)s calls", place=one.place),
            one.by,
        )
        for one in calls.waiting(device())[:MOST]
    ]


@bp.post("/coming")
def coming() -> Response | str:
    """Say that whoever works this door comes."""
    who = badge.person()
    by = who.name if who else device().me.name
    call = request.form.get("call", "")[:64]
    return _after(calls.answer(device(), call, by=by, eta_min=ETA_MIN))


@bp.post("/helped")
def helped() -> Response | str:
    """Say that the guest was helped."""
    return _after(calls.end(device(), request.form.get("call", "")[:64]))


def _after(heard: bool) -> Response | str:
    back = url_for("phone.show" if badge.on_network() else "door.show")
    if heard:
        return redirect(back, 303)
    return frame.page(
        "kiosk/door_unheard.html",
        sheets=["components/verdict", "screens/door", "screens/door_phone"],
        idle_s=0,
        listens=False,
        back=back,
    )
