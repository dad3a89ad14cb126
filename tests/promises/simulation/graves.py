"""What was on a device's storage when it was lost: what the world saw it do."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from kiosk.store.tables.device import LogRow
from kiosk.store.tables.door import MovementRow
from kiosk.store.tables.orders import IntentRow, SaleLineRow, SaleRow
from kiosk.store.tables.printing import PrintJobRow

Moved = tuple[str, str, str | None]


@dataclass(frozen=True)
class Sold:
    """One ticket that was sold there. seq: of the event that told of it."""

    ticket: str
    performance: str
    seat: str
    intent: str
    seq: int


@dataclass(frozen=True)
class Grave:
    """A store that nobody will read again. moved: by event id, with the event's seq."""

    name: str
    device: str
    incarnation: int
    head: int
    sold: tuple[Sold, ...]
    intents: dict[str, str]
    printed: frozenset[str]
    moved: dict[str, tuple[int, Moved]]


def read(name: str, device: str, incarnation: int, folder: Path) -> Grave:
    """Read what a store held at the moment of its loss."""
    engine = create_engine(f"sqlite:///{folder / 'store.sqlite'}")
    with Session(engine) as session:
        sales = {row.order: row for row in session.scalars(select(SaleRow))}
        sold = tuple(
            Sold(
                line.ticket,
                line.performance,
                line.seat,
                sales[line.order].intent,
                sales[line.order].seq,
            )
            for line in session.scalars(select(SaleLineRow))
        )
        moved = {
            row.event_id: (seq, (row.ticket, row.kind, row.after))
            for row, seq in session.execute(
                select(MovementRow, LogRow.seq).join(
                    LogRow, LogRow.event_id == MovementRow.event_id
                )
            )
        }
        jobs = select(PrintJobRow.ticket).where(PrintJobRow.kind == "ticket")
        found = Grave(
            name,
            device,
            incarnation,
            session.scalar(select(func.max(LogRow.seq))) or 0,
            sold,
            {row.id: row.order for row in session.scalars(select(IntentRow))},
            frozenset(ticket for ticket in session.scalars(jobs) if ticket),
            moved,
        )
    engine.dispose()
    return found
