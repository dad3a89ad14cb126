"""Tickets that devices sold: written once, in place of what a scan told of them before."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from ledger import discrepancies, door_answers, feed, inserts, notices, rows
from ledger.clock import Means
from ledger.evenings import Evening
from ledger.happened import Happened
from ledger.inserts import Rows
from ledger.ownership import Line
from ledger.prepared import Prepared
from ledger.tables.orders import OrderRow, TicketRow


def write(
    session: Session,
    means: Means,
    event: Happened,
    order: OrderRow,
    lines: Sequence[Line],
    own: Mapping[str, int | None],
    sold: Mapping[str, Evening],
) -> None:
    """Write tickets, and tell of those that have their seats.

    own: see `take_own`. sold: the performances that they are for.
    """
    known = _known(session, [line.ticket for line in lines])
    fresh: list[dict[str, Any]] = []
    for number, line in enumerate(lines, 1):
        made = _ticket(means, event, order, number, line, seated=line.ticket in own)
        if line.ticket in known:
            _replace(session, means, made, known[line.ticket])
        else:
            fresh.append(made)
    if not fresh:
        return
    inserts.later(session, Rows(TicketRow, fresh))
    asked = {
        of: door_answers.questions(session, of) if evening.asks else []
        for of, evening in sold.items()
    }
    for made in fresh:
        row = rows.plain(TicketRow, made)
        if row.seated:
            body = notices.ticket_body(
                row,
                sold[row.performance],
                order=order.number,
                note=order.note,
                questions=asked[row.performance],
            )
            stream = feed.performance(row.performance)
            feed.publish(session, stream, "ticket", row.id, body, now_ms=means.now_ms)


def _ticket(
    means: Means, event: Happened, order: OrderRow, number: int, line: Line, *, seated: bool
) -> dict[str, Any]:
    return {
        "id": line.ticket,
        "order": order.id,
        "line": number,
        "performance": line.performance,
        "seat": line.seat,
        "epoch": line.epoch,
        "seated": seated,
        "level": line.level,
        "price_type": line.price_type,
        "price": line.price,
        "fee_outside": line.fee_outside,
        "fee_inside": line.fee_inside,
        "paid": line.price if order.paid >= order.charge else 0,
        "pays_later": False,
        "status": "active",
        "blocked": False,
        "issue": line.issue,
        "print_state": "not_printed",
        "admits": 1,
        "signer": event.device,
        "incarnation": event.incarnation,
        "seq": event.seq,
        "payload": line.payload,
        "unseen": False,
        "made_ms": means.now_ms,
    }


# What a scan could not tell of a ticket, and its sale does. Issue and paper, too: the scan
# told of those only what its code said, and the device's log goes on from the sale.
_TOLD_BY_SALE = (
    "order",
    "line",
    "performance",
    "seat",
    "epoch",
    "seated",
    "level",
    "price_type",
    "price",
    "fee_outside",
    "fee_inside",
    "paid",
    "signer",
    "incarnation",
    "seq",
    "payload",
    "unseen",
    "issue",
    "print_state",
)


def _known(session: Session, tickets: Sequence[str]) -> dict[str, str]:
    """Give the orders of tickets that only scans told of. Raises ValueError for others."""
    found = _tickets(rows.width(tickets)).all(session, rows.spread("ticket", tickets))
    for row in found:
        if not row.unseen:
            raise ValueError(f"ticket {row.id} was sold before")
    return {row.id: row.order for row in found}


def _replace(
    session: Session, means: Means, made: Mapping[str, Any], placeholder: str
) -> None:
    """The sale takes the place of what was rebuilt from a scan."""
    told, id = {name: made[name] for name in _TOLD_BY_SALE}, made["id"]
    session.execute(update(TicketRow).where(TicketRow.id == id).values(told))
    session.execute(delete(OrderRow).where(OrderRow.id == placeholder))
    discrepancies.close(session, means, "sale_unseen", id, how="sale arrived")
    notices.ticket(session, made["performance"], id, means.now_ms)


_TICKET = rows.table(TicketRow)


@cache
def _tickets(width: int) -> Prepared:
    wanted = select(_TICKET.c.id, _TICKET.c.order, _TICKET.c.unseen).where(
        _TICKET.c.id.in_(rows.slots("ticket", width))
    )
    return Prepared(wanted)
