"""The door's lists: the last scans, how the evening adds up, and the list on paper."""

from flask import Blueprint, redirect, request, url_for
from flask import session as guest
from werkzeug.wrappers import Response

from kiosk import door, door_history, door_paper, door_search
from kiosk.shown.door import Past
from kiosk.web import badge, formats, frame, house
from kiosk.web.door_back import back
from kiosk.web.door_words import counted
from kiosk.web.guest import USHERS, device
from kiosk.web.speech import gettext as _
from kiosk.web.verdict_words import said

bp = Blueprint("door_lists", __name__, url_prefix="/door")

SHEETS = ["components/verdict", "screens/door", "screens/door_phone"]


@bp.before_request
def known() -> Response | None:
    """On the network nobody reads lists without a PIN."""
    return badge.needed()


@bp.get("/list")
def recent() -> str:
    """List the last scans, each with its undo."""
    return frame.page(
        "kiosk/door_list.html",
        sheets=SHEETS,
        idle_s=0,
        listens=False,
        rows=[(one, _words(one)) for one in door_history.past(device())],
        clock=formats.clock,
    )


@bp.get("/list/undo")
def why() -> str | Response:
    """Ask why an earlier admission is taken back."""
    scan = request.args.get("scan", "")[:100]
    past = door_history.past(device())
    one = next((one for one in past if one.scan == scan and one.mine), None)
    if one is None:
        return redirect(url_for("door_lists.recent"), 303)
    return frame.page(
        "kiosk/door_undo.html",
        sheets=SHEETS,
        idle_s=0,
        listens=False,
        one=one,
        words=_words(one),
        time=formats.clock(one.at_ms, one.zone),
        reasons=[
            _("Scanned by mistake"),
            _("Guest did not go in"),
            _("Wrong number of people"),
        ],
    )


@bp.post("/list/undo")
def undo() -> Response:
    """Take an earlier admission back, with a reason."""
    scan = request.form.get("scan", "")[:100]
    reason = request.form.get("reason", "")[:80]
    return back(door.undo(device(), scan, reason=reason))


@bp.get("/tally")
def tally() -> str:
    """Show how the evening adds up."""
    return frame.page(
        "kiosk/door_tally.html",
        sheets=SHEETS,
        idle_s=0,
        listens=False,
        totals=door_history.totals(device()),
        own=house.own,
        counters=counted(device()),
    )


@bp.post("/language")
def language() -> Response:
    """Speak another language at this door."""
    code = request.form.get("language", "")
    if code in house.read(device()).languages:
        guest[USHERS] = code
    return redirect(url_for("door_lists.tally"), 303)


@bp.get("/paper")
def paper() -> str:
    """The list on paper, for when nothing else works: by name, or by seat."""
    now_ms = device().clock.now_ms()
    by = "seat" if request.args.get("by") == "seat" else "name"
    may = badge.supervisor() is not None
    if may and not device().names:
        door_search.hear_names(device())
    rows = door_search.everybody(device(), by=by, by_name=may)
    counters = counted(device())
    said = request.args.get("printed", "")
    return frame.page(
        "kiosk/door_paper.html",
        sheets=["screens/door_paper"],
        idle_s=0,
        listens=False,
        rows=rows,
        last_name_first=door_paper.last_name_first,
        by=by,
        may=may,
        counters=counters,
        as_of=formats.clock(now_ms, house.read(device()).zone),
        slips=door_paper.here(device()),
        printed=_PRINTED[said]() if said in _PRINTED else "",
    )


@bp.post("/paper")
def print_paper() -> Response:
    """Print the list on the slip printer: by name, or by seat."""
    here, now_ms = device(), device().clock.now_ms()
    by = "seat" if request.form.get("by") == "seat" else "name"
    may = badge.supervisor() is not None
    counters = counted(here)
    time = formats.clock(now_ms, house.read(here).zone)
    head = [
        _("Please shred"),
        counters.title if counters else _("Door list"),
        f"{counters.door if counters else ''} · {_('as of %(time)s', time=time)}",
        _("By seat") if by == "seat" else _("By name"),
    ]
    hits = door_search.everybody(here, by=by, by_name=may)
    printed = door_paper.print_list(here, hits, head, by=by)
    return redirect(url_for("door_lists.paper", by=by, printed=printed.value), 303)


_PRINTED = {
    "done": lambda: _("The list is printed."),
    "busy": lambda: _("The list is being printed."),
    "not_now": lambda: _("The printer cannot print now. Please look at it."),
    "part": lambda: _("Perhaps not all of the list is on paper. Please look at it."),
}


def _words(one: Past) -> str:
    found = said(one.shown)
    return " · ".join(part for part in (found.usher, found.more) if part)
