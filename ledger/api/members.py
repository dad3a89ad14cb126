"""Members at a kiosk, and what they and others pay with besides cards."""

import json
from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify
from sqlalchemy.orm import Session

from ledger import (
    answers,
    members,
    passwords,
    promised_tenders,
    renewed_tenders,
    tenders,
    voucher_balances,
)
from ledger.api import fields
from ledger.api.blueprint import bp
from ledger.api.errors import Failed, refusal
from ledger.api.signed import KIOSK, Request, signed
from ledger.app import running
from ledger.refused import Refused

LONGEST = 200


@bp.post("/members")
@signed(KIOSK)
def member(asked: Request) -> tuple[Response, int]:
    """Say who shows a card, or types a number and a password."""
    body, ledger = asked.json(), running()
    if "card" in body:
        card = fields.text(body, "card", most=LONGEST)
        with ledger.store.read() as session:
            row = members.by_card(session, card)
            proved = row.id if row else None
    else:
        proved = prove(body)
    means = ledger.means()
    found = ledger.store.write(
        members.welcome, means, asked.device.id, member=proved, now_ms=means.now_ms
    )
    if isinstance(found, Refused):
        return jsonify(refusal(found)), 409
    return jsonify(found.document), 200


def prove(body: Mapping[str, Any]) -> str | None:
    """Give the id of the member whose number and password were typed; None: no such."""
    number = fields.text(body, "number", most=LONGEST)
    password = fields.text(body, "password", most=LONGEST)
    with running().store.read() as session:
        row = members.by_number(session, number)
        known, stored = (row.id, row.password) if row else (None, None)
    # Hashing takes a while: not in a transaction that others wait for.
    return known if passwords.fits(stored, password) else None


@bp.post("/tenders")
@signed(KIOSK)
def tender(asked: Request) -> Response:
    """Promise a voucher, seat credits or the use of a promo code to a hold's order."""
    if asked.book.recovering:
        raise Failed(503, "recovering", retry_after_s=10)
    body, ledger = asked.json(), running()
    kind = fields.text(body, "kind")
    if kind not in tenders.KINDS | {renewed_tenders.AGAIN}:
        raise Failed(400, "malformed", "kind must be voucher, credit, promo or again.")
    hold = fields.text(body, "hold")
    code = fields.text(body, "code", most=LONGEST)
    amount = fields.whole(body, "amount", least=1)
    means = ledger.means()

    def perform(session: Session) -> answers.Answer:
        made = (
            renewed_tenders.renew(
                session,
                means,
                device=asked.device.id,
                hold=hold,
                tender=code,
                amount=amount,
            )
            if kind == renewed_tenders.AGAIN
            else tenders.promise(
                session,
                means,
                device=asked.device.id,
                hold=hold,
                kind=kind,
                code=code,
                amount=amount,
            )
        )
        if isinstance(made, Refused):
            return answers.Answer(409, json.dumps(refusal(made)))
        return answers.Answer(201, json.dumps(made.document))

    answer = ledger.store.through(answers.once(means, asked.asked, perform))
    return Response(answer.text, answer.status, mimetype="application/json")


@bp.post("/balances")
@signed(KIOSK)
def balance(asked: Request) -> tuple[Response, int]:
    """Say what is left on a voucher or gift card; nothing is taken from it."""
    if asked.book.recovering:
        raise Failed(503, "recovering", retry_after_s=10)
    code, ledger = fields.text(asked.json(), "code", most=LONGEST), running()
    found = ledger.store.write(
        voucher_balances.ask, ledger.means(), code, by=asked.device.id
    )
    if isinstance(found, Refused):
        return jsonify(refusal(found)), 409
    return jsonify(found.document), 200


@bp.delete("/tenders/<promise>")
@signed(KIOSK)
def take_off(asked: Request, promise: str) -> Response:
    """Give a promised tender back, even if it is gone."""
    if asked.book.recovering:
        raise Failed(503, "recovering", retry_after_s=10)
    running().store.write(promised_tenders.taken_off, promise, device=asked.device.id)
    return Response(status=204)
