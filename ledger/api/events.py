"""Device logs: where the ledger stands, and what follows."""

import json

from flask import Response, jsonify, request

from boxoffice import failpoints, wire
from ledger import intake, recovery
from ledger.answers import Answer
from ledger.api.blueprint import bp
from ledger.api.errors import Failed
from ledger.api.signed import BOTH, Request, signed, straight
from ledger.app import running
from ledger.jobs import Steps
from ledger.running import Running


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


@straight(*BOTH, drains=True, limited=False)
def upload(ledger: Running, asked: Request) -> Steps[Answer]:
    """Take a batch. What it says is never refused; what is missing before it is."""
    batch = wire.batch(asked.json())
    try:
        taken = yield from intake.receive(
            ledger.means(),
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
        message = "Events are missing before these."
        return Answer(409, json.dumps({"error": "gap", "message": message, "cursor": at}))
    acked = {"seq": at["seq"], "hash": at["hash"]}
    return Answer(200, json.dumps({"acked": acked, "heads": taken.heads}))
