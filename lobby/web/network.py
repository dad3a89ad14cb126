"""The cables: cut, slow, unreliable."""

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify
from werkzeug.wrappers import Response as AnyResponse

from lobby import network as cables
from lobby.web.answers import asked, done, hardware, refuse

bp = Blueprint("network", __name__, url_prefix="/network")


@bp.get("")
def state() -> Response:
    return jsonify(document())


@bp.post("/<name>")
def set_condition(name: str) -> AnyResponse:
    """{up, refuse, delay_ms, loss} for a link, or for lan or internet as a whole."""
    network = hardware().network
    try:
        before = network.condition(name)
    except KeyError:
        refuse(f"There is no cable {name}.", 404)
    wanted = asked()
    # Forms send words; the JSON of scenarios sends numbers.
    for key in ("delay_ms", "loss"):
        if isinstance(wanted.get(key), str):
            try:
                wanted[key] = float(wanted[key])
            except ValueError:
                refuse(f"{key} must be a number.")
    try:
        network.set(name, cables.read(before, wanted))
    except cables.BadCondition as trouble:
        refuse(str(trouble))
    return done(document())


def document() -> dict[str, Any]:
    """What the page and the scenarios know of the network."""
    network = hardware().network
    return {
        name: {
            **asdict(condition),
            "works": network.works(name) if name in network.links else condition.up,
        }
        for name, condition in network.conditions().items()
    }
