"""Whose seat a device's sale is: its own, or one for staff to settle.

A device that owned the seat under the epoch of its sale has the right to it. Any other sale
is judged by the rules for coming back after an outage. Source: spec.md 4.7.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, case, or_, select, update
from sqlalchemy.orm import Session

from boxoffice import reentry
from ledger import allotments, book, discrepancies, feed, notices, reseats, rows
from ledger.allotments import Owner, Seat
from ledger.clock import Means
from ledger.happened import Happened, maybe, text, whole
from ledger.prepared import Prepared
from ledger.tables.doors import MovementRow
from ledger.tables.orders import TicketRow
from ledger.tables.seats import SeatStateRow


@dataclass(frozen=True)
class Line:
    """One ticket of a sale, as the device wrote it."""

    ticket: str
    performance: str
    seat: str
    epoch: int
    level: str | None
    price_type: str | None
    price: int
    fee_outside: int
    fee_inside: int
    payload: str
    issue: int


def line(body: Mapping[str, Any]) -> Line:
    """Read one line of a sale."""
    return Line(
        ticket=text(body, "ticket"),
        performance=text(body, "performance"),
        seat=text(body, "seat"),
        epoch=whole(body, "epoch", 0),
        level=maybe(body, "level"),
        price_type=maybe(body, "price_type"),
        price=whole(body, "price"),
        fee_outside=whole(body, "fee_outside", 0),
        fee_inside=whole(body, "fee_inside", 0),
        payload=text(body, "payload", ""),
        issue=whole(body, "issue", 1),
    )


def take_own(
    session: Session, means: Means, event: Happened, lines: Sequence[Line]
) -> dict[str, int | None]:
    """Make sold the seats that their seller owned, and tell: ticket to its `sell_by_ms`.

    Lines that are missing in the answer had no right to their seats: `take_other`.
    """
    owner = Owner(event.device, event.incarnation)
    own: dict[str, int | None] = {}
    for performance, some in _by_performance(lines).items():
        found = _selling(rows.width(some)).all(
            session,
            {"of": performance, "by": owner.device, "its": owner.incarnation}
            | rows.spread("seat", [line.seat for line in some])
            | rows.spread("epoch", [line.epoch for line in some])
            | rows.spread("ticket", [line.ticket for line in some]),
        )
        own |= {row.ticket: row.sell_by_ms for row in found}
    sold = [line for line in lines if line.ticket in own]
    if not sold:
        return own
    seats = [Seat(line.performance, line.seat, line.epoch) for line in sold]
    allotments.ended(session, seats, "sold", means.now_ms)
    for line, seat in zip(sold, seats, strict=True):
        allotments.end_document(session, owner, seat, means.now_ms)
        body = notices.seat(
            state="sold",
            epoch=line.epoch,
            device=owner.device,
            incarnation=owner.incarnation,
            ticket=line.ticket,
        )
        stream = feed.performance(line.performance)
        feed.publish(session, stream, "seat", line.seat, body, now_ms=means.now_ms)
    return own


def take_other(session: Session, means: Means, event: Happened, line: Line) -> None:
    """Judge a sale whose seller did not own the seat; its ticket is written (4.7)."""
    row = session.get(
        SeatStateRow,
        (line.performance, line.seat),
        with_for_update=True,
        populate_existing=True,
    )
    if row is not None and row.state == "sold" and row.ticket == line.ticket:
        # A scan at a door had told of this sale before its log did.
        _seated(session, line.ticket)
        return
    _conflict(session, means, event, line, row)


def _by_performance(lines: Sequence[Line]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.performance, []).append(line)
    return found


def _seated(session: Session, ticket: str) -> None:
    session.execute(update(TicketRow).where(TicketRow.id == ticket).values(seated=True))


def _conflict(
    session: Session,
    means: Means,
    event: Happened,
    line: Line,
    row: SeatStateRow | None,
) -> None:
    """Judge a sale without the right to its seat, and tell staff by which rule."""
    sale = reentry.Sale(
        device=f"{event.device};{event.incarnation}",
        seq=event.seq,
        seat=line.seat,
        epoch=line.epoch,
        admitted=_is_in(session, line.ticket),
    )
    free = row is not None and row.state in {"available", "held"}
    if row is not None and free and book.read(session).recovering:
        # We forgot what we had allotted; its owner has not. Who held the seat in our older
        # book had let it go by then, or it is the hold of this very order.
        _take_free(session, means, line, row, event)
        return
    rule, holder = "UNKNOWN_SEAT", None
    keeps: str | None = None
    moves: str | None = line.ticket
    if row is not None:
        if row.state == "sold" and row.ticket:
            holder = reentry.Holder(row.ticket, _is_in(session, row.ticket))
        owner = (
            reentry.Owner(f"{row.device};{row.incarnation}", row.epoch)
            if row.device
            else None
        )
        held = row.state in {"held", "killed"}
        after, found = reentry.judge(sale, holder=holder, owner=owner, held=held)
        if found is not None:
            rule = found.rule.value
            names = {sale.id: line.ticket}
            keeps = names.get(found.keeps or "", found.keeps)
            moves = names.get(found.moves or "", found.moves)
        if after is not None and after.name == sale.id and holder is None:
            _take_free(session, means, line, row, event)
        elif after is not None and after.name == sale.id and holder is not None:
            _move_out(session, means, line, row)
    discrepancies.note(
        session,
        means,
        "seat_conflict",
        f"{line.performance}/{line.seat}/{line.ticket}",
        facts={
            "performance": line.performance,
            "seat": line.seat,
            "ticket": line.ticket,
            "epoch": line.epoch,
            "rule": rule,
            "keeps": keeps,
            "moves": moves,
            "other": holder.name if holder else None,
        },
        evidence=[event.id],
        proposal=_proposal(session, means, line, moves),
    )


def _take_free(
    session: Session, means: Means, line: Line, row: SeatStateRow, event: Happened
) -> None:
    """An unsold seat goes to the sale that came, at once."""
    if row.state == "allotted" and row.device:
        broken = Seat(line.performance, line.seat, row.epoch)
        owner = Owner(row.device, row.incarnation or 0)
        allotments.ended(session, [broken], "broken", means.now_ms)
        allotments.end_document(session, owner, broken, means.now_ms)
    row.state, row.ticket, row.prior, row.hold = "sold", line.ticket, None, None
    row.device, row.incarnation = event.device, event.incarnation
    session.flush()
    _seated(session, line.ticket)
    notices.seats(session, line.performance, [line.seat], means.now_ms)


def _move_out(session: Session, means: Means, line: Line, row: SeatStateRow) -> None:
    """The newcomer sits there: the ticket that had the seat needs another one."""
    other, row.ticket = row.ticket, line.ticket
    session.flush()
    session.execute(update(TicketRow).where(TicketRow.id == other).values(seated=False))
    _seated(session, line.ticket)
    notices.seats(session, line.performance, [line.seat], means.now_ms)
    if other:
        notices.ticket(session, line.performance, other, means.now_ms)


def _proposal(
    session: Session, means: Means, line: Line, moves: str | None
) -> dict[str, Any] | None:
    """Propose another seat for whoever moves, kept free meanwhile, or their money back."""
    if moves is None:
        return None
    seat = reseats.propose(
        session, means, performance=line.performance, seat=line.seat, ticket=moves
    )
    return {"ticket": moves, "do": "reseat" if seat else "refund", "seat": seat}


def _is_in(session: Session, ticket: str) -> bool:
    return (
        session.scalars(
            select(MovementRow.id).where(
                MovementRow.ticket == ticket,
                MovementRow.kind == "admission",
                MovementRow.undone.is_(None),
            )
        ).first()
        is not None
    )


_SEAT = rows.table(SeatStateRow)


@cache
def _selling(width: int) -> Prepared:
    """Make allotted seats sold to their tickets where this device owns this epoch."""
    seats, epochs, tickets = (
        rows.slots(name, width) for name in ("seat", "epoch", "ticket")
    )
    own = [
        and_(_SEAT.c.seat == seat, _SEAT.c.epoch == epoch)
        for seat, epoch in zip(seats, epochs, strict=True)
    ]
    ticket = case(
        *(
            (_SEAT.c.seat == seat, ticket)
            for seat, ticket in zip(seats, tickets, strict=True)
        )
    )
    return Prepared(
        update(_SEAT)
        .where(
            _SEAT.c.performance == bindparam("of"),
            _SEAT.c.seat.in_(seats),
            or_(*own),
            rows.unindexed(_SEAT.c.state) == "allotted",
            rows.unindexed(_SEAT.c.device) == bindparam("by"),
            _SEAT.c.incarnation == bindparam("its"),
        )
        .values(state="sold", ticket=ticket)
        .returning(_SEAT.c.ticket, _SEAT.c.sell_by_ms)
    )
