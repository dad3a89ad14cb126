"""What a device asks before it can sign: the time, and to be paired."""

import ipaddress

from flask import Response, jsonify, request

from boxoffice import log, wire
from ledger import book, devices, pairing
from ledger.api import fields
from ledger.api.blueprint import bp
from ledger.api.errors import Failed
from ledger.app import running

LONGEST_NONCE = 64
LONGEST_WORDS = 200


@bp.get("/time")
def time() -> Response:
    """Say the time, signed, to a device that knows none."""
    ledger = running()
    now_ms = ledger.clock()
    _count(now_ms)
    nonce = request.args.get("nonce", "")
    if not nonce or len(nonce) > LONGEST_NONCE or not nonce.isascii():
        raise Failed(400, "malformed", "nonce must be 1 to 64 plain characters.")
    with ledger.store.read() as session:
        ledger_id = book.read(session).ledger_id
    said = wire.time_text(ledger_id, nonce, now_ms)
    return jsonify(
        ledger_id=ledger_id,
        nonce=nonce,
        now_ms=now_ms,
        signature=log.encoded(ledger.keys.identity.sign(said)),
    )


@bp.post("/pair")
def pair() -> tuple[Response, int]:
    """Pair a device with its one-time token, or with a code that somebody typed."""
    ledger = running()
    _count(ledger.clock())
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Failed(400, "malformed", "The body must be an object.")
    token = fields.text(body, "token", most=200)
    spoken = body.get("protocols")
    if not isinstance(spoken, list):
        raise Failed(400, "malformed", "protocols must be a list.")
    if not any(version in devices.SUPPORTED for version in spoken):
        raise Failed(426, "too_old")
    paired = ledger.store.write(
        pairing.pair,
        ledger.means(),
        token=token,
        public=_bytes(body, "public_key", 32),
        proof=_bytes(body, "proof", 64),
        hardware=fields.text_or(body, "hardware")[:LONGEST_WORDS],
        software=fields.text_or(body, "software")[:LONGEST_WORDS],
    )
    if isinstance(paired, pairing.NotPaired):
        raise Failed(410, "gone")
    if isinstance(paired, pairing.Waiting):
        return jsonify(waiting=True, ledger_key=paired.ledger_key), 202
    return jsonify(paired.answer), 201


def _count(now_ms: int) -> None:
    """Count an unsigned request of one address; this machine's own are not counted."""
    address = request.remote_addr or ""
    try:
        if ipaddress.ip_address(address).is_loopback:
            return
    except ValueError:
        pass
    wait_s = running().rates.addresses.wait_s(address, now_ms)
    if wait_s:
        raise Failed(429, "too_many", retry_after_s=wait_s)


def _bytes(body: dict[str, object], name: str, length: int) -> bytes:
    try:
        raw = log.decoded(fields.text(body, name))
    except ValueError:
        raise Failed(400, "malformed", f"{name} must be base64url.") from None
    if len(raw) != length:
        raise Failed(400, "malformed", f"{name} must be {length} bytes.")
    return raw
