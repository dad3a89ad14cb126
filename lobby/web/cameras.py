"""The pretend cameras: what is held before them, and the pictures they take."""

from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.wrappers import Response as AnyResponse

from lobby import optics, subjects
from lobby.camera import Camera
from lobby.optics import Subject
from lobby.printer.slips import NoSuchSlip
from lobby.web.answers import asked, done, hardware, number, refuse

bp = Blueprint("cameras", __name__, url_prefix="/cameras")

LONGEST_TEXT = 2000


@bp.get("/<name>/frame.jpg")
def frame(name: str) -> Response:
    """The picture of this moment, 1280x720; 204 when nothing is in view."""
    picture = _camera(name).frame()
    return (
        Response(status=204)
        if picture is None
        else Response(picture, mimetype="image/jpeg")
    )


@bp.get("/<name>")
def state(name: str) -> Response:
    return jsonify(document(_camera(name)))


@bp.get("/<name>/last-scan")
def last_scan(name: str) -> Response:
    """What the device behind this camera read last; `after` is the device's own number."""
    _camera(name)
    after = request.args.get("after", "-1")
    return jsonify(hardware().books.last_scan(name, after) or {})


@bp.post("/<name>/show")
def show(name: str) -> AnyResponse:
    """{slip: N} or {mail: N, ticket: 1} or {text}; tilt, turn, blur, glare, distance and
    noise as in lobby.optics, for this once; seconds, or until it is taken away."""
    camera, wanted = _camera(name), asked()
    try:
        view = optics.read(camera.view, wanted)
    except optics.BadView as trouble:
        refuse(str(trouble))
    seconds = number(wanted, "seconds")
    subject, words = _subject(wanted)
    camera.show(subject, words, view=view, seconds=seconds)
    return done(document(camera))


@bp.post("/<name>/view")
def view(name: str) -> AnyResponse:
    """Hold what is there, and all that comes, another way; what is left out is as usual."""
    camera = _camera(name)
    try:
        camera.turn(optics.read(optics.View(), asked()))
    except optics.BadView as trouble:
        refuse(str(trouble))
    return done(document(camera))


@bp.post("/<name>/clear")
def clear(name: str) -> AnyResponse:
    camera = _camera(name)
    camera.clear()
    return done(document(camera))


def document(camera: Camera) -> dict[str, Any]:
    """What the page and the scenarios know of a camera."""
    return {
        "in_view": camera.in_view,
        "number": camera.number,
        "view": {name: getattr(camera.view, name) for name in optics.NAMES},
    }


def _subject(wanted: dict[str, Any]) -> tuple[Subject, str]:
    if "slip" in wanted:
        # Whoever shows a slip has taken it from the printer.
        return _slip(int(number(wanted, "slip") or 0))
    if "mail" in wanted:
        return _ticket(int(number(wanted, "mail") or 0), int(number(wanted, "ticket") or 1))
    text = wanted.get("text")
    if not isinstance(text, str) or not 0 < len(text) <= LONGEST_TEXT:
        refuse("Show a slip, a mail or a text.")
    try:
        return subjects.code(text), "a code on a phone"
    except subjects.TooLong as trouble:
        refuse(str(trouble))


def _slip(slip: int) -> tuple[Subject, str]:
    try:
        return subjects.paper_slip(hardware().tray.take(slip)), f"slip {slip}"
    except NoSuchSlip:
        refuse(f"There is no slip {slip}.", 404)


def _ticket(mail: int, ticket: int) -> tuple[Subject, str]:
    letter = hardware().mailbox.find(mail)
    if letter is None or not 1 <= ticket <= len(letter.tickets):
        refuse(f"There is no ticket {ticket} in letter {mail}.", 404)
    picture = letter.tickets[ticket - 1].content
    return subjects.picture(picture), f"ticket {ticket} of letter {mail}, on a phone"


def _camera(name: str) -> Camera:
    camera = hardware().cameras.get(name)
    if camera is None:
        refuse(f"There is no camera {name}.", 404)
    return camera
