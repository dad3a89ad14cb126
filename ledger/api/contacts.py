"""Whom to reach about an order: the only personal data that a device sends."""

from flask import Response

from ledger import contacts
from ledger.api import fields
from ledger.api.blueprint import bp
from ledger.api.errors import Failed
from ledger.api.signed import KIOSK, Request, signed
from ledger.app import running

LONGEST = 4096


@bp.put("/contacts/<order>")
@signed(KIOSK)
def keep(asked: Request, order: str) -> Response:
    """Keep what was sealed for us."""
    ledger = running()
    sealed = fields.text(asked.json(), "sealed", most=LONGEST)
    try:
        kept = ledger.store.write(
            contacts.keep, ledger.means(), asked.device.id, order, sealed
        )
    except contacts.NotForUs:
        raise Failed(400, "malformed", "This envelope is not sealed for us.") from None
    if not kept:
        raise Failed(404, "not_found")
    return Response(status=204)
