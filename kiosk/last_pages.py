"""The last page of a sale or a collection: where to go, with which seats."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from kiosk import evening
from kiosk.device import Device
from kiosk.printing import spool
from kiosk.shown.printing import Done, LeftShown
from kiosk.store.tables.orders import IntentRow, OrderRow, SaleLineRow, SaleRow


def done(device: Device, order: str) -> Done | None:
    """Give the last page of a sale; None before it is paid."""
    with device.store.read() as session:
        query = select(SaleLineRow).where(SaleLineRow.order == order)
        lines = session.scalars(query.order_by(SaleLineRow.place)).all()
        if not lines:
            return None
        seats = [line.seat for line in lines]
        page = last_page(session, device, order, lines[0].performance, seats)
        return page and replace(
            page, left=_left(session, order), programmes=_programmes(session, order)
        )


def _left(session: Session, order: str) -> tuple[LeftShown, ...]:
    """Say what paid here has left, as it was heard with the promise."""
    sale = session.get(SaleRow, order)
    paid = session.get(IntentRow, sale.intent) if sale is not None else None
    if paid is None:
        return ()
    return tuple(
        LeftShown(str(one["kind"]), int(one["amount"]), paid.currency)
        for one in paid.document.get("left") or ()
    )


def _programmes(session: Session, order: str) -> int:
    """Count the programmes that were paid for."""
    row = session.get(OrderRow, order)
    sale = session.get(SaleRow, order)
    paid = session.get(IntentRow, sale.intent) if sale is not None else None
    if row is None or paid is None:
        return 0
    sold = any(one["kind"] == "programme" for one in paid.document.get("other") or ())
    return int(row.extras.get("programmes") or 0) if sold else 0


def last_page(
    session: Session, device: Device, order: str, performance: str, seats: Sequence[str]
) -> Done | None:
    """Give the last page of a sale or a collection: where to go with which seats."""
    here = evening.look(session, device, performance)
    if here is None:
        return None
    named = [here.plan.shown(seat) for seat in seats] if here.plan.chart else []
    sections = {seat.section for seat in named} or {""}
    doors: set[str] = set()
    for section in sections:
        doors |= set(here.performance.entrances(here.plan, section))
    return Done(
        order=order,
        tonight=here.tonight(),
        seats=tuple(named),
        quantity=len(seats),
        doors=tuple(sorted(doors - {""})),
        doors_open_ms=here.performance.doors_open_ms,
        receipt=spool.receipt_state(session, order),
    )
