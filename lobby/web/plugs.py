"""The plugs of the real processes: kill -9, and start again."""

from flask import Blueprint
from werkzeug.wrappers import Response

from lobby.web.answers import done, hardware, refuse

bp = Blueprint("plugs", __name__, url_prefix="/plug")


@bp.post("/<name>/pull")
def pull(name: str) -> Response:
    _known(name)
    hardware().plugs.pull(name)
    hardware().timeline.note(name, "The plug was pulled")
    return done(document())


@bp.post("/<name>/back")
def back(name: str) -> Response:
    _known(name)
    hardware().plugs.start(name)
    hardware().timeline.note(name, "The plug is in again")
    return done(document())


def document() -> dict[str, bool]:
    """Which processes are alive."""
    plugs = hardware().plugs
    return {name: plugs.alive(name) for name in plugs.names}


def _known(name: str) -> None:
    if name not in hardware().plugs.names:
        refuse(f"There is no process {name}.", 404)
