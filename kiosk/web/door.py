"""The door: one verdict, seen, heard and felt; the counters; and what ushers may do.

The page always shows the newest scan. Without scripts it reloads itself; with them it waits
for news. `seen` in the address says which verdict has had its time.
"""

from dataclasses import dataclass

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from kiosk import door
from kiosk.shown import Class, Counters, LinkShown, Shown
from kiosk.web import formats, frame, house, sight_words
from kiosk.web.guest import device
from kiosk.web.speech import gettext as _
from kiosk.web.speech import ngettext
from kiosk.web.verdict_words import Said, said

bp = Blueprint("door", __name__, url_prefix="/door")

GO_STAYS_MS = 1_200
# A page that is opened anew shows the last verdict if it is this young.
FRESH_GO_MS = 10_000
FRESH_STOP_MS = 600_000
SHEETS = ["components/verdict", "screens/door"]
RECENT = 6


@dataclass(frozen=True)
class Verdict:
    """A verdict for the template. Classes and sounds are named alike."""

    shown: Shown
    said: Said
    stays: bool
    may_undo: bool
    rest: int


@bp.get("")
def show() -> str:
    """Show the newest verdict, or that the door is ready."""
    here = device()
    now_ms = here.clock.now_ms()
    seen = request.args.get("seen", "")
    newest = door.last(here) if house.ready(here) else None
    verdict = _verdict(newest, seen, now_ms)
    counters = door.counters(here) if house.ready(here) else None
    sight = sight_words.now()
    return frame.page(
        "kiosk/door.html",
        sheets=SHEETS,
        idle_s=0,
        listens=False,
        verdict=verdict,
        last=_verdict_of(newest, now_ms) if newest and not verdict else None,
        newest=newest.id if newest else 0,
        counters=counters,
        figures=_figures(counters) if counters else "",
        title=_title(counters) if counters else "",
        clock=formats.clock(now_ms, counters.zone) if counters else "",
        badge=_badge(door.link(here)) if house.ready(here) else "",
        link_up=house.ready(here) and door.link(here).up,
        mode=door.mode(here) if house.ready(here) else "entry",
        sight=sight,
        sight_words=sight_words.usher(sight),
        sight_trouble=sight_words.is_trouble(sight),
        doubtful=counters is not None and counters.clock == "untrusted",
    )


def _verdict(newest: Shown | None, seen: str, now_ms: int) -> Verdict | None:
    if newest is None:
        return None
    if seen.isascii() and seen.isdigit() and len(seen) < 20:
        return _verdict_of(newest, now_ms) if newest.id > int(seen) else None
    stops = newest.shape not in {Class.GO, Class.NOTE}
    fresh = FRESH_STOP_MS if stops else FRESH_GO_MS
    return _verdict_of(newest, now_ms) if now_ms - newest.at_ms < fresh else None


def _verdict_of(shown: Shown, now_ms: int) -> Verdict:
    return Verdict(
        shown=shown,
        said=said(shown),
        stays=shown.shape not in {Class.GO, Class.NOTE},
        may_undo=shown.undo_until_ms is not None and now_ms < shown.undo_until_ms,
        rest=shown.left or 0,
    )


def _title(counters: Counters) -> str:
    if counters.starts_ms is None:
        return counters.title
    return f"{counters.title} {formats.clock(counters.starts_ms, counters.zone)}"


def _figures(counters: Counters) -> str:
    if counters.at_least:
        inside = _("IN at least %(inside)s", inside=counters.inside)
    else:
        inside = _("IN %(inside)s of %(of)s", inside=counters.inside, of=counters.expected)
    return _(
        "%(inside)s · this door %(here)s · last minute %(minute)s",
        inside=inside,
        here=counters.this_door,
        minute=counters.last_minute,
    )


def _badge(link: LinkShown) -> str:
    if link.up:
        return _("Box office linked")
    since = formats.clock(link.since_ms, house.read(device()).zone)
    if link.strict:
        return _(
            "On our own since %(time)s. Only %(sections)s here;"
            " send others to their own door.",
            time=since,
            sections=formats.together(link.home_sections),
        )
    scans = ngettext("%(num)s scan to send.", "%(num)s scans to send.", link.unsent)
    return _("On our own since %(time)s. Keep scanning. %(scans)s", time=since, scans=scans)


@bp.post("/undo")
def undo() -> Response:
    """Take the shown admission back."""
    scan = request.form.get("scan", "")[:64]
    reason = request.form.get("reason", "")[:80]
    if scan:
        door.undo(device(), scan, reason=reason)
    return redirect(url_for("door.show"), 303)


@bp.post("/again")
def again() -> Response:
    """Scan the shown code again with what the usher adds: accepted, how many, which."""
    text = request.form.get("shown", "")
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        return redirect(url_for("door.show"), 303)
    accept = [answer for answer in request.form.getlist("accept") if answer.isupper()][:3]
    count = request.form.get("count", "")
    how_many = (
        int(count) if count.isascii() and count.isdigit() and len(count) < 4 else None
    )
    tickets: list[str | None] = [*request.form.getlist("ticket")[:50]]
    for ticket in tickets or [None]:
        door.again(device(), int(text), ticket=ticket, count=how_many, accept=accept)
    return redirect(url_for("door.show"), 303)


@bp.post("/mode")
def mode() -> Response:
    """Turn the door round: entry or exit."""
    door.set_mode(device(), "exit" if request.form.get("mode") == "exit" else "entry")
    seen = request.form.get("seen", "")[:20]
    return redirect(url_for("door.show", seen=seen or None), 303)


@bp.get("/list")
def recent() -> str:
    """List the last scans, each with its undo."""
    now_ms = device().clock.now_ms()
    found = door.recent(device(), RECENT)
    return frame.page(
        "kiosk/door_list.html",
        sheets=SHEETS,
        idle_s=0,
        listens=False,
        rows=[
            {
                "time": formats.clock(one.at_ms, one.zone),
                "words": " · ".join(
                    part for part in (said(one).usher, said(one).more) if part
                ),
                "scan": one.scan,
                "shape": one.shape.value,
                "may_undo": one.admit and now_ms - one.at_ms < 15 * 60_000,
            }
            for one in found
        ],
    )
