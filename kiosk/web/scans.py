"""What the scanner read: at a door it is judged, at a kiosk it starts a collection.

The scanner posts from this machine and proves it with a secret; pages ask for news, with
scripts by waiting here, without by reloading. Source: sync.md §2.8.
"""

import json
from base64 import b64decode
from typing import Any

import structlog
from flask import Blueprint, Response, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from boxoffice import staff_codes
from kiosk import door, glimpse, pins, rehearsal, tenders, will_call
from kiosk.shown.named import Refusal
from kiosk.shown.reviewing import Stage
from kiosk.web import badge, crops, house, refusals, sight_words, wallet
from kiosk.web.guest import collect, device, order
from kiosk.web.newest import Newest, Read, last_id, newest

bp = Blueprint("scans", __name__)

MOST_WAIT_S = 20.0
MOST_BYTES = 64 << 10
# While a guest pays or takes paper, a code that happens to be in view starts nothing.
BUSY = "busy"
_words = structlog.get_logger()


@bp.post("/scans")
def read() -> tuple[Response, int] | Response:
    """Take one code from the scanner."""
    if not crops.from_our_scanner():
        return jsonify(
            error="signature", message="The scanner's secret is not this one."
        ), 401
    if (request.content_length or 0) > MOST_BYTES:
        return jsonify(error="too_large", message="Too long."), 413
    body = reading(request.get_data())
    if body is None:
        return jsonify(error="malformed", message="A scan has an id and a text."), 400
    scan, text = body["scan"], body["text"]
    if not device().paired:
        taken = device().introduction.shown(text)
        return jsonify(answer="PAIRING" if taken else "NOT_READY")
    if not house.ready(device()):
        return jsonify(answer="NOT_READY")
    if house.is_door(device()):
        shown = door.scan(device(), scan, text, source=str(body.get("source", ""))[:64])
        return jsonify(answer=shown.answer, id=shown.id)
    if rehearsal.saw(device(), text):
        return jsonify(answer="self_test")
    return jsonify(answer=_collect(scan, text))


