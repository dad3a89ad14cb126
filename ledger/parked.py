"""What a device hands over instead of selling: parked orders, and everything at its end."""

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from ledger import allotments, notices, pickups, promised_tenders
from ledger.allotments import Owner, Seat
from ledger.clock import Means
from ledger.happened import Happened, text, whole
from ledger.tables.devices import DeviceLogRow
from ledger.tables.orders import OrderRow
from ledger.tables.seats import HoldRow, SeatStateRow

BOX_OFFICE = "box_office"


def record(session: Session, means: Means, event: Happened) -> None:
    """Keep an order's seats for the box office until a moment of the ledger's clock."""
    owner = Owner(event.device, event.incarnation)
    order, until_ms = event.text("order"), event.whole("until_ms")
    kept: dict[str, list[str]] = {}
    for line in event.parts("lines"):
        seat = Seat(text(line, "performance"), text(line, "seat"), whole(line, "epoch"))
        hold = f"{event.id}/{seat.performance}"
        won = session.scalar(
            update(SeatStateRow)
            .where(allotments.owned(owner, seat))
            .values(
                state="held",
                prior="available",
                hold=hold,
                device=None,
                incarnation=None,
                sell_by_ms=None,
            )
            .returning(SeatStateRow.seat)
        )
        # What this device did not own is somebody else's: there is nothing to keep.
        if won is not None:
            allotments.ended(session, [seat], "returned", means.now_ms)
            allotments.end_document(session, owner, seat, means.now_ms)
            kept.setdefault(seat.performance, []).append(seat.seat)
            gone = (seat.performance, seat.seat, seat.epoch)
            promised_tenders.returned(session, owner.device, [gone])
    for performance, seats in kept.items():
        session.execute(
            insert(HoldRow),
            [
                {
                    "id": f"{event.id}/{performance}",
                    "performance": performance,
                    "order": order,
                    "seller": BOX_OFFICE,
                    "made_ms": means.now_ms,
                    "expires_ms": until_ms,
                    "extended": True,
                }
            ],
        )
        notices.seats(session, performance, seats, means.now_ms)
    if session.get(OrderRow, order) is None:
        session.add(
            unsold_order(
                means,
                order,
                number=order,
                state="parked",
                currency=event.text("currency", "EUR"),
                device=event.device,
                incarnation=event.incarnation,
                source=event.id,
                delivery="will_call",
            )
        )
        session.flush()
        if hash_ := event.text("pickup_hash", ""):
            pickups.keep(session, order, [hash_], now_ms=means.now_ms)


def closed(session: Session, means: Means, event: Happened) -> None:
    """A device ends this incarnation: its unspent seats come back."""
    owner = Owner(event.device, event.incarnation)
    found = session.execute(
        select(SeatStateRow.performance, SeatStateRow.seat, SeatStateRow.epoch).where(
            SeatStateRow.device == owner.device,
            SeatStateRow.incarnation == owner.incarnation,
            SeatStateRow.state == "allotted",
        )
    ).all()
    seats = [Seat(performance, seat, epoch) for performance, seat, epoch in found]
    allotments.take_back(session, means, owner, seats)
    session.execute(
        update(DeviceLogRow)
        .where(
            DeviceLogRow.device == owner.device,
            DeviceLogRow.incarnation == owner.incarnation,
        )
        .values(state="draining")
    )


def unsold_order(
    means: Means,
    id: str,
    *,
    number: str,
    state: str,
    currency: str,
    device: str | None,
    incarnation: int | None,
    source: str | None,
    delivery: str,
) -> OrderRow:
    """Make the order of a sale that is not known, or not known yet: nothing is owed."""
    return OrderRow(
        id=id,
        number=number,
        state=state,
        currency=currency,
        seller="kiosk",
        device=device,
        incarnation=incarnation,
        source=source,
        patron=None,
        delivery=delivery,
        photo_id=False,
        note="",
        member=None,
        answers="[]",
        price_pos=None,
        charge=0,
        paid=0,
        made_ms=means.now_ms,
        collected_ms=None,
        collected_by=None,
        cancelled_ms=None,
    )
