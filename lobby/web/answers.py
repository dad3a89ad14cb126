"""One request, two kinds of guests: scripts speak JSON, the plain page sends forms."""

from typing import TYPE_CHECKING, Any, NoReturn, cast

from flask import abort, current_app, jsonify, make_response, redirect, request
from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from lobby.hardware import Hardware

_WORDS = {"true": True, "on": True, "false": False, "off": False}


def hardware() -> "Hardware":
    """The lobby that this application shows."""
    return cast("Hardware", current_app.extensions["hardware"])


def asked() -> dict[str, Any]:
    """Return what the request wants; "true" and "false" in a form become facts."""
    if request.is_json:
        document = request.get_json()
        if not isinstance(document, dict):
            refuse("That was not a JSON object.")
        return document
    return {
        name: _WORDS.get(value, value)
        for name, value in request.form.items()
        if value != ""
    }


def done(document: dict[str, Any] | None = None) -> Response:
    """Answer a script with a document, and a form with the page it came from."""
    if request.is_json:
        return jsonify(document or {"done": True})
    return redirect("/", 303)


def refuse(why: str, status: int = 400) -> NoReturn:
    """Stop with one sentence."""
    abort(make_response({"error": why}, status))


def number(document: dict[str, Any], name: str) -> float | None:
    """Return a number that may be left out."""
    value = document.get(name)
    if value in (None, ""):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        refuse(f"{name} must be a number.")
