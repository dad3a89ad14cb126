"""Orders that somebody wants to collect."""

from flask import Response, jsonify

from ledger import lookups
from ledger.api import fields, members
from ledger.api.blueprint import bp
from ledger.api.errors import Failed, refusal
from ledger.api.signed import KIOSK, Request, signed
from ledger.app import running
from ledger.refused import Refused

LONGEST_CODE = 512


@bp.post("/lookups")
@signed(KIOSK)
def look_up(asked: Request) -> tuple[Response, int]:
    """Find an order by number and last name, a code, a member's card or password."""
    body, ledger, place = asked.json(), running(), asked.device.id
    found: lookups.Found | Refused
    if "code" in body:
        code = fields.text(body, "code", most=LONGEST_CODE)
        found = ledger.store.write(lookups.by_code, ledger.means(), place, code=code)
    elif "card" in body:
        card = fields.text(body, "card", most=LONGEST_CODE)
        found = ledger.store.write(lookups.by_card, ledger.means(), place, card=card)
    elif "password" in body:
        member = members.prove(body)
        found = ledger.store.write(lookups.by_member, ledger.means(), place, member=member)
    elif "order" in body:
        found = ledger.store.write(
            lookups.by_name,
            ledger.means(),
            place,
            number=fields.text(body, "order", most=100),
            last_name=fields.text(body, "last_name", most=200),
        )
    else:
        raise Failed(
            400, "malformed", "Ask by order and last_name, code, card, or password."
        )
    if isinstance(found, Refused):
        return jsonify(refusal(found)), 409
    return jsonify(found.document), 200
