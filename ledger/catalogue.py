"""Set up the house: halls, productions, performances, prices and doors.

A performance gets its own copy of the hall's chart, so that later edits of the one never
touch the other (INV7). Everything here tells devices about itself.
"""

import json
from collections.abc import Mapping, Sequence

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from boxoffice.refusals import Code
from ledger import distances, doors, feed, halls, notices, prices
from ledger.clock import Means
from ledger.extras import Extras
from ledger.refused import Refused
from ledger.tables.catalogue import (
    ChartRow,
    HallRow,
    PerformanceRow,
    PriceRow,
    ProductionRow,
)
from ledger.tables.distances import DistanceRow
from ledger.tables.house import HouseRow
from ledger.tables.seats import SeatStateRow

SHORTEST_HOLD_MINUTES = 15


def open_house(
    session: Session,
    means: Means,
    *,
    name: str,
    currency: str,
    zone: str,
    address: str = "",
    languages: Sequence[str] = ("en", "da"),
    tax_number: str = "",
    max_seats: int = 8,
    hold_minutes: int = 15,
    idle_s: int = 45,
    exchange_rule: str = "",
    exchange_until: str = "",
    box_office_words: str = "",
    mail_from: str = "",
    extras: Extras | None = None,
    own_words: Mapping[str, Mapping[str, str]] | None = None,
) -> str | Refused:
    """Write down the theatre itself and give its id. There is one house in a book.

    Refuses HOLD_MINUTES_BELOW_15 (INV4).
    """
    if hold_minutes < SHORTEST_HOLD_MINUTES:
        return Refused(Code.HOLD_MINUTES_BELOW_15)
    assert session.scalar(select(func.count()).select_from(HouseRow)) == 0, "a second house"
    row = HouseRow(
        id=means.new_id(),
        name=name,
        address=address,
        currency=currency,
        zone=zone,
        languages=json.dumps(list(languages)),
        tax_number=tax_number,
        max_seats=max_seats,
        hold_minutes=hold_minutes,
        idle_s=idle_s,
        exchange_rule=exchange_rule,
        exchange_until=exchange_until,
        box_office_words=box_office_words,
        mail_from=mail_from,
        extras=json.dumps((extras or Extras()).document()),
        own_words=json.dumps(own_words or {}, ensure_ascii=False),
    )
    session.add(row)
    session.flush()
    stream = feed.venue(row.id)
    feed.publish(
        session, stream, "config", "house", notices.config(row), now_ms=means.now_ms
    )
    notices.everything(session, means.now_ms)
    return row.id


def house(session: Session) -> HouseRow:
    """Give the theatre. Raises NoResultFound before it is set up."""
    return session.scalars(select(HouseRow)).one()


def add_hall(session: Session, means: Means, *, name: str, plan: halls.Plan) -> str:
    """Add a hall with its default chart and give its id."""
    row = HallRow(
        id=means.new_id(),
        name=name,
        kind=plan.kind,
        plan=json.dumps(halls.document(plan)),
        added_ms=means.now_ms,
    )
    session.add(row)
    session.flush()
    return row.id


def add_production(session: Session, means: Means, *, title: str) -> str:
    """Add a production and give its id."""
    row = ProductionRow(id=means.new_id(), title=title, added_ms=means.now_ms)
    session.add(row)
    session.flush()
    return row.id


def add_performance(
    session: Session,
    means: Means,
    *,
    production: str,
    hall: str,
    starts_ms: int,
    price_list: prices.PriceList,
    ends_ms: int | None = None,
    doors_open_ms: int | None = None,
    on_sale_from_ms: int = 0,
    on_sale_until_ms: int | None = None,
    public: bool = True,
    access: Sequence[str] = (),
    spaces: Sequence[doors.Space] = (),
    home_doors: Mapping[str, str] | None = None,
    reserved: Sequence[str] = (),
) -> str | Refused:
    """Add a performance with its copy of the hall's chart, its prices and its doors.

    on_sale_until_ms: when public selling ends; usually when it starts. home_doors: section
    to the door whose right it is to admit there; usually the section's first door.
    reserved: seats that the box office keeps. Refuses PRICE_TITLE_TWICE (INV9).
    Source: INV7, INV12.
    """
    if title := price_list.title_twice:
        return Refused(Code.PRICE_TITLE_TWICE, {"title": title})
    plan_text, kind = session.execute(
        select(HallRow.plan, HallRow.kind).where(HallRow.id == hall)
    ).one()
    plan = halls.read(json.loads(plan_text))
    homes = {section.name: section.doors[0] for section in plan.sections if section.doors}
    homes |= home_doors or {}
    id = means.new_id()
    row = PerformanceRow(
        id=id,
        number=1 + (session.scalar(select(func.max(PerformanceRow.number))) or 0),
        production=production,
        hall=hall,
        kind=kind,
        starts_ms=starts_ms,
        ends_ms=ends_ms,
        doors_open_ms=doors_open_ms,
        on_sale_from_ms=on_sale_from_ms,
        on_sale_until_ms=starts_ms if on_sale_until_ms is None else on_sale_until_ms,
        public=public,
        cancelled_ms=None,
        access=json.dumps(list(access)),
        spaces=json.dumps(doors.document(doors.check(spaces), id)),
        home_doors=json.dumps(
            {section: {"door": door, "epoch": 1} for section, door in homes.items()}
        ),
        seats_left=len(plan.seats) - len(set(reserved)),
    )
    session.add(row)
    session.flush()
    session.add(ChartRow(performance=row.id, version=1, body=plan_text))
    session.flush()
    _add_seats(session, row.id, plan, frozenset(reserved))
    stream = feed.performance(row.id)
    feed.publish(
        session, stream, "chart", row.id, json.loads(plan_text), now_ms=means.now_ms
    )
    notices.seats(session, row.id, plan.seats, means.now_ms)
    _write_prices(session, means, row.id, price_list)
    return row.id


