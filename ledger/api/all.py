"""Put what devices call into the ledger's app, and how it answers when something fails."""

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from ledger.api import (
    calls,
    contacts,
    doors,
    events,
    feed,
    figures,
    lookups,
    members,
    pairing,
    seats,
    straight,
)
from ledger.api.blueprint import bp
from ledger.api.errors import KNOWN, Failed, failure
from ledger.app import running

# Importing a module adds its routes to the blueprint.
ROUTES = (
    calls,
    contacts,
    doors,
    events,
    feed,
    lookups,
    members,
    pairing,
    seats,
)
_OF_HTTP = {404: "not_found", 405: "not_found", 413: "too_large", 429: "too_many"}


def install(app: Flask, *, demo: bool) -> None:
    """Add the routes. demo: the figures of the desk-top lobby, too."""
    app.register_blueprint(bp)
    app.wsgi_app = straight.Straight(app)  # type: ignore[assignment] # As Flask says.
    if demo:
        app.register_blueprint(figures.bp)


@bp.route("/<path:_target>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
def nothing_here(_target: str) -> Response:
    """Whatever is no call of the protocol is not found, in the protocol's own shape."""
    raise Failed(404, "not_found")


@bp.after_request
def with_the_time(answer: Response) -> Response:
    """Every answer carries the ledger's time, which devices live by."""
    answer.headers.update(straight.headers(running(), request.environ, answer.status_code))
    return answer


@bp.errorhandler(HTTPException)
def in_our_shape(trouble: HTTPException) -> Response:
    """What Flask refuses, in the shape of everything else."""
    status = trouble.code or 500
    return not_answered(Failed(status, _OF_HTTP.get(status, "malformed")))


def not_answered(trouble: Exception) -> Response:
    """Say why."""
    failed = failure(trouble)
    assert failed is not None, f"{trouble!r} has no answer"
    said = failed.answer
    return Response(
        said.text, said.status, headers=failed.headers, mimetype="application/json"
    )


for kind in KNOWN:
    bp.register_error_handler(kind, not_answered)
