"""The printer: its faults, its paper, and the slips in the tray."""

from typing import Any

from flask import Blueprint, Response, jsonify
from werkzeug.wrappers import Response as AnyResponse

from lobby.printer import faults, paper, vector
from lobby.printer.faults import Ambush
from lobby.printer.slips import NoSuchSlip, Slip, State
from lobby.web.answers import asked, done, hardware, number, refuse

bp = Blueprint("printer", __name__, url_prefix="/printer")


@bp.get("")
def state() -> Response:
    return jsonify(document())


@bp.post("/faults")
def set_faults() -> AnyResponse:
    """{fault: bool, …}; all_well puts everything right; after_bytes and after_slips let
    the faults wait for the middle of a job."""
    wanted = asked()
    printer = hardware().printer
    if wanted.pop("all_well", False):
        printer.heal()
    after_bytes, after_slips = (
        number(wanted, name) for name in ("after_bytes", "after_slips")
    )
    change = {
        name: value
        for name, value in wanted.items()
        if name not in ("after_bytes", "after_slips")
    }
    if strange := [name for name in change if name not in faults.NAMES]:
        refuse(
            f"The printer has no {', '.join(strange)}. It has {', '.join(faults.NAMES)}."
        )
    if not all(isinstance(value, bool) for value in change.values()):
        refuse("A fault is true or false.")
    if after_bytes is None and after_slips is None:
        printer.set_faults(change)
    else:
        printer.lie_in_wait(
            Ambush(
                change,
                slips_left=int(after_slips or 0),
                bytes_left=None if after_bytes is None else int(after_bytes),
            )
        )
    return done(document())


@bp.post("/refill")
def refill() -> AnyResponse:
    hardware().printer.refill()
    return done(document())


@bp.get("/slips")
def slips() -> Response:
    """All slips that are finished, oldest first; and the one that is printing."""
    every = hardware().tray.slips()
    return jsonify(
        slips=[_document(slip) for slip in every if slip.state is not State.PRINTING],
        printing=[_document(slip) for slip in every if slip.state is State.PRINTING],
    )


@bp.get("/slips/<int:slip>.json")
def slip_document(slip: int) -> Response:
    return jsonify(_document(_slip(slip)))


@bp.get("/slips/<int:slip>.png")
def slip_png(slip: int) -> Response:
    found = _slip(slip)
    picture = paper.png(list(found.pieces), width_dots=found.width_dots, torn=found.torn)
    return Response(picture, mimetype="image/png")


@bp.get("/slips/<int:slip>.svg")
def slip_svg(slip: int) -> Response:
    found = _slip(slip)
    picture = vector.draw(list(found.pieces), width_dots=found.width_dots, torn=found.torn)
    answer = Response(picture, mimetype="image/svg+xml")
    if found.state is not State.PRINTING:
        answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer


@bp.post("/slips/<int:slip>/take")
def take(slip: int) -> AnyResponse:
    _slip(slip)
    taken = hardware().tray.take(slip)
    if taken.state is not State.TAKEN:
        refuse("That slip is still printing.", 409)
    hardware().timeline.note("printer", f"Slip {slip} was taken")
    return done(_document(taken))


@bp.post("/slips/take-all")
def take_all() -> AnyResponse:
    for slip in hardware().tray.slips():
        hardware().tray.take(slip.number)
    return done()


def document() -> dict[str, Any]:
    """What the page and the scenarios know of the printer."""
    printer = hardware().printer
    return {
        "faults": {name: getattr(printer.faults, name) for name in faults.NAMES},
        "lying_in_wait": dict(printer.ambush.change) if printer.ambush else None,
        "waiting_bytes": printer.waiting_bytes,
        "width_dots": printer.width_dots,
    }


def _document(slip: Slip) -> dict[str, Any]:
    return {
        "n": slip.number,
        "printer": slip.printer,
        "state": slip.state.value,
        "torn": slip.torn,
        "width_dots": slip.width_dots,
        "began_at": slip.began_at.isoformat(),
        "ended_at": slip.ended_at.isoformat() if slip.ended_at else None,
        "lines": slip.lines,
        "codes": slip.codes,
        "unknown": slip.unknown,
    }


def _slip(number: int) -> Slip:
    try:
        return hardware().tray.find(number)
    except NoSuchSlip:
        refuse(f"There is no slip {number}.", 404)
