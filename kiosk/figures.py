"""What this device tells of its own books, for the demo's lamps."""

from typing import Any

from sqlalchemy import select

from kiosk import allotment, documents, log
from kiosk.device import Device
from kiosk.printing import jobs
from kiosk.store.tables.orders import CollectionRow, IntentRow, SaleLineRow, SaleRow
from kiosk.store.tables.printing import PrintJobRow


def figures(device: Device) -> dict[str, Any]:
    """Give paid, printed, put on the phone, owed; attempts; what is still to be sent;
    how many seats are its own, and how many more it is about to ask for; which seats it
    sold, oldest first; which sealed copies of will-call orders it keeps.

    Paid is read from sales and collections, the rest from the paper's own rows.
    """
    with device.store.read() as session:
        paid = set(session.scalars(select(SaleLineRow.ticket)))
        for collected in session.scalars(select(CollectionRow.collected)):
            paid |= set(collected)
        states: dict[str, str] = {}
        query = select(PrintJobRow.ticket, PrintJobRow.state).where(
            PrintJobRow.kind == "ticket"
        )
        for ticket, state in session.execute(
            query.order_by(PrintJobRow.issue, PrintJobRow.place)
        ):
            if ticket is not None:
                states[ticket] = state
        intents = [
            {"key": row.id, "state": row.state, "amount": row.amount}
            for row in session.scalars(select(IntentRow).order_by(IntentRow.place))
        ]
        sold = session.scalars(
            select(SaleLineRow.seat)
            .join(SaleRow, SaleRow.order == SaleLineRow.order)
            .order_by(SaleRow.seq, SaleLineRow.place)
        ).all()
        unsent = log.unsent(session)
        evenings = documents.performances(session)
        own_seats = sum(len(allotment.owned(session, evening.id)) for evening in evenings)
        copies = [
            id for evening in evenings for id in documents.copies(session, evening.id)
        ]
        wanted_seats = allotment.wanted(session, device)
        # They print by themselves as soon as the printer and the ledger let them.
        again = {job.ticket for job in jobs.young_failures(session, device.clock)}
    return {
        "paid_tickets": sorted(paid),
        # Replaced without a later issue here: another kiosk has printed it.
        "printed": _in(states, "printed", "replaced"),
        "phone": _in(states, "phone"),
        "owed": _in(states, "queued", "sending", "uncertain", "failed"),
        "printing": sorted({*_in(states, "queued", "sending"), *(again - {None})}),
        "intents": intents,
        "unsent_events": unsent,
        "own_seats": own_seats,
        "sold": list(sold),
        "wanted_seats": wanted_seats,
        "copies": copies,
        "linked": device.up,
    }


def _in(states: dict[str, str], *wanted: str) -> list[str]:
    return sorted(ticket for ticket, state in states.items() if state in wanted)
