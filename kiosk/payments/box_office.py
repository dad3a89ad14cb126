"""Pay at the box office: the seats wait there under a code."""

from sqlalchemy.orm import Session

from kiosk import allotment, basket, documents, evening, log
from kiosk.device import Device
from kiosk.payments import attempts, codes
from kiosk.shown.named import Refusal
from kiosk.shown.paying import PayState
from kiosk.store.tables.orders import OrderRow


def park(device: Device, order: str) -> PayState | Refusal:
    """Leave the order for the box office. Refuses without a link, and as `attempts.pay`."""
    if not device.up:
        return Refusal("link.pay")
    if (refusal := attempts.own(device, order)) is not None:
        return refusal
    if not device.store.write(_park, device, order):
        return Refusal("hold.ended")
    return attempts.state(device, order)


def leave(session: Session, device: Device, row: OrderRow) -> None:
    """Hand the order's seats to the box office, in the caller's transaction.

    Without a link nobody there would know: the seats go back to where they came from.
    """
    epochs = allotment.epochs(session, row.performance, row.seats)
    performance = documents.performance(session, row.performance)
    here = evening.look(session, device, row.performance, order=row.number)
    lines = here.lines(row.seats, row.types) if here else None
    row.stage = "parked"
    if epochs is None or performance is None or lines is None:
        return
    if not device.up:
        allotment.give_back(session, device, row.performance, epochs, why="declined")
        return
    row.code = row.number[:6]
    pickup = codes.pickup(device.chance)
    basket.put(row, pickup=pickup)
    body = {
        "order": row.number,
        "lines": [
            {
                "performance": row.performance,
                "seat": line.seat,
                "epoch": epochs[line.seat or ""],
                "level": line.level,
                "price_type": line.price_type,
                "price": line.price,
                "fee_outside": line.fee_outside,
                "fee_inside": line.fee_inside,
            }
            for line in lines
        ],
        "until_ms": attempts.kept_until_ms(performance),
        "pickup_hash": codes.hash_of(pickup),
    }
    seq = log.append(session, device.clock, device.new_id(), "order.parked", body)
    # They are the box office's now: not ours, as if we had returned them.
    allotment.spend(session, row.performance, epochs, how="returned", seq=seq)


def _park(session: Session, device: Device, order: str) -> bool:
    row = session.get(OrderRow, order)
    if row is None or row.stage != "held":
        return False
    if allotment.epochs(session, row.performance, row.seats) is None:
        return False
    leave(session, device, row)
    return True
