"""What doors ask about tonight's guests: names go to doors alone, never into the feed."""

from flask import Response, jsonify, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger.api.blueprint import bp
from ledger.api.errors import Failed
from ledger.api.signed import DOOR, Request, signed
from ledger.app import running
from ledger.tables.catalogue import PerformanceRow
from ledger.tables.orders import OrderRow, PatronRow, TicketRow


@bp.get("/guestlist")
@signed(DOOR)
def guestlist(asked: Request) -> Response:
    """Give the buyer of each ticket of a performance."""
    performance = request.args.get("performance", "")
    with running().store.read() as session:
        if session.get(PerformanceRow, performance) is None:
            raise Failed(404, "not_found")
        return jsonify(names=_names(session, performance))


def _names(session: Session, performance: str) -> dict[str, str]:
    found = session.execute(
        select(TicketRow.id, PatronRow.name)
        .join(OrderRow, OrderRow.id == TicketRow.order)
        .join(PatronRow, PatronRow.id == OrderRow.patron)
        .where(TicketRow.performance == performance)
    )
    return {ticket: name for ticket, name in found if name}
