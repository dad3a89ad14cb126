"""What is on in the demo house: tonight and the next days, always relative to now."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from ledger import catalogue, doors
from ledger.clock import Means
from ledger.demo_house.house import HAMLET, IMPROV, MAIN, STUDIO, TEMPEST, ZONE
from ledger.demo_house.orders import sell
from ledger.demo_house.price_lists import main_stage_prices, studio_prices
from ledger.refused import Refused
from ledger.tables.catalogue import HallRow, PerformanceRow, ProductionRow

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class _Show:
    production: str
    hall: str
    starts: datetime
    runs: timedelta
    doors_before: timedelta
    access: tuple[str, ...] = ()


def is_on_tonight(session: Session, means: Means) -> bool:
    """Whether an evening can still be sold that begins within the next hours."""
    soon = means.now_ms + 6 * 3_600_000
    return (
        session.scalars(
            select(PerformanceRow.id)
            .join(ProductionRow, ProductionRow.id == PerformanceRow.production)
            .where(
                ProductionRow.title == HAMLET,
                PerformanceRow.starts_ms > means.now_ms + 10 * 60_000,
                PerformanceRow.starts_ms < soon,
            )
        ).first()
        is not None
    )


def _shows(now: datetime) -> list[_Show]:
    """What is on: tonight starts within two hours, and its doors are open already.

    In an hour and a half at the earliest: a lobby may be open for a while before somebody
    plays an hour without a line in it.
    """
    quarter = 15 - now.minute % 15
    tonight = (now + timedelta(minutes=90 + quarter)).replace(second=0, microsecond=0)
    opened = tonight - now + 10 * MINUTE
    shows = [
        _Show(HAMLET, MAIN, tonight, 160 * MINUTE, opened, ("Hearing loop",)),
        _Show(IMPROV, STUDIO, tonight + 30 * MINUTE, 90 * MINUTE, opened + 30 * MINUTE),
    ]
    evening = datetime(now.year, now.month, now.day, 19, 30, tzinfo=now.tzinfo)
    for days, title, access in (
        (1, TEMPEST, ("Audio described",)),
        (2, HAMLET, ()),
        (3, TEMPEST, ("Sign language",)),
        (5, HAMLET, ()),
    ):
        starts = evening + timedelta(days=days)
        shows.append(_Show(title, MAIN, starts, 150 * MINUTE, 45 * MINUTE, access))
    return shows


def put_on(session: Session, means: Means) -> dict[str, Any]:
    """Add the evenings with their prices and doors, and the orders that wait for them."""
    now = datetime.fromtimestamp(means.now_ms / 1000, ZoneInfo(ZONE))
    hall_ids = dict(session.execute(select(HallRow.name, HallRow.id)).all())
    production_ids = dict(
        session.execute(select(ProductionRow.title, ProductionRow.id)).all()
    )
    added: list[str] = []
    for show in _shows(now):
        performance = catalogue.add_performance(
            session,
            means,
            production=production_ids[show.production],
            hall=hall_ids[show.hall],
            starts_ms=_ms(show.starts),
            ends_ms=_ms(show.starts + show.runs),
            doors_open_ms=_ms(show.starts - show.doors_before),
            price_list=main_stage_prices() if show.hall == MAIN else studio_prices(),
            access=show.access,
            spaces=_spaces(show.hall),
        )
        assert not isinstance(performance, Refused)
        added.append(performance)
    tonight, studio, other = added[:3]
    return {"tonight": tonight, "studio": studio, "other": other} | sell(
        session, means, tonight, other
    )


def _spaces(hall: str) -> tuple[doors.Space, ...]:
    if hall == STUDIO:
        door = doors.Door(name="Door B", words="through the foyer", takes_all=True)
        return (doors.Space("studio", (door,)),)
    return (
        doors.Space(
            "auditorium",
            (
                doors.Door(
                    "Door A", sections=("Stalls", "Boxes"), words="on the ground floor"
                ),
                doors.Door(
                    "Door B",
                    sections=("Stalls", "Circle", "Balcony"),
                    words="upstairs",
                ),
            ),
        ),
    )


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
