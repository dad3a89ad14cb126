"""An usher's phone: its camera reads the code, or sends grey crops for the scanner to read.

Verdicts are the same, from the same function; a phone sees its own, not the newest one.
Source: lobby.md §4, sync.md §9.
"""

from typing import Any, Final

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from flask import session as usher
from werkzeug.wrappers import Response as AnyResponse

from boxoffice import ids
from kiosk import door
from kiosk.shown.door import Class, Shown
from kiosk.web import badge, crops, door_calls, formats, frame, house, qr
from kiosk.web.door_back import back
from kiosk.web.door_words import badge_words, counted, figures_words, leapt_words
from kiosk.web.guest import device
from kiosk.web.speech import gettext as _
from kiosk.web.verdict_words import said

bp = Blueprint("phone", __name__, url_prefix="/door/phone")

MOST_TEXT: Final = 4096
JOIN_MS: Final = 10 * 60_000
SHEETS = ["components/verdict", "components/field", "screens/door", "screens/door_phone"]


@bp.before_request
def known() -> AnyResponse | None:
    """Nobody scans without a PIN, except on the door's own screen."""
    open_to_all = request.endpoint in {"phone.stranger", "phone.join"}
    return None if open_to_all else badge.needed()


@bp.get("/stranger")
def stranger() -> str:
    """Say how a phone joins."""
    return frame.page(
        "kiosk/door_stranger.html", sheets=SHEETS, idle_s=0, listens=False, late=False
    )


@bp.get("/join/<token>")
def join(token: str) -> AnyResponse | str:
    """Let a phone join, once, by the code on the door's own screen."""
    here = device()
    until_ms = here.joins.pop(token, None)
    if until_ms is None or here.clock.boot_ms() > until_ms:
        return frame.page(
            "kiosk/door_stranger.html", sheets=SHEETS, idle_s=0, listens=False, late=True
        )
    usher["joined"] = True
    return redirect(url_for("door_staff.show", to=url_for("phone.show")), 303)


@bp.get("/invite")
def invite() -> str | AnyResponse:
    """Show the code by which one phone joins; only on the door's own screen."""
    here = device()
    if badge.on_network():
        return redirect(url_for("phone.show"), 303)
    name = here.config.phones_names[0] if here.config.phones_names else ""
    address = ""
    if here.config.phones_port is not None and name:
        now_ms = here.clock.boot_ms()
        token = here.chance(12).hex()
        live = {one: until for one, until in here.joins.items() if until > now_ms}
        here.joins = {**dict(list(live.items())[-9:]), token: now_ms + JOIN_MS}
        address = f"https://{name}" + url_for("phone.join", token=token)
    return frame.page(
        "kiosk/door_invite.html",
        sheets=[*SHEETS, "components/qr"],
        idle_s=0,
        listens=False,
        address=address,
        code=qr.drawn(address) if address else None,
    )


@bp.get("")
def show() -> str:
    """Show what the camera sees, and what the door says."""
    here = device()
    counters = counted(here)
    return frame.page(
        "kiosk/door_phone.html",
        sheets=SHEETS,
        idle_s=0,
        listens=False,
        counters=counters,
        figures=figures_words(counters) if counters else "",
        badge=badge_words(door.link(here)),
        link_up=door.link(here).up,
        leapt=leapt_words(counters) if counters else "",
        calls=door_calls.shown(),
        mode=door.mode(here),
        who=badge.person(),
        clock=formats.clock(here.clock.now_ms(), house.read(here).zone),
    )


@bp.post("/read")
def read() -> tuple[Response, int] | Response | AnyResponse:
    """Judge a text that this phone read, or that somebody typed."""
    asked = request.get_json(silent=True) if request.is_json else request.form
    text, scan = (asked or {}).get("text"), (asked or {}).get("scan")
    if not isinstance(text, str) or not text or len(text) > MOST_TEXT:
        return jsonify(error="malformed", message=_("There is nothing to read.")), 400
    # The phone makes the id when it sees a code, so that a retry is no second scan.
    id = scan if isinstance(scan, str) and ids.is_uuid(scan) else device().new_id()
    shown = door.scan(device(), id, text, source="phone")
    if request.is_json:
        return jsonify(_verdict(shown))
    return back(shown)


@bp.post("/crop")
def crop() -> tuple[Response, int] | Response:
    """Let the scanner read a grey picture that this phone cannot; say what it found."""
    if not crops.eyes().looking:
        return jsonify(texts=[], eyes=False)
    picture = request.get_data(cache=False)
    if not picture or len(picture) > crops.MOST_BYTES:
        return jsonify(error="too_large", message=_("That is no picture.")), 413
    return jsonify(texts=crops.eyes().read(picture), eyes=True)


def _verdict(shown: Shown) -> dict[str, Any]:
    words = said(shown)
    return {
        "id": shown.id,
        "answer": shown.answer,
        "kind": shown.shape.value,
        "words": words.usher,
        "more": words.more,
        "stays": shown.shape not in {Class.GO, Class.NOTE},
        "url": url_for("door.one", id=shown.id),
        "silent": shown.repeat,
    }
