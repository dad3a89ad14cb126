"""The door: one verdict, seen, heard and felt; the counters; and what ushers may do.

The page always shows the newest scan. Without scripts it reloads itself; with them it waits
for news. `seen` in the address says which verdict has had its time.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, redirect, request, session, url_for
from werkzeug.wrappers import Response

from kiosk import door, door_search
from kiosk.shown.door import Counters, Shown
from kiosk.web import badge, codes, door_calls, formats, frame, house, sight_words
from kiosk.web.door_back import back, number, where
from kiosk.web.door_together import stops, together
from kiosk.web.door_words import badge_words, counted, figures_words, leapt_words
from kiosk.web.guest import device
from kiosk.web.speech import gettext as _
from kiosk.web.verdict_words import Said, said

bp = Blueprint("door", __name__, url_prefix="/door")

GO_STAYS_MS = 1_200
# A page that is opened anew shows the last verdict if it is this young.
FRESH_GO_MS = 10_000
FRESH_STOP_MS = 600_000
SHEETS = ["components/verdict", "screens/door", "screens/door_phone"]
_NOT_FORCED = frozenset(
    {"EXIT_OK", "NOT_INSIDE", "UNDONE", "UNDO_REFUSED", "UNKNOWN", "FORGED", "AMBIGUOUS"}
)


@dataclass(frozen=True)
class Verdict:
    """A verdict for the template. Classes and sounds are named alike."""

    shown: Shown
    said: Said
    stays: bool
    may_undo: bool
    may_force: bool
    rest: int
    looks: str
    guest: str


@bp.before_request
def known() -> Response | None:
    """On the network nobody sees the door without a PIN."""
    return badge.needed()


@bp.get("")
def show() -> str | Response:
    """Show the newest verdict, or that the door is ready."""
    if badge.on_network():
        return redirect(url_for("phone.show"), 303)
    here = device()
    now_ms = here.clock.now_ms()
    seen = _seen()
    came = together(door.recent(here)) if house.ready(here) else []
    newest = max(came, key=lambda one: one.id, default=None)
    remembered = "seen" not in request.args
    verdict = _verdict(came, seen, now_ms, remembered=remembered)
    counters = counted(here) if house.ready(here) else None
    sight = sight_words.now()
    return frame.page(
        "kiosk/door.html",
        sheets=SHEETS,
        idle_s=0,
        listens=False,
        verdict=verdict,
        beside=[_verdict_of(one, now_ms) for one in came[1:]],
        last=_verdict_of(newest, now_ms) if newest and not verdict else None,
        newest=newest.id if newest else 0,
        counters=counters,
        figures=figures_words(counters) if counters else "",
        title=_title(counters) if counters else "",
        clock=formats.clock(now_ms, counters.zone) if counters else "",
        badge=badge_words(door.link(here)) if house.ready(here) else "",
        link_up=house.ready(here) and door.link(here).up,
        mode=door.mode(here) if house.ready(here) else "entry",
        sight=sight,
        calls=door_calls.shown() if house.ready(here) else [],
        sight_words=sight_words.usher(sight),
        sight_trouble=sight_words.is_trouble(sight),
        fault=sight_words.trouble(sight),
        doubtful=counters is not None and counters.clock == "untrusted",
        opened=counters is not None and counters.opened,
        leapt=leapt_words(counters) if counters else "",
    )


@bp.get("/v/<int:id>")
def one(id: int) -> str | Response:
    """Show one verdict, on the phone that asked for it."""
    shown = door.found(device(), id)
    if shown is None:
        return redirect(url_for("phone.show" if badge.on_network() else "door.show"), 303)
    return frame.page(
        "kiosk/door_one.html",
        sheets=SHEETS,
        idle_s=0,
        listens=False,
        verdict=_verdict_of(shown, device().clock.now_ms()),
        mode=shown.mode,
        phone=badge.on_network(),
    )


@bp.get("/patron")
def patron() -> str:
    """The screen turned to the patron: a shape and a sentence, no seat, no name."""
    here = device()
    now_ms = here.clock.now_ms()
    came = together(door.recent(here)) if house.ready(here) else []
    verdict = _verdict(came, request.args.get("seen", ""), now_ms)
    return frame.page(
        "kiosk/door_patron.html",
        sheets=[*SHEETS, "screens/door_patron"],
        idle_s=0,
        listens=False,
        verdict=verdict,
        newest=max((one.id for one in came), default=0),
        mode=door.mode(here) if house.ready(here) else "entry",
        title=_title(counters)
        if (counters := counted(here) if house.ready(here) else None)
        else "",
    )


def _seen() -> str:
    """Say which verdict has had its time on this screen: as its address says, or as before.

    Whoever comes back from another page is not shown again what they have dismissed.
    """
    seen = request.args.get("seen")
    if seen is None:
        return str(session.get("door_seen", ""))
    if "glance" not in request.args:
        session["door_seen"] = seen[:20]
    return seen


def _verdict(
    came: Sequence[Shown], seen: str, now_ms: int, *, remembered: bool = False
) -> Verdict | None:
    """Give the verdict to show large; came: with those that came with it.

    remembered: the page is opened anew, and `seen` is of a page before.
    """
    if not came:
        return None
    large = came[0]
    if seen.isascii() and seen.isdigit() and len(seen) < 20:
        news = max(one.id for one in came) > int(seen)
        if not news or not remembered:
            return _verdict_of(large, now_ms) if news else None
    fresh = FRESH_STOP_MS if _stays(large) else FRESH_GO_MS
    return _verdict_of(large, now_ms) if now_ms - large.at_ms < fresh else None


def _verdict_of(shown: Shown, now_ms: int) -> Verdict:
    looks, words = _looks(shown), said(shown)
    if looks and codes.kind(door.text_of(device(), shown.id) or "") == "pickup":
        looks, words = "", codes.collect_first(words)
    return Verdict(
        shown=shown,
        said=words,
        stays=_stays(shown),
        may_undo=shown.undo_until_ms is not None and now_ms < shown.undo_until_ms,
        may_force=may_force(shown),
        rest=shown.left or 0,
        looks=looks,
        guest=door.guest(device(), shown),
    )


def _stays(shown: Shown) -> bool:
    """Whether a verdict waits for a touch; what the usher has just undone was touched.

    A party is let in whole, and the usher counts heads before saying that fewer came.
    """
    counts = shown.admit and shown.count > 1
    return (stops(shown) or counts) and (shown.answer != "UNDONE" or shown.repeat)


def may_force(shown: Shown) -> bool:
    """Whether a supervisor could lift this: a listed ticket, or a genuine code."""
    stopped = not shown.admit and not shown.left_house
    return stopped and bool(shown.ticket) and shown.answer not in _NOT_FORCED


def _looks(shown: Shown) -> str:
    """Say what a code looks like that is no ticket of ours; from memory, never kept."""
    if shown.answer not in {"UNKNOWN", "CANNOT_CHECK", "FORGED"}:
        return ""
    text = door.text_of(device(), shown.id)
    return codes.looks(text) if text else ""


def _title(counters: Counters) -> str:
    if counters.starts_ms is None:
        return counters.title
    return f"{counters.title} {formats.clock(counters.starts_ms, counters.zone)}"


@bp.post("/undo")
def undo() -> Response:
    """Take the shown admission back."""
    scan = request.form.get("scan", "")[:100]
    shown = door.undo(device(), scan, reason="") if scan else None
    return back(shown)


@bp.post("/again")
def again() -> Response:
    """Scan the shown code again with what the usher adds: accepted, how many, which."""
    id = number(request.form.get("shown", ""))
    if id is None:
        return back(None)
    accept = [answer for answer in request.form.getlist("accept") if answer.isupper()][:3]
    count = number(request.form.get("count", "")[:4]) or None
    tickets: list[str | None] = [*request.form.getlist("ticket")[:50]]
    shown = None
    for ticket in tickets or [None]:
        shown = door.again(device(), id, ticket=ticket, count=count, accept=accept)
    return back(shown)


@bp.get("/v/<int:id>/fewer")
def how_many(id: int) -> str | Response:
    """Ask how many of a party came, where the verdict's page has no room for as many."""
    shown = door.found(device(), id)
    if shown is None or not shown.admit or shown.count < 2:
        return back(shown)
    return frame.page(
        "kiosk/door_fewer.html",
        sheets=SHEETS,
        idle_s=0,
        listens=False,
        scanned=shown,
        leave=where(shown),
    )


