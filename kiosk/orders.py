"""Orders in progress: how one stands, what its page needs, when it is forgotten."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk import basket, documents, evening, holds
from kiosk.device import Device
from kiosk.evening import Evening
from kiosk.shown.named import Refusal
from kiosk.shown.reviewing import OrderShown, Stage
from kiosk.store import statements
from kiosk.store.tables.orders import OrderRow

# An order that nobody touches for so long is forgotten; its hold has run out long before.
FORGOTTEN_MS: Final = 2 * 3_600_000


def order(device: Device, order: str) -> OrderShown | None:
    """Give the order as it stands, or None when this device does not know it."""
    with device.store.read() as session:
        row = session.get(OrderRow, order)
        if row is None:
            return None
        plan = documents.plan(session, row.performance)
    seats = tuple(plan.shown(code) for code in row.seats) if plan and plan.chart else ()
    return OrderShown(
        row.number,
        Stage(row.stage),
        row.performance,
        dict(row.counts),
        row.step_free,
        seats,
        row.hold_until_ms,
        debt.ref if (debt := basket.debt(row)) else "",
    )


_UNDER_WAY: Final = "SELECT 1 FROM open_order WHERE stage IN ('choosing', 'held') LIMIT 1"


def may_go_on(device: Device, order: str) -> bool:
    """Whether an order that its guest left may be shown to whoever stands there now.

    Its seats are still held, and nobody's membership or voucher is on it.
    """
    with device.store.read() as session:
        row = session.get(OrderRow, order)
        if row is None or row.stage != "held" or basket.debt(row) is not None:
            return False
    return not basket.personal(row) and not holds.lapsed(device, row)


def curtain_is_near(device: Device, order: str) -> bool:
    """Whether the house wants back at once what is left of this evening."""
    with device.store.read() as session:
        row = session.get(OrderRow, order)
        performance = documents.performance(session, row.performance) if row else None
    left_ms = performance.starts_ms - device.clock.now_ms() if performance else 0
    return left_ms < device.config.habits.release_min * 60_000


def sweep(device: Device) -> int:
    """Forget orders whose guests have gone; give how many. The idle loop calls this."""
    with device.store.read() as session:
        if statements.first(session, _UNDER_WAY) is None:
            return 0
    lapsed = device.store.write(_sweep, device)
    for hold_id in lapsed:
        if hold_id:
            holds.drop(device, hold_id)
    return len(lapsed)


def look(device: Device, order: str) -> tuple[Evening | Refusal, OrderRow]:
    """Gather what an order's page needs; its own held seats count as free."""
    with device.store.read() as session:
        row = session.get(OrderRow, order)
        if row is None or row.stage == "released":
            return Refusal("hold.ended"), row or OrderRow(number=order, stage="released")
        here = evening.look(session, device, row.performance, order=order)
    if here is None:
        return Refusal("sale.closed"), row
    if row.stage == "held" and row.hold is not None and not holds.lapsed(device, row):
        here = evening.with_free(here, row.seats)
    return here, row


def _sweep(session: Session, device: Device) -> list[str]:
    query = select(OrderRow).where(OrderRow.stage.in_(("choosing", "held")))
    gone = []
    for row in session.scalars(query).all():
        age_ms = device.clock.boot_ms() - row.touched_boot_ms
        old = row.boot_id != device.clock.boot_id or age_ms > FORGOTTEN_MS
        if old or (row.stage == "held" and _long_lapsed(device, row)):
            gone.append(holds.let_go(session, device, row.number) or "")
    return gone


def _long_lapsed(device: Device, row: OrderRow) -> bool:
    # For a while the page still offers to hold the same seats again.
    ledger_ms = device.clock.ledger_ms()
    return (
        row.hold_until_ms is not None
        and ledger_ms is not None
        and ledger_ms > row.hold_until_ms + 120_000
    )
