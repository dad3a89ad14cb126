"""The card terminal: what it does next, the card, and its book."""

from typing import Any

from flask import Blueprint, Response, jsonify
from werkzeug.wrappers import Response as AnyResponse

from lobby.terminal import plan as plans
from lobby.web.answers import asked, done, hardware, refuse

bp = Blueprint("terminal", __name__, url_prefix="/terminal")


@bp.get("")
def state() -> Response:
    return jsonify(document())


@bp.post("/next")
def set_next() -> AnyResponse:
    """{outcome, tap, tap_s, pin_s, think_s, silent_s, part_amount, reason}; it also counts
    for the attempt that runs now, and stays until it is set again."""
    try:
        hardware().terminal.set_plan(plans.read(asked()))
    except plans.BadPlan as trouble:
        refuse(str(trouble))
    return done(document())


@bp.post("/tap")
def tap() -> AnyResponse:
    if not hardware().terminal.tap():
        refuse("The terminal waits for no card.", 409)
    return done(document())


@bp.post("/cancel")
def cancel() -> AnyResponse:
    if not hardware().terminal.cancel():
        refuse("There is nothing to cancel.", 409)
    return done(document())


@bp.get("/book")
def book() -> Response:
    return jsonify(charges=[charge.document() for charge in hardware().terminal.charges()])


def document() -> dict[str, Any]:
    """What the page and the scenarios know of the terminal."""
    terminal = hardware().terminal
    charges = terminal.charges()
    attempt = terminal.attempt()
    plan = terminal.plan
    return {
        "next": {
            "outcome": plan.outcome.value,
            "tap": plan.tap.value,
            "tap_s": plan.tap_s,
            "pin_s": plan.pin_s,
            "think_s": plan.think_s,
            "silent_s": plan.silent_s,
        },
        "line": terminal.line().value,
        "attempt": attempt.document() if attempt else None,
        "last": charges[-1].document() if charges else None,
        "charges": len(charges),
    }
