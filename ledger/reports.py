"""What staff look up: orders, who is in the house, what is still to be settled."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from boxoffice.journal import Account
from ledger import audit, void_guests, written
from ledger.clock import Means
from ledger.tables.catalogue import ChartRow, HallRow, PerformanceRow, ProductionRow
from ledger.tables.devices import DeviceRow
from ledger.tables.discrepancies import DiscrepancyRow
from ledger.tables.doors import MovementRow, RefusedScanRow
from ledger.tables.house import StaffRow
from ledger.tables.money import JournalEntryRow, JournalLineRow, TenderRow
from ledger.tables.orders import TicketRow
from ledger.tables.records import AuditRow
from ledger.tables.seats import SeatStateRow

PAGE = 20
# What a door said, where it is more than that somebody went through it.
_SAID = {
    "ADMIT": "",
    "EXIT_OK": "",
    "RE_ADMIT": "once more",
    "ADMIT_UNVERIFIED": "signed, before its sale was known here",
}


@dataclass(frozen=True)
class Entry:
    """One thing that happened to an order: money, paper, a guest through a door."""

    at_ms: int
    words: str


def history(session: Session, order: str) -> list[Entry]:
    """Tell what happened to an order, in order."""
    entries = [
        Entry(entry.at_ms, _booked(entry, lines))
        for entry, lines in _journal(session, order)
    ]
    sold = session.scalars(select(TicketRow).where(TicketRow.order == order)).all()
    called = {one: seat_names(session, one) for one in {t.performance for t in sold}}
    tickets = {t.id: called[t.performance].get(t.seat, t.seat) for t in sold}
    for movement in session.scalars(
        select(MovementRow).where(MovementRow.ticket.in_(tickets))
    ):
        way = "went in" if movement.kind == "admission" else "went out"
        how = _SAID.get(movement.verdict, movement.verdict.replace("_", " ").lower())
        undone = " (undone)" if movement.undone else ""
        entries.append(
            Entry(
                movement.at_ms,
                f"{tickets[movement.ticket]} {way} at {movement.door}"
                f"{', ' + how if how else ''}{undone}",
            )
        )
    done = session.execute(
        select(
            AuditRow.at_ms,
            AuditRow.action,
            AuditRow.reason,
            AuditRow.facts,
            AuditRow.staff,
            StaffRow.name,
        )
        .outerjoin(StaffRow, StaffRow.id == AuditRow.staff)
        .where(AuditRow.subject.in_([order, *tickets]))
        .order_by(AuditRow.at_ms, AuditRow.nth)
    )
    for at_ms, action, reason, facts, staff, name in done:
        words = audit.words(action, reason, json.loads(facts))
        entries.append(Entry(at_ms, f"{audit.who(name, staff)}: {words}"))
    return sorted(entries, key=lambda entry: entry.at_ms)


def inside(
    session: Session, means: Means, tickets: Sequence[str]
) -> dict[str, MovementRow]:
    """Give the last admission of each ticket whose guest is in now. Source: lobby.md §7."""
    last: dict[str, MovementRow] = {}
    came = select(MovementRow).where(
        MovementRow.ticket.in_(tickets),
        MovementRow.kind == "admission",
        MovementRow.undone.is_(None),
    )
    for movement in session.scalars(came.order_by(MovementRow.at_ms)):
        last[movement.ticket] = movement
    return {
        id: one
        for id, one in last.items()
        if void_guests.inside(session, means, one.performance, id)
    }


def _booked(entry: JournalEntryRow, lines: Sequence[JournalLineRow]) -> str:
    """Say what an entry of the journal means to a clerk: "Payment: €60.50 by cash"."""
    told = [_tendered(line) for line in lines if line.account.startswith("tender:")]
    owed = sum(line.amount for line in lines if line.account == Account.PATRONS)
    if not told and owed:
        amount = written.money(abs(owed), lines[0].currency)
        parts = [
            f"{line.account.replace('_', ' ')} {written.money(-line.amount, line.currency)}"
            for line in lines
            if line.account != Account.PATRONS
        ]
        told = [f"{amount} {'charged' if owed > 0 else 'less to pay'}: {', '.join(parts)}"]
    return f"{entry.why.replace('_', ' ').capitalize()}: {', '.join(told) or 'booked'}"


def _tendered(line: JournalLineRow) -> str:
    amount = written.money(abs(line.amount), line.currency)
    kind = line.account.removeprefix("tender:").replace("_", " ")
    return f"{amount} by {kind}" if line.amount > 0 else f"{amount} back by {kind}"


def _journal(
    session: Session, order: str
) -> list[tuple[JournalEntryRow, list[JournalLineRow]]]:
    entries = session.scalars(
        select(JournalEntryRow).where(JournalEntryRow.order == order)
    ).all()
    lines: dict[str, list[JournalLineRow]] = {entry.id: [] for entry in entries}
    for line in session.scalars(
        select(JournalLineRow)
        .where(JournalLineRow.entry.in_(lines))
        .order_by(JournalLineRow.line)
    ):
        lines[line.entry].append(line)
    return [(entry, lines[entry.id]) for entry in entries]


def tenders(session: Session, order: str) -> Sequence[TenderRow]:
    """Give how an order was paid."""
    return session.scalars(
        select(TenderRow).where(TenderRow.order == order).order_by(TenderRow.at_ms)
    ).all()


def seat_names(session: Session, performance: str) -> dict[str, str]:
    """Give seat codes in words: "Stalls F 12"."""
    chart = session.get(ChartRow, performance)
    names = json.loads(chart.body).get("names", {}) if chart else {}
    return {
        seat: " ".join(part for part in (n["section"], n["row"], n["seat"]) if part)
        for seat, n in names.items()
    }


@dataclass(frozen=True)
class House:
    """One performance as the door sees it. by_door: (door, admitted, left)."""

    performance: str
    title: str
    starts_ms: int
    sold: int
    inside: int
    by_door: Sequence[tuple[str, int, int]]
    refused: Sequence[tuple[str, int]]


def evening(session: Session, now_ms: int) -> list[House]:
    """Give the performances around now, with who is in."""
    performances = session.execute(
        select(PerformanceRow, ProductionRow.title)
        .join(ProductionRow, ProductionRow.id == PerformanceRow.production)
        .where(
            PerformanceRow.starts_ms.between(now_ms - 6 * 3_600_000, now_ms + 86_400_000)
        )
        .order_by(PerformanceRow.starts_ms)
    ).all()
    return [_house(session, performance, title) for performance, title in performances]


def _house(session: Session, performance: PerformanceRow, title: str) -> House:
    sold = session.scalar(
        select(func.coalesce(func.sum(TicketRow.admits), 0)).where(
            TicketRow.performance == performance.id, TicketRow.status == "active"
        )
    )
    live = MovementRow.undone.is_(None) & (MovementRow.performance == performance.id)
    admitted = case((MovementRow.kind == "admission", MovementRow.count), else_=0)
    left = case((MovementRow.kind == "exit", MovementRow.count), else_=0)
    doors = session.execute(
        select(MovementRow.door, func.sum(admitted), func.sum(left))
        .where(live)
        .group_by(MovementRow.door)
        .order_by(MovementRow.door)
    ).all()
    refused = session.execute(
        select(RefusedScanRow.verdict, func.count())
        .where(RefusedScanRow.performance == performance.id)
        .group_by(RefusedScanRow.verdict)
        .order_by(func.count().desc())
    ).all()
    return House(
        performance=performance.id,
        title=title,
        starts_ms=performance.starts_ms,
        sold=int(sold or 0),
        inside=sum(int(entered) - int(gone) for _, entered, gone in doors),
        by_door=[(door, int(entered), int(gone)) for door, entered, gone in doors],
        refused=[(verdict, count) for verdict, count in refused],
    )


def discrepancies(session: Session, *, settled: bool = False) -> Sequence[DiscrepancyRow]:
    """Give what staff must settle, oldest first, or what was settled, newest first."""
    if settled:
        return session.scalars(
            select(DiscrepancyRow)
            .where(DiscrepancyRow.state == "settled")
            .order_by(DiscrepancyRow.settled_ms.desc())
            .limit(PAGE)
        ).all()
    return session.scalars(
        select(DiscrepancyRow)
        .where(DiscrepancyRow.state != "settled")
        .order_by(DiscrepancyRow.noted_ms)
    ).all()


def devices(session: Session) -> Sequence[DeviceRow]:
    """Give every device, by name."""
    return session.scalars(select(DeviceRow).order_by(DeviceRow.name)).all()


@dataclass(frozen=True)
class Performance:
    """One evening as the box office sees it. counts: seats by state."""

    id: str
    production: str
    title: str
    hall: str
    kind: str
    starts_ms: int
    public: bool
    on_sale_from_ms: int
    on_sale_until_ms: int
    cancelled_ms: int | None
    counts: Mapping[str, int]

    @property
    def seats(self) -> int:
        """All seats that there are tonight."""
        return sum(self.counts.values()) - self.counts.get("killed", 0)


MOST_EVENINGS = 200


def performances(session: Session, now_ms: int, *, past: bool = False) -> list[Performance]:
    """Give the evenings to come, soonest first; or those of the past, newest first."""
    since = PerformanceRow.starts_ms > now_ms - 12 * 3_600_000
    starts = PerformanceRow.starts_ms
    query = select(PerformanceRow.id).where(~since if past else since)
    ordered = query.order_by(starts.desc() if past else starts).limit(MOST_EVENINGS)
    return _performances(session, session.scalars(ordered).all())


def performance(session: Session, id: str) -> Performance | None:
    """Give one evening."""
    return next(iter(_performances(session, [id])), None)


def _performances(session: Session, ids: Sequence[str]) -> list[Performance]:
    counted: dict[str, dict[str, int]] = {}
    for id, state, count in session.execute(
        select(SeatStateRow.performance, SeatStateRow.state, func.count())
        .where(SeatStateRow.performance.in_(ids))
        .group_by(SeatStateRow.performance, SeatStateRow.state)
    ):
        counted.setdefault(id, {})[state] = count
    rows = session.execute(
        select(PerformanceRow, ProductionRow.title, HallRow.name)
        .join(ProductionRow, ProductionRow.id == PerformanceRow.production)
        .join(HallRow, HallRow.id == PerformanceRow.hall)
        .where(PerformanceRow.id.in_(ids))
    ).all()
    found = {
        row.id: Performance(
            id=row.id,
            production=row.production,
            title=title,
            hall=hall,
            kind=row.kind,
            starts_ms=row.starts_ms,
            public=row.public,
            on_sale_from_ms=row.on_sale_from_ms,
            on_sale_until_ms=row.on_sale_until_ms,
            cancelled_ms=row.cancelled_ms,
            counts=counted.get(row.id, {}),
        )
        for row, title, hall in rows
    }
    return [found[id] for id in ids if id in found]
