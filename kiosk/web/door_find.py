"""Find a guest without a code: by order number or seat, by name for supervisors."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk import door, door_search
from kiosk.web import badge, formats, frame
from kiosk.web.door_back import back
from kiosk.web.guest import device
from kiosk.web.verdict_words import ended_words

bp = Blueprint("door_find", __name__, url_prefix="/door/find")

SHEETS = ["components/field", "components/verdict", "screens/door", "screens/door_phone"]


@bp.before_request
def known() -> Response | None:
    """On the network nobody searches without a PIN."""
    return badge.needed()


@bp.get("")
def show() -> str:
    """Search, and show what fits."""
    words = request.args.get("q", "")[:60]
    by_name = badge.supervisor() is not None
    if by_name and not device().names and words:
        door_search.hear_names(device())
    hits = door_search.find(device(), words, by_name=by_name)
    return frame.page(
        "kiosk/door_find.html",
        sheets=SHEETS,
        idle_s=0,
        listens=False,
        words=words,
        hits=[
            (hit, formats.money(hit.due, hit.currency) if hit.due else "") for hit in hits
        ],
        short=len(words.strip()) < door_search.LEAST_LETTERS,
        more=len(hits) == door_search.MOST_HITS,
        by_name=by_name,
        no_names=bool(words) and not device().names,
        state=ended_words,
        mode=door.mode(device()),
        keys=not badge.on_network(),
    )


@bp.post("")
def pick() -> Response:
    """Scan a ticket that was found, without a code."""
    ticket = request.form.get("ticket", "")[:64]
    if door_search.one(device(), ticket) is None:
        return redirect(url_for("door_find.show"), 303)
    shown = door.scan(device(), device().new_id(), None, source="search", ticket=ticket)
    return back(shown)
