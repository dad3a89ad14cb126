"""What other processes on this machine ask of the device. Source: docs/api.md."""

from typing import cast

from flask import Blueprint, Response, abort, current_app, jsonify, request

from kiosk import feed, figures, log
from kiosk.device import Device
from kiosk.loops import Loops

bp = Blueprint("api", __name__)


def _device() -> Device:
    return cast(Device, current_app.extensions["foh"])


@bp.get("/health")
def health() -> Response:
    """Say how the device is."""
    device = _device()
    unsent, heard = 0, False
    if device.paired:
        with device.store.read() as session:
            unsent = log.unsent(session)
            heard = feed.heard_all(session, now_ms=device.clock.steady_ms())
    loops: Loops | None = current_app.extensions.get("foh_loops")
    return jsonify(
        ok=not device.store.is_broken,
        role=device.me.role if device.paired else None,
        paired=device.paired,
        ready=device.ready.is_set() and heard,
        link="up" if device.up else "down",
        unsent=unsent,
        clock=device.clock.trust,
        faults=sorted(device.faults),
        troubles=dict(loops.troubles) if loops else {},
    )


@bp.get("/demo/figures")
def demo_figures() -> Response:
    """Give the books of a demo device; no other device has this address."""
    if not _device().config.demo or request.remote_addr not in {"127.0.0.1", "::1"}:
        abort(404)
    if not _device().paired:
        abort(503)
    return jsonify(figures.figures(_device()))
