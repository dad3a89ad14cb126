"""Rows that are written together: on PostgreSQL one statement takes them to all tables.

SQLite lives in our own process, and a statement for each row costs it nothing; PostgreSQL
has to be asked, and each question costs both sides more than the row.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from sqlalchemy import Table, bindparam
from sqlalchemy import insert as plain_insert
from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from ledger.prepared import Prepared, Values
from ledger.tables.names import Row

# So many rows of a table fit into a statement for several tables; and into one for many.
FEW, MANY = 8, 64
_LATER = "later"


# What becomes of a row whose key is there already: from the INSERT and its columns.
Meet = Callable[[Any, Sequence[str]], Mapping[str, Any]]


@dataclass(frozen=True)
class Rows:
    """Rows of one table with the same columns. meet: what a row of the same key becomes."""

    of: type[Row]
    entries: Sequence[Values]
    meet: Meet | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Those that are written; all others become null."""
        return tuple(self.entries[0])


def write(session: Session, *parts: Rows) -> None:
    """Write rows, in this order. No key comes twice among those that may meet others."""
    parts = tuple(part for part in parts if part.entries)
    kind = session.get_bind().dialect.name
    if not parts:
        return
    if kind != "postgresql":
        for part in parts:
            _one(kind, part.of, part.columns, part.meet).each(session, part.entries)
    elif all(len(part.entries) <= FEW for part in parts):
        _at_once(session, parts)
    else:
        for part in parts:
            for some in _shares(part.entries):
                _at_once(session, [Rows(part.of, some, part.meet)])


def collect(session: Session) -> None:
    """On PostgreSQL, let rows that `later` is given wait until `settle`.

    For use cases that read none of them before that.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.info[_LATER] = []


def later(session: Session, *parts: Rows) -> None:
    """Write rows, with others where they are collected."""
    waiting: list[Rows] | None = session.info.get(_LATER)
    if waiting is None:
        write(session, *parts)
    else:
        waiting += parts


def waits(session: Session, of: type[Row]) -> bool:
    """Whether rows of a table were collected and are not written yet."""
    return any(part.of is of for part in session.info.get(_LATER, ()))


def settle(session: Session) -> None:
    """Write what was collected; from here on nothing is."""
    write(session, *session.info.pop(_LATER, ()))


def replace(adding: Any, columns: Sequence[str]) -> Mapping[str, Any]:
    """Let what is written take the place of what is there."""
    key = [column.name for column in adding.table.primary_key]
    return {name: adding.excluded[name] for name in columns if name not in key}


def table(row: type[Row]) -> Table:
    """Give the plain table behind a row class."""
    return cast("Table", row.__table__)


def begun(kind: str, row: type[Row]) -> PostgresqlInsert | SqliteInsert:
    """Begin an INSERT that may say `on_conflict_…` in this kind of database."""
    return (postgresql_insert if kind == "postgresql" else sqlite_insert)(table(row))


def _shares(entries: Sequence[Values]) -> Iterator[Sequence[Values]]:
    start = 0
    while start < len(entries):
        size = MANY if len(entries) - start >= MANY else FEW
        yield entries[start : start + size]
        start += size


_Shape = tuple[tuple[type[Row], tuple[str, ...], int, Meet | None], ...]


def _at_once(session: Session, parts: Sequence[Rows]) -> None:
    shape = tuple((part.of, part.columns, len(part.entries), part.meet) for part in parts)
    statement, names = _together(shape)
    values = [
        entry.get(column)
        for part, (_, columns, _, _) in zip(parts, shape, strict=True)
        for entry in part.entries
        for column in columns
    ]
    statement.in_order(session, names, values)


@cache
def _together(shape: _Shape) -> tuple[Prepared, list[str]]:
    """Build one statement for these tables, and name its parameters in order."""
    names: list[str] = []
    made: list[PostgresqlInsert] = []
    for place, (row, columns, count, meet) in enumerate(shape):
        given: list[dict[str, Any]] = []
        for number in range(count):
            named = {column: f"{column}_{place}_{number}" for column in columns}
            names += named.values()
            given.append({column: bindparam(name) for column, name in named.items()})
        adding = cast("PostgresqlInsert", begun("postgresql", row)).values(given)
        made.append(_meeting(adding, columns, meet) if meet else adding)
    *before, last = made
    for place, adding in enumerate(before):
        last = last.add_cte(adding.cte(f"part_{place}"))
    return Prepared(last), names


@cache
def _one(
    kind: str, row: type[Row], columns: tuple[str, ...], meet: Meet | None
) -> Prepared:
    given: dict[str, Any] = {name: bindparam(name) for name in columns}
    if meet is None:
        return Prepared(plain_insert(table(row)).values(given))
    return Prepared(_meeting(begun(kind, row).values(given), columns, meet))


def _meeting(adding: Any, columns: Sequence[str], meet: Meet) -> Any:
    return adding.on_conflict_do_update(
        index_elements=list(adding.table.primary_key), set_=meet(adding, columns)
    )
