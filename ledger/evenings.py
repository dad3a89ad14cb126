"""What selling, printing and telling need to know of a performance, kept while it holds.

Charts and prices of a version never change, so each process may keep a few of them.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock
from typing import TypeVar

from sqlalchemy import bindparam, exists, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from ledger import halls, prices, rows
from ledger.prepared import Prepared
from ledger.tables.catalogue import ChartRow, PerformanceRow, PriceRow
from ledger.tables.doors import DoorQuestionRow
from ledger.tables.house import BookRow

K = TypeVar("K")
V = TypeVar("V")

_plans: dict[tuple[str, int], halls.Plan] = {}
_lists: dict[tuple[str, int], prices.PriceList] = {}
_MOST_KEPT = 16
# A large chart takes some 25 MB while it is read: not in every thread that wants it first.
_one_reads = Lock()


@dataclass(frozen=True)
class Evening:
    """What selling and printing need to know of a performance. number: as in codes.

    recovering: the ledger was restored and does not know yet what devices have sold.
    asks: guests are, or were, asked something at its door.
    """

    number: int
    plan: halls.Plan
    prices: prices.PriceList
    recovering: bool
    asks: bool


def read_all(session: Session, performances: Iterable[str]) -> dict[str, Evening]:
    """Read several performances. Raises NoResultFound for an unknown one."""
    return {performance: read(session, performance) for performance in set(performances)}


def read(session: Session, performance: str) -> Evening:
    """Read a performance's number, chart and prices; charts and prices are kept.

    Raises NoResultFound for an unknown performance.
    """
    found = _EVENING.first(session, {"of": performance})
    if found is None:
        raise NoResultFound(performance)
    number, chart, price, recovering_ms, asks = found
    plan = plan_at(session, performance, chart)
    listed = _lists.get((performance, price))
    if listed is None:
        listed = prices.read(json.loads(_body(session, PriceRow, performance)))
        _keep(_lists, (performance, price), listed)
    return Evening(number, plan, listed, recovering_ms is not None, bool(asks))


def plan_at(session: Session, performance: str, version: int) -> halls.Plan:
    """Read the chart of a performance, of which this version is known to be the present."""
    plan = _plans.get((performance, version))
    if plan is None:
        with _one_reads:
            plan = _plans.get((performance, version))
            if plan is None:
                plan = halls.read(json.loads(_body(session, ChartRow, performance)))
                _keep(_plans, (performance, version), plan)
    return plan


def plan_of(session: Session, performance: str) -> halls.Plan:
    """Read a performance's own chart. Raises NoResultFound for an unknown performance."""
    return read(session, performance).plan


def prices_of(session: Session, performance: str) -> prices.PriceList:
    """Read a performance's prices. Raises NoResultFound for an unknown performance."""
    return read(session, performance).prices


_PLAYED, _CHART, _PRICE, _BOOK, _ASKED = (
    rows.table(row)
    for row in (PerformanceRow, ChartRow, PriceRow, BookRow, DoorQuestionRow)
)
_EVENING = Prepared(
    select(
        _PLAYED.c.number,
        _CHART.c.version,
        _PRICE.c.version.label("prices"),
        _BOOK.c.recovering_ms,
        exists().where(_ASKED.c.performance == _PLAYED.c.id).label("asks"),
    )
    .select_from(_PLAYED)
    .join(_BOOK, _BOOK.c.one == 1)
    .join(_CHART, _CHART.c.performance == _PLAYED.c.id)
    .join(_PRICE, _PRICE.c.performance == _PLAYED.c.id)
    .where(_PLAYED.c.id == bindparam("of"))
)


def _body(session: Session, row: type[ChartRow | PriceRow], performance: str) -> str:
    return session.scalars(select(row.body).where(row.performance == performance)).one()


def _keep(cache: dict[K, V], key: K, value: V) -> None:
    if len(cache) >= _MOST_KEPT:
        cache.pop(next(iter(cache)), None)
    cache[key] = value


def called_off(session: Session, performance: str) -> bool:
    """Whether a performance does not take place. Source: CAN1."""
    row = session.get(PerformanceRow, performance)
    return row is not None and row.cancelled_ms is not None
