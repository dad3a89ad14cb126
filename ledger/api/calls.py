"""Guests who call somebody."""

from flask import Response, jsonify

from ledger import calls
from ledger.api import fields
from ledger.api.blueprint import bp
from ledger.api.errors import Failed
from ledger.api.signed import BOTH, Request, signed
from ledger.app import running


@bp.post("/calls")
@signed(*BOTH)
def call(asked: Request) -> tuple[Response, int]:
    """Call staff to a device."""
    body = asked.json()
    id = fields.uuid(body, "call")
    running().store.write(
        calls.call,
        running().means(),
        call=id,
        device=asked.device.id,
        place=fields.text_or(body, "place", asked.device.place),
        page=fields.text_or(body, "page"),
    )
    return jsonify(call=id), 201


@bp.put("/calls/<call>")
@signed(*BOTH)
def answer(asked: Request, call: str) -> Response:
    """Say who is coming, and when."""
    body = asked.json()
    row = running().store.write(
        calls.answer,
        running().means(),
        call,
        by=fields.text(body, "by"),
        eta_min=fields.whole(body, "eta_min", most=600),
    )
    if row is None:
        raise Failed(404, "not_found")
    return jsonify(call=call)


@bp.delete("/calls/<call>")
@signed(*BOTH)
def end(asked: Request, call: str) -> Response:
    """Say that the guest was helped, or has gone."""
    running().store.write(calls.done, running().means(), call)
    return Response(status=204)
