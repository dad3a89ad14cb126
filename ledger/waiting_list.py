"""The waiting list: who would like seats when a performance has none left.

When seats come free those who waited longest are written to, as many as there are seats
for; they buy as everybody does, and nothing is held for them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from ledger import on_sale, outbox, rows
from ledger.clock import Means
from ledger.tables.catalogue import PerformanceRow, ProductionRow
from ledger.tables.waiting_list import WaitingPatronRow

# One performance has room for so many addresses: a form for everybody must end somewhere.
MOST = 1_000


@dataclass(frozen=True)
class Waiting:
    """One entry, with the evening it is for."""

    id: str
    performance: str
    title: str
    starts_ms: int
    name: str
    email: str
    people: int
    made_ms: int
    told_ms: int | None


def join(
    session: Session,
    means: Means,
    *,
    performance: str,
    name: str,
    email: str,
    people: int,
    language: str,
) -> bool:
    """Put an address on the list; again, it says anew how many. False: the list is full."""
    own = WaitingPatronRow.performance == performance
    count = session.scalar(select(func.count()).where(own)) or 0
    if count >= MOST:
        return False
    values = {"name": name, "people": people, "language": language, "told_ms": None}
    session.execute(
        rows.insert(session, WaitingPatronRow)
        .values(
            id=means.new_id(),
            performance=performance,
            email=email.casefold(),
            made_ms=means.now_ms,
            **values,
        )
        .on_conflict_do_update(index_elements=["performance", "email"], set_=values)
    )
    return True


def leave(session: Session, id: str) -> bool:
    """Take an entry off the list."""
    gone = delete(WaitingPatronRow).where(WaitingPatronRow.id == id)
    return rows.changed(session, gone) > 0


def read(session: Session, now_ms: int) -> list[Waiting]:
    """Give who waits for performances to come, the longest first."""
    found = session.execute(
        select(WaitingPatronRow, ProductionRow.title, PerformanceRow.starts_ms)
        .join(PerformanceRow, PerformanceRow.id == WaitingPatronRow.performance)
        .join(ProductionRow, ProductionRow.id == PerformanceRow.production)
        .where(PerformanceRow.starts_ms > now_ms)
        .order_by(PerformanceRow.starts_ms, WaitingPatronRow.made_ms, WaitingPatronRow.id)
    )
    return [
        Waiting(
            row.id,
            row.performance,
            title,
            starts_ms,
            row.name,
            row.email,
            row.people,
            row.made_ms,
            row.told_ms,
        )
        for row, title, starts_ms in found
    ]


def due(session: Session, now_ms: int) -> list[str]:
    """Give the performances for which somebody waits who was not written to."""
    found = session.scalars(
        select(WaitingPatronRow.performance)
        .where(WaitingPatronRow.told_ms.is_(None))
        .distinct()
    )
    return [one for one in found if _sold_here(session, one, now_ms)]


def tell(session: Session, means: Means, performance: str) -> int:
    """Write to those who waited longest, as many as there are seats for; give how many."""
    left = len(on_sale.free(session, performance))
    told = 0
    for row in _waiting(session, performance):
        if row.people > left:
            break  # Nobody is passed over because of a smaller party behind.
        left -= row.people
        row.told_ms = means.now_ms
        facts = {"name": row.name, "language": row.language, "people": row.people}
        found = on_sale.show(session, performance, means.now_ms)
        facts |= {
            "title": found.title if found else "",
            "link": f"/shop/performances/{performance}",
        }
        outbox.add(session, means, to=row.email, kind="seats_free", facts=facts)
        told += 1
    return told


def forget(session: Session, now_ms: int) -> None:
    """Forget who waited for what is over."""
    over = select(PerformanceRow.id).where(PerformanceRow.starts_ms < now_ms)
    session.execute(
        delete(WaitingPatronRow)
        .where(WaitingPatronRow.performance.in_(over))
        .execution_options(synchronize_session=False)
    )


def _waiting(session: Session, performance: str) -> Sequence[WaitingPatronRow]:
    return session.scalars(
        select(WaitingPatronRow)
        .where(
            WaitingPatronRow.performance == performance, WaitingPatronRow.told_ms.is_(None)
        )
        .order_by(WaitingPatronRow.made_ms, WaitingPatronRow.id)
        .with_for_update()
    ).all()


def _sold_here(session: Session, performance: str, now_ms: int) -> bool:
    show = on_sale.show(session, performance, now_ms)
    return (
        show is not None and not show.refusal and bool(on_sale.free(session, performance))
    )
