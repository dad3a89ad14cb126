"""Figures for the desk-top lobby: on this machine, in a demo, and nowhere else."""

import ipaddress

from flask import Blueprint, Response, abort, jsonify, request

from ledger import figures
from ledger.app import running

bp = Blueprint("demo", __name__, url_prefix="/demo")


@bp.get("/figures")
def show() -> Response:
    """Say what the book says about itself."""
    if not ipaddress.ip_address(request.remote_addr or "0.0.0.0").is_loopback:  # noqa: S104
        abort(403)
    with running().store.read() as session:
        return jsonify(figures.read(session))
