"""Put what devices call into the ledger's app, and how it answers when something fails."""

import structlog
from flask import Flask, Response, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from boxoffice.wire import Malformed
from ledger.answers import Reused
from ledger.api import (
    calls,
    claims,
    contacts,
    doors,
    events,
    feed,
    figures,
    lookups,
    members,
    pairing,
    seats,
)
from ledger.api.blueprint import bp
from ledger.api.errors import Failed, failed
from ledger.app import running
from ledger.store import Busy

# Importing a module adds its routes to the blueprint.
ROUTES = (
    calls,
    claims,
    contacts,
    doors,
    events,
    feed,
    lookups,
    members,
    pairing,
    seats,
)
log = structlog.get_logger()
_OF_HTTP = {404: "not_found", 405: "not_found", 413: "too_large", 429: "too_many"}


def install(app: Flask, *, demo: bool) -> None:
    """Add the routes. demo: the figures of the desk-top lobby, too."""
    app.register_blueprint(bp)
    if demo:
        app.register_blueprint(figures.bp)


@bp.route("/<path:_target>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
def nothing_here(_target: str) -> Response:
    """Whatever is no call of the protocol is not found, in the protocol's own shape."""
    raise Failed(404, "not_found")


@bp.after_request
def with_the_time(answer: Response) -> Response:
    """Every answer carries the ledger's time, which devices live by.

    One line is logged for each change and each refusal; reading is not worth one.
    """
    if request.method != "GET" or answer.status_code >= 400:
        sender = request.headers.get("FoH-Device", "")
        log.info(
            "request",
            method=request.method,
            path=request.path,
            status=answer.status_code,
            device=sender[:60],
        )
    answer.headers["FoH-Now"] = str(running().clock())
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.errorhandler(Failed)
def not_answered(trouble: Failed) -> Response:
    """Say why."""
    return failed(trouble)


@bp.errorhandler(Malformed)
def not_understood(trouble: Malformed) -> Response:
    """Say where it is wrong."""
    return failed(Failed(400, "malformed", str(trouble)))


@bp.errorhandler(Reused)
def not_again(_: Reused) -> Response:
    """Say that the id was taken."""
    return failed(Failed(422, "request_reused"))


@bp.errorhandler(Busy)
def not_now(_: Busy) -> Response:
    """Say that trying again will help."""
    return failed(Failed(503, "busy", retry_after_s=1))


@bp.errorhandler(OperationalError)
def out_of_order(trouble: OperationalError) -> Response:
    """The database cannot: a full disk, a lost connection. Nothing was changed."""
    log.error("database in trouble", why=str(trouble.orig))
    return failed(Failed(503, "busy", retry_after_s=5))


@bp.errorhandler(HTTPException)
def in_our_shape(trouble: HTTPException) -> Response:
    """What Flask refuses, in the shape of everything else."""
    status = trouble.code or 500
    return failed(Failed(status, _OF_HTTP.get(status, "malformed")))