def set_prices(
    session: Session, means: Means, performance: str, price_list: prices.PriceList
) -> Refused | None:
    """Change a performance's prices and fees. Refuses PRICE_TITLE_TWICE (INV9)."""
    if title := price_list.title_twice:
        return Refused(Code.PRICE_TITLE_TWICE, {"title": title})
    _write_prices(session, means, performance, price_list)
    return None


def set_doors(
    session: Session, means: Means, performance: str, spaces: Sequence[doors.Space]
) -> None:
    """Change the doors of a performance.

    Raises doors.Differ when doors of one space are set differently: checkin.md §2.
    """
    doors.check(spaces)
    session.execute(
        update(PerformanceRow)
        .where(PerformanceRow.id == performance)
        .values(spaces=json.dumps(doors.document(spaces, performance)))
    )
    notices.performance(session, performance, means.now_ms)


def count_seats(session: Session, *, now_ms: int) -> int:
    """Bring "seats left" of coming performances up to date; give how many changed.

    Not part of a sale, which would make all sales of a house wait for each other.
    """
    free = (
        select(SeatStateRow.performance, func.count().label("left"))
        .where(SeatStateRow.state == "available")
        .group_by(SeatStateRow.performance)
        .subquery()
    )
    left = func.coalesce(free.c.left, 0)
    found = session.execute(
        select(PerformanceRow.id, left)
        .outerjoin(free, free.c.performance == PerformanceRow.id)
        .where(PerformanceRow.starts_ms > now_ms - 86_400_000)
        .where(PerformanceRow.seats_left != left)
    ).all()
    changed = [(performance, int(seats_left)) for performance, seats_left in found]
    apart = session.scalars(
        select(DistanceRow.performance).where(DistanceRow.kept.is_(True))
    ).all()
    for performance in apart:
        changed = _without_buffers(session, performance, changed)
    for performance, seats_left in changed:
        session.execute(
            update(PerformanceRow)
            .where(PerformanceRow.id == performance)
            .values(seats_left=seats_left)
        )
        notices.performance(session, performance, now_ms)
    return len(changed)


def _without_buffers(
    session: Session, performance: str, changed: list[tuple[str, int]]
) -> list[tuple[str, int]]:
    """Count what the public may have where orders sit apart. Source: DIS4."""
    row = session.get_one(PerformanceRow, performance)
    buffers = distances.whose(session, performance)
    free = session.scalars(
        select(SeatStateRow.seat).where(
            SeatStateRow.performance == performance, SeatStateRow.state == "available"
        )
    )
    left = sum(seat not in buffers for seat in free)
    others = [one for one in changed if one[0] != performance]
    return others if left == row.seats_left else [*others, (performance, left)]


def _add_seats(
    session: Session, performance: str, plan: halls.Plan, reserved: frozenset[str]
) -> None:
    unknown = reserved - set(plan.seats)
    assert not unknown, f"reserved seats that are not in the chart: {sorted(unknown)[:3]}"
    session.execute(
        insert(SeatStateRow),
        [
            {
                "performance": performance,
                "seat": seat,
                "number": number,
                "state": "reserved" if seat in reserved else "available",
                "epoch": 0,
            }
            for number, seat in enumerate(plan.seats, 1)
        ],
    )


def _write_prices(
    session: Session, means: Means, performance: str, price_list: prices.PriceList
) -> None:
    body = prices.document(price_list)
    row = session.get(PriceRow, performance)
    if row is None:
        session.add(PriceRow(performance=performance, version=1, body=json.dumps(body)))
    else:
        row.version, row.body = row.version + 1, json.dumps(body)
    session.flush()
    stream = feed.performance(performance)
    feed.publish(session, stream, "price", performance, body, now_ms=means.now_ms)
    notices.performance(session, performance, means.now_ms)
