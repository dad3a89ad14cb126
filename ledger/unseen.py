"""Sales that only a scan has told of: rebuilt from the ticket's own code.

A device that sold offline may be lost before its log arrives. Its ticket at a door reveals
the sale; the sale itself takes the place of what was rebuilt when it comes. Source: DOR2.
"""

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from boxoffice import tickets
from ledger import discrepancies, evenings, facts, losses, notices, parked, rows
from ledger.clock import Means
from ledger.happened import Happened
from ledger.tables.catalogue import PerformanceRow
from ledger.tables.devices import KeyRow
from ledger.tables.orders import TicketRow
from ledger.tables.seats import SeatStateRow

UNSEEN = "unseen:"


def rebuild(
    session: Session, means: Means, event: Happened, *, ticket: str, payload: str
) -> bool:
    """Write down a sale that only a scan has told of, from the ticket's own code.

    Gives False when the code is not a genuine one of ours for this ticket. Source: DOR2.
    """
    reading = tickets.read(payload, facts.keys(session))
    if not isinstance(reading, tickets.Valid | tickets.Revoked):
        return False
    code = reading.code
    evening = session.scalars(
        select(PerformanceRow).where(PerformanceRow.number == code.performance)
    ).one_or_none()
    if code.ticket != ticket or evening is None:
        return False
    key = session.get_one(KeyRow, code.key_id)
    plan = evenings.plan_of(session, evening.id)
    seat = next((s for s, number in plan.places.items() if number == code.seat), "")
    order = parked.unsold_order(
        means,
        f"{UNSEEN}{ticket}",
        number="",
        state="unconfirmed",
        currency=evenings.prices_of(session, evening.id).currency,
        device=key.device,
        incarnation=key.incarnation,
        source=None,
        delivery="kiosk",
    )
    session.add(order)
    session.flush()
    taken = bool(seat) and rows.changed(
        session,
        update(SeatStateRow)
        .where(
            SeatStateRow.performance == evening.id,
            SeatStateRow.seat == seat,
            _may_take(key),
        )
        .values(
            state="sold",
            ticket=ticket,
            device=key.device,
            incarnation=key.incarnation,
        ),
    )
    session.add(
        TicketRow(
            id=ticket,
            order=order.id,
            line=1,
            performance=evening.id,
            seat=seat,
            epoch=0,
            # Whether it has its seat is settled when the sale itself arrives.
            seated=True,
            level=plan.chart.levels.get(seat) if plan.chart and seat else None,
            price_type=None,
            price=0,
            fee_outside=0,
            fee_inside=0,
            paid=0,
            pays_later=False,
            status="active",
            blocked=False,
            issue=code.issue,
            print_state="printed",
            delivered=None,
            valid_from_ms=None,
            valid_until_ms=None,
            admits=code.people,
            entries=None,
            parent=None,
            signer=key.device,
            incarnation=key.incarnation,
            seq=code.seq,
            payload=payload,
            unseen=True,
            made_ms=means.now_ms,
        )
    )
    session.flush()
    discrepancies.note(
        session,
        means,
        "sale_unseen",
        ticket,
        facts={
            "performance": evening.id,
            "seat": seat,
            "device": key.device,
            "seq": code.seq,
        },
        evidence=[event.id],
    )
    if taken:
        notices.seats(session, evening.id, [seat], means.now_ms)
    if key.device is not None and key.incarnation is not None:
        losses.scanned(session, means, key.device, key.incarnation)
    return True


def _may_take(key: KeyRow) -> ColumnElement[bool]:
    """Whose the seat must be: its signer's; or nobody's, where our book went back.

    What this ledger signed, or a device sold under an allotment that only the older book
    knew, would otherwise be sold to somebody else while its guest sits there. Source: P9.
    """
    owned = (
        (SeatStateRow.state == "allotted")
        & (SeatStateRow.device == key.device)
        & (SeatStateRow.incarnation == key.incarnation)
    )
    return or_(owned, SeatStateRow.state == "available")