def reading(raw: bytes) -> dict[str, Any] | None:
    """Read what a scanner posts: an id and a text at least; None for anything else."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if not isinstance(body, dict):
        return None
    named = all(isinstance(body.get(n), str) and body[n] for n in ("scan", "text"))
    return body if named else None


@bp.post("/scans/hints")
def hints() -> tuple[Response, int] | Response:
    """Hear from the scanner how its camera is doing and what would help the guest."""
    if not crops.from_our_scanner():
        return jsonify(
            error="signature", message="The scanner's secret is not this one."
        ), 401
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        return jsonify(error="malformed", message="A hint is an object."), 400
    here = device()
    if here.sight.hear(body, here.clock.boot_ms()):
        here.board.wake()
        newest().wake()
    look = here.glimpse.wanted(here.clock.boot_ms())
    return jsonify(shown=sight_words.now(), look=look)


@bp.post("/scans/hints/picture")
def picture() -> tuple[Response, int] | Response:
    """Take what the camera sees, while staff look at it; it is kept nowhere."""
    if not crops.from_our_scanner():
        return jsonify(
            error="signature", message="The scanner's secret is not this one."
        ), 401
    told = request.get_json(force=True, silent=True)
    body = told if isinstance(told, dict) else {}
    text = body.get("picture")
    try:
        found = b64decode(text, validate=True) if isinstance(text, str) else b""
    except ValueError:
        found = b""
    if not found.startswith(b"\xff\xd8\xff") or len(found) > glimpse.MOST_BYTES:
        return jsonify(error="malformed", message="A picture is a JPEG in base64."), 400
    here = device()
    said = {name: _figure(body.get(name)) for name in ("rate", "read", "sharp")}
    return jsonify(taken=here.glimpse.take(found, here.clock.boot_ms(), **said))


def _figure(value: object) -> int | None:
    return value if type(value) is int and 0 <= value <= 100_000 else None


def _collect(scan: str, text: str) -> str:
    memory = newest()
    if (before := memory.answer(scan)) is not None:
        return before
    if staff_codes.is_one(text):
        read = _of_staff(_next_id(memory), text)
        memory.keep(scan, read)
        return read.kind
    if not memory.listening:
        return BUSY
    if text.strip().startswith(tenders.CARD_PREFIX):
        # Whose card it is depends on what its guest is doing: their page will say.
        memory.keep(scan, Read(_next_id(memory), "member", card=text.strip()))
        return "member"
    found = will_call.find_code(device(), text)
    if isinstance(found, Refusal):
        read = Read(_next_id(memory), found.key, refusal=found)
    elif not found.at_once:
        read = Read(_next_id(memory), "found", ref=found.ref)
    else:
        wanted = [ticket.ticket for ticket in found.tickets if ticket.collectable]
        collecting = will_call.collect(device(), found.ref, wanted)
        if isinstance(collecting, Refusal):
            read = Read(_next_id(memory), collecting.key, refusal=collecting)
        else:
            read = Read(_next_id(memory), "collecting", collecting=collecting)
    memory.keep(scan, read)
    return read.kind


def _of_staff(id: int, text: str) -> Read:
    """Heard on every page: staff come where a guest pays or is in trouble, too."""
    who = pins.owner(device(), text)
    if who is None:
        _words.warning("staff code of nobody")
        return Read(id, "staff.code", refusal=Refusal("staff.code"))
    return Read(id, "staff", staff=who)


def _next_id(memory: Newest) -> int:
    # Larger than before a restart: a page that waited through it must hear of the next.
    return max(memory.id + 1, device().clock.wall_ms())


@bp.get("/scans/last")
def last() -> Response:
    """Say what was scanned after `after`, waiting up to `wait` seconds for it.

    A page that says what it shows of the camera (`sight`) also hears when that changes.
    """
    after, wait_s = _number("after", -1.0), min(_number("wait", 0.0), MOST_WAIT_S)
    sight = request.args.get("sight")
    memory = newest()
    # Few threads may wait; the others answer at once, and their pages ask again.
    may_wait = memory.waiting.acquire(blocking=False)
    try:
        news = _news(int(after), wait_s if may_wait else 0.0, sight)
    finally:
        if may_wait:
            memory.waiting.release()
    if sight is not None:
        shown = sight_words.now()
        news |= {
            "sight": shown,
            "words": sight_words.guest(shown),
            "trouble": sight_words.trouble(shown),
        }
    return jsonify(news)


def _number(name: str, otherwise: float) -> float:
    try:
        return max(-1.0, float(request.args.get(name, otherwise)))
    except ValueError:
        return otherwise


def _news(after: int, wait_s: float, sight: str | None) -> dict[str, Any]:
    here = device()

    def other_sight() -> bool:
        return sight is not None and here.sight.shown(here.clock.boot_ms()) != sight

    if house.is_door(here):
        shown = door.last(here, after, wait_s, other_sight)
        if shown is None:
            return {"id": last_id(here)}
        where = {"url": url_for("door.show"), "scan": shown.scan}
        return {"id": shown.id, "kind": shown.shape.value, **where}
    read = newest().after(after, wait_s, other_sight)
    if read is None:
        return {"id": newest().id}
    return {"id": read.id, "kind": read.kind, "url": url_for("scans.follow", id=read.id)}


@bp.get("/scanned/<int:id>")
def follow(id: int) -> AnyResponse:
    """Take the guest to what their code has started."""
    read = newest().read
    if read is None or read.id != id:
        return redirect(url_for("attract.show"))
    if read.card:
        return _member(read.card)
    if read.staff:
        badge.show(read.staff)
        return redirect(url_for("staff.show"))
    if read.refusal is not None:
        return refusals.go(read.refusal)
    if read.collecting is None:
        return redirect(url_for("will_call.show", ref=read.ref))
    collect(read.collecting)
    return redirect(url_for("printing.show"))


def _member(card: str) -> AnyResponse:
    """Use the card for the order that is being bought, else collect what it has."""
    here = order()
    if here is not None and here.stage is Stage.HELD and not here.ref:
        return wallet.joined(here, tenders.join(device(), here.order, card=card))
    found = will_call.find_card(device(), card)
    if isinstance(found, Refusal):
        return refusals.go(found)
    return redirect(url_for("will_call.show", ref=found.ref))
