"""Passes for the wallet of a phone; hidden where the house has no certificates."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Response, abort
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import catalogue, written
from ledger.documents import order as orders
from ledger.shop import frame
from ledger.shop.blueprint import bp
from ledger.shop.speech import language
from ledger.tables.catalogue import PerformanceRow
from ledger.tables.orders import TicketRow

if TYPE_CHECKING:
    from ledger.documents import wallet


def offered() -> bool:
    """Whether passes can be signed here."""
    return frame.ledger().config.wallet_file is not None


@bp.get("/baskets/<secret>/tickets.pkpass")
def wallet_pass(secret: str) -> ResponseReturnValue:
    """Give the tickets for a phone's wallet; several are one file of passes."""
    with frame.ledger().store.read() as session:
        basket = frame.basket(session, secret)
        if not basket.order or not basket.performance:
            abort(404)
        return of_order(session, basket.order)


def of_order(session: Session, order: str) -> ResponseReturnValue:
    """Give an order's tickets as passes; 404 where none can be signed."""
    told = orders.describe(session, order, language())
    return frame.called_off(session, told) or of(session, told.own, order)


def of(session: Session, told: orders.Order, order: str) -> Response:
    """Give what is told of an order as passes; 404 where none can be signed."""
    file = frame.ledger().config.wallet_file
    if file is None:
        abort(404)
    # Certificates take seven megabytes, which houses without a wallet do not need.
    from ledger.documents import wallet

    starts = _starts(session, order)
    try:
        made, kind = wallet.all_(told, _signer(file), starts=starts)
    except LookupError:
        abort(404)
    answer = Response(made, mimetype=kind)
    ending = "pkpass" if kind == wallet.PASS else "pkpasses"
    answer.headers["Content-Disposition"] = (
        f'attachment; filename="{told.number or "ticket"}.{ending}"'
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _starts(session: Session, order: str) -> dict[str, str]:
    """Say of each ticket when it begins, on the house's clock."""
    zone = catalogue.house(session).zone
    found = session.execute(
        select(TicketRow.id, PerformanceRow.starts_ms)
        .join(PerformanceRow, PerformanceRow.id == TicketRow.performance)
        .where(TicketRow.order == order)
    )
    return {id: written.moment(at_ms, zone).isoformat() for id, at_ms in found}


@cache
def _signer(file: Path) -> "wallet.Signer":
    from ledger.documents import wallet

    return wallet.read_signer(file)
