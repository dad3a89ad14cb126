"""Find a guest without a code: by order number or seat, by name for supervisors."""

from flask import Blueprint, redirect, request, session, url_for
from werkzeug.wrappers import Response

from kiosk import door, door_search
from kiosk.shown.door import Shown
from kiosk.web import badge, formats, frame
from kiosk.web.door_back import back, number
from kiosk.web.door_together import stops
from kiosk.web.guest import device
from kiosk.web.verdict_words import ended_words, place, said

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
    mode = door.mode(device())
    together = door_search.together(device(), hits, mode)
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
        mode=mode,
        together=together,
        # One id for what one touch asks, so that a second touch asks the same.
        scan=device().new_id() if together else "",
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


@bp.post("/all")
def pick_all() -> Response:
    """Scan every ticket of an order that was found, each for itself.

    Pressed twice it is the same scans again, which get the same answers.
    """
    scan = request.form.get("scan", "")[:36] or device().new_id()
    wanted = request.form.getlist("ticket")[: door_search.MOST_AT_ONCE]
    shown = [
        door.scan(device(), f"{scan}/{ticket}", None, source="search", ticket=ticket)
        for ticket in dict.fromkeys(one[:64] for one in wanted)
        if door_search.one(device(), ticket) is not None
    ]
    words = request.form.get("q", "")[:60]
    if not shown:
        return redirect(url_for("door_find.show", q=words), 303)
    # What is read here in full need not be shown again at the door.
    session["door_seen"] = str(max(one.id for one in shown))
    ids = [one.id for one in shown]
    return redirect(url_for("door_find.all_picked", v=ids, q=words), 303)


@bp.get("/all")
def all_picked() -> str | Response:
    """Say who of an order went in; whoever may not comes first, with the reason."""
    ids = [number(one) for one in request.args.getlist("v")[: door_search.MOST_AT_ONCE]]
    found = [shown for id in ids if id and (shown := door.found(device(), id)) is not None]
    words = request.args.get("q", "")[:60]
    if not found:
        return redirect(url_for("door_find.show", q=words), 303)
    return frame.page(
        "kiosk/door_all.html",
        sheets=SHEETS,
        idle_s=0,
        listens=False,
        rows=[(one, _named(one)) for one in sorted(found, key=lambda one: not stops(one))],
        went=sum(not stops(one) for one in found),
        mode=found[0].mode,
        words=words,
        leave=url_for("phone.show" if badge.on_network() else "door.show"),
    )


def _named(shown: Shown) -> tuple[str, str]:
    """Say whose seat it is, and what there is to know: "E 3 · CIRCLE", "24.00 DUE"."""
    found = said(shown)
    return (place(shown), found.usher) if stops(shown) else (found.usher, found.more)