@bp.post("/fewer")
def fewer() -> Response:
    """Not the whole party came: take the scan back and let in as many as are here."""
    id = number(request.form.get("shown", ""))
    count = number(request.form.get("count", "")[:4])
    before = None if id is None else door.found(device(), id)
    if before is None or id is None or not count or not before.admit:
        return back(before)
    return back(door.fewer(device(), id, count, reason=_("Fewer came")))


@bp.get("/v/<int:id>/ask")
def ask(id: int) -> str | Response:
    """Ask what has still to be asked about a ticket."""
    return _ask(id, wrong=False)


@bp.post("/v/<int:id>/ask")
def answer(id: int) -> str | Response:
    """Take the answers; they are saved with the admission and never before."""
    before = door.found(device(), id)
    if before is None:
        return back(None)
    answers: dict[str, object] = {}
    for question in door_search.questions(device(), before.ticket, before.ask):
        said_so = [one[:200] for one in request.form.getlist(f"q-{question.id}")]
        if question.kind == "choices":
            answers[question.id] = said_so
        else:
            answers[question.id] = said_so[0] if said_so else ""
    shown = door.again(device(), id, answers=answers)
    if shown is not None and shown.answer == "QUESTIONS":
        return _ask(shown.id, wrong=True)
    return back(shown)


def _ask(id: int, *, wrong: bool) -> str | Response:
    shown = door.found(device(), id)
    if shown is None or not shown.ask:
        return back(shown)
    return frame.page(
        "kiosk/door_ask.html",
        sheets=[*SHEETS, "components/field"],
        idle_s=0,
        listens=False,
        scanned=shown,
        said=said(shown),
        questions=door_search.questions(device(), shown.ticket, shown.ask),
        wrong=wrong,
        given={name: request.form.getlist(name) for name in request.form},
        leave=where(shown),
    )


@bp.get("/v/<int:id>/choose")
def choose(id: int) -> str | Response:
    """Several tickets on one code: which of them?"""
    shown = door.found(device(), id)
    if shown is None or not shown.candidates:
        return back(shown)
    hits = [door_search.one(device(), ticket) for ticket in shown.candidates]
    return frame.page(
        "kiosk/door_choose.html",
        sheets=SHEETS,
        idle_s=0,
        listens=False,
        scanned=shown,
        hits=[hit for hit in hits if hit is not None],
        leave=where(shown),
    )


@bp.post("/mode")
def mode() -> Response:
    """Turn the door round: entry or exit."""
    door.set_mode(device(), "exit" if request.form.get("mode") == "exit" else "entry")
    seen = request.form.get("seen", "")[:20]
    if badge.on_network():
        return redirect(url_for("phone.show"), 303)
    return redirect(url_for("door.show", seen=seen or None), 303)
