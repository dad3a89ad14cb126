"""Where a sale begins: what can be sold, soonest first. Source: ORD2, lobby.md §7."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from boxoffice.members import Sale
from ledger import catalogue, membership_kinds, reports, seating
from ledger.web import desk

bp = Blueprint("sell", __name__, url_prefix="/staff/sales")
# More performances than these are found by their own page.
SHOWN = 40


@bp.get("")
@desk.needs(*desk.SELLERS)
def index() -> ResponseReturnValue:
    ledger = desk.ledger()
    with ledger.store.read() as session:
        evenings = [
            evening
            for evening in reports.performances(session, ledger.clock())
            if not evening.cancelled_ms
        ]
        kinds = membership_kinds.all_(session)
        return render_template(
            "staff/sell.html",
            evenings=evenings[:SHOWN],
            memberships=[kind for kind in kinds if kind.sale is not Sale.INACTIVE],
            most=seating.MOST_AT_THE_WINDOW,
            zone=catalogue.house(session).zone,
        )
