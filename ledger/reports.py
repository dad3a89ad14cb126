"""What staff look up: orders, who is in the house, what is still to be settled."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from ledger import void_guests
from ledger.clock import Means
from ledger.tables.catalogue import ChartRow, HallRow, PerformanceRow, ProductionRow
from ledger.tables.devices import DeviceRow
from ledger.tables.discrepancies import DiscrepancyRow
from ledger.tables.doors import MovementRow, RefusedScanRow
from ledger.tables.money import TenderRow
from ledger.tables.orders import TicketRow
from ledger.tables.seats import SeatStateRow

PAGE = 20


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


def tenders(session: Session, order: str) -> Sequence[TenderRow]:
    """Give how an order was paid."""
    return session.scalars(
        select(TenderRow).where(TenderRow.order == order).order_by(TenderRow.at_ms)
    ).all()


def seat_names(session: Session, performance: str) -> dict[str, str]:
    """Give seat codes in words: "Stalls F 12"."""
    parts = seat_parts(session, performance).items()
    return {seat: " ".join(part for part in said if part) for seat, said in parts}


def seat_parts(session: Session, performance: str) -> dict[str, tuple[str, str]]:
    """Give the section of each seat code, and its name there: "Stalls", "F 12"."""
    chart = session.get(ChartRow, performance)
    names = json.loads(chart.body).get("names", {}) if chart else {}
    return {
        seat: (n["section"], " ".join(part for part in (n["row"], n["seat"]) if part))
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
