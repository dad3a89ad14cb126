"""What is not as it should be about a sale that happened: noted, never refused."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from boxoffice import log
from ledger import discrepancies
from ledger.clock import Means
from ledger.evenings import Evening
from ledger.happened import Happened
from ledger.ownership import Line
from ledger.tables.orders import OrderRow


def mismatch(session: Session, means: Means, event: Happened, order: OrderRow) -> None:
    """Note that an order was not paid as it was charged."""
    discrepancies.note(
        session,
        means,
        "money_mismatch",
        order.id,
        facts={"charge": order.charge, "paid": order.paid},
        evidence=[event.id],
    )


def look_at_deadlines(
    session: Session,
    means: Means,
    event: Happened,
    order: str,
    own: Mapping[str, int | None],
) -> None:
    """Seats from a standing allotment are sold until a moment; a sure clock can tell."""
    past = [until for until in own.values() if until and event.wall_ms >= until]
    if past and event.trust == log.TRUSTED:
        discrepancies.note(
            session,
            means,
            "late_sale",
            order,
            facts={"sell_by_ms": min(past), "sold_ms": event.wall_ms},
            evidence=[event.id],
        )


def look_at_prices(
    session: Session,
    means: Means,
    event: Happened,
    order: str,
    lines: Sequence[Line],
    sold: Mapping[str, Evening],
) -> None:
    """Compare with today's list: a device may have sold by an older one."""
    differing = []
    for line in lines:
        listed = sold[line.performance].prices
        wanted = listed.price(line.level, line.price_type or "")
        if wanted != line.price:
            differing.append({"ticket": line.ticket, "price": line.price, "listed": wanted})
    if differing:
        discrepancies.note(
            session,
            means,
            "price_differs",
            order,
            facts={"lines": differing},
            evidence=[event.id],
        )
