"""Device logs: where the ledger stands, and what follows."""

from flask import Response, jsonify, request

from boxoffice import failpoints, wire
from ledger import intake, recovery
from ledger.api.blueprint import bp
from ledger.api.errors import Failed
from ledger.api.signed import BOTH, Request, signed
from ledger.app import running


@bp.get("/events")
@signed(*BOTH, drains=True, limited=False)
def cursor(asked: Request) -> Response:
    """Say how far this device's log was read."""
    device, timeline = asked.device, asked.book.timeline
    acked = request.args.get("acked", type=int)
    told_in = request.args.get("timeline", timeline, type=int)
    with running().store.read() as session:
        found = intake.cursor(session, device.id, device.incarnation, timeline)
    if found is None:
        raise Failed(404, "not_found")
    if acked is not None and acked > found.seq and told_in >= timeline:
        # This device was told more than we know: we are the ones who went back. What it
        # was told before this timeline began says nothing new: that we went back is known.
        timeline = running().store.write(
            recovery.went_back, running().means(), device.id, acked, found.seq
        )
        found = wire.Cursor(found.state, found.incarnation, found.seq, found.hash, timeline)
    return jsonify(wire.cursor_document(found))


@bp.post("/events")
@signed(*BOTH, drains=True, limited=False)
def upload(asked: Request) -> tuple[Response, int]:
    """Take a batch. What it says is never refused; what is missing before it is."""
    batch = wire.batch(asked.json())
    try:
        taken = intake.receive(
            running().store,
            running().means(),
            batch,
            courier=asked.device.id,
            timeline=asked.book.timeline,
        )
    except intake.NotItsLog:
        raise Failed(
            400, "malformed", "The head is not signed by this log's device."
        ) from (None)
    failpoints.reached("intake: committed, not answered")
    at = wire.cursor_document(taken.cursor)
    if taken.gap:
        return jsonify(
            error="gap", message="Events are missing before these.", cursor=at
        ), 409
    acked = {"seq": at["seq"], "hash": at["hash"]}
    return jsonify(acked=acked, heads=taken.heads), 200
