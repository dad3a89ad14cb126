"""Seats that a device asks for: holds while a guest decides, allotments to sell."""

import json
from collections.abc import Sequence
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from ledger import allotments, answers, seating, standing
from ledger.api import fields
from ledger.api.blueprint import bp
from ledger.api.errors import Failed, refusal
from ledger.api.signed import KIOSK, Request, signed, straight
from ledger.app import running
from ledger.jobs import Steps
from ledger.refused import Refused
from ledger.running import Running

MOST_LEVELS = 50


@straight(KIOSK)
def hold(ledger: Running, asked: Request) -> Steps[answers.Answer]:
    """Hold these seats, or the best, for one order: all or none."""
    _not_while_recovering(asked)
    body = asked.json()
    performance = fields.text(body, "performance")
    order = fields.text(body, "order", most=100)
    wanted = _wanted(body)
    means = ledger.means()

    def perform(session: Session) -> answers.Answer:
        held = seating.hold(
            session,
            means,
            performance=performance,
            order=order,
            seller=asked.device.id,
            wanted=wanted,
        )
        if held is None:
            raise Failed(404, "not_found")
        if isinstance(held, Refused):
            return _refused(held)
        return _answer(
            201,
            {
                "hold": held.hold,
                "order": held.order,
                "seats": list(held.seats),
                "expires_ms": held.expires_ms,
            },
        )

    return (yield from answers.once(means, asked.asked, perform))


@bp.post("/holds/<hold>/extend")
@signed(KIOSK)
def extend(asked: Request, hold: str) -> Response:
    """Give an order more time, once."""
    means = running().means()

    def perform(session: Session) -> answers.Answer:
        held = seating.extend(session, means, hold, seller=asked.device.id)
        if held is None or isinstance(held, Refused):
            return _refused(held or Refused(_NOT_HELD))
        return _answer(200, {"expires_ms": held.expires_ms})

    said = running().store.through(answers.once(means, asked.asked, perform))
    return Response(said.text, said.status, mimetype="application/json")


@bp.delete("/holds/<hold>")
@signed(KIOSK)
def release(asked: Request, hold: str) -> Response:
    """Let go of held seats, even if they are gone."""
    means = running().means()
    running().store.write(seating.release, means, hold, seller=asked.device.id)
    return Response(status=204)


@straight(KIOSK)
def allot(ledger: Running, asked: Request) -> Steps[answers.Answer]:
    """Make this device the owner of held seats, or of a few to keep in reserve."""
    _not_while_recovering(asked)
    body = asked.json()
    means, device = ledger.means(), asked.device
    held = fields.text(body, "hold") if "hold" in body else None
    performance = fields.text(body, "performance") if held is None else ""
    quantity = fields.whole(body, "quantity", least=1, most=1000) if held is None else 0

    def perform(session: Session) -> answers.Answer:
        owner = allotments.Owner(device.id, device.incarnation)
        given = (
            allotments.allot(session, means, owner, hold=held)
            if held is not None
            else standing.stand_by(
                session, means, owner, performance=performance, quantity=quantity
            )
        )
        if given is None:
            raise Failed(404, "not_found")
        if isinstance(given, Refused):
            return _refused(given)
        return _answer(200, {"stream": given.stream, "pos": given.pos})

    return (yield from answers.once(means, asked.asked, perform))


_NOT_HELD = allotments.NOT_HELD


def _wanted(body: dict[str, Any]) -> Sequence[str] | seating.Wish:
    most = seating.MOST_SEATS_A_HOLD
    if body.get("best") is None:
        return fields.texts(body, "seats", most=most)
    best = fields.part(body, "best")
    levels = best.get("levels")
    quantity = fields.whole(best, "quantity", least=1, most=1000)
    accessible = best.get("accessible")
    if isinstance(accessible, bool):
        accessible = int(accessible)
    return seating.Wish(
        quantity=quantity,
        levels=frozenset(fields.texts(best, "levels", most=MOST_LEVELS))
        if levels
        else None,
        accessible=fields.whole_or(
            {"accessible": accessible}, "accessible", 0, most=quantity
        ),
        aisle=bool(best.get("aisle")),
    )


def _not_while_recovering(asked: Request) -> None:
    if asked.book.recovering:
        raise Failed(503, "recovering", retry_after_s=10)


def _answer(status: int, body: Any) -> answers.Answer:
    return answers.Answer(status, json.dumps(body))


def _refused(refused: Refused) -> answers.Answer:
    return _answer(409, refusal(refused))
