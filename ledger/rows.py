"""Reach rows without detours: compare-and-set, inserts, and statements that are built once.

Building a statement anew costs more than running it. What every sale and every scan does is
therefore built once, on the plain tables, with parameters; the rest of the book may ask as
it likes.
"""

from collections import namedtuple
from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import BindParameter, ColumnElement, CursorResult, Executable, bindparam
from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.orm import Session

from ledger import inserts
from ledger.inserts import table as table
from ledger.prepared import Prepared, Values
from ledger.tables.names import Row

R = TypeVar("R", bound=Row)


def values(row: Row) -> dict[str, Any]:
    """Give what a row holds, column by column."""
    return {name: getattr(row, name) for name in _columns(type(row))}


def plain(row: type[R], values: Values) -> R:
    """Give a row as it was written, for reading; columns that are not named are None.

    No session knows of it, and so it costs a twentieth of an object that might be saved.
    """
    return cast("R", _plain(row)(**values))


def changed(session: Session, statement: Executable, parameters: Any = None) -> int:
    """Run an UPDATE, DELETE or INSERT and give how many rows it touched.

    Fewer than asked for: somebody was quicker.
    """
    done = session.execute(
        statement, parameters, execution_options={"preserve_rowcount": True}
    )
    count = cast("CursorResult[Any]", done).rowcount
    assert count >= 0, "the database does not say how many rows it touched"
    return count


def add(session: Session, row: type[Row], entries: Sequence[Values]) -> None:
    """Insert rows of the same columns; columns that are not named become null."""
    inserts.write(session, inserts.Rows(row, entries))


def add_new(session: Session, row: type[Row], entry: Values) -> bool:
    """Insert a row unless one that rules it out is there; give whether it was new."""
    adding = _adding_new(dialect(session), row, tuple(entry))
    return adding.count(session, entry) > 0


def put(session: Session, row: type[Row], entries: Sequence[Values]) -> None:
    """Insert rows of the same columns, or set these columns where the key is there."""
    inserts.write(session, inserts.Rows(row, entries, inserts.replace))


def insert(where: Session | str, row: type[Row]) -> PostgresqlInsert | SqliteInsert:
    """Begin an INSERT that may say `on_conflict_…`. where: a database, or its name."""
    return inserts.begun(where if isinstance(where, str) else dialect(where), row)


def dialect(session: Session) -> str:
    """Name the database's kind: sqlite or postgresql."""
    return session.get_bind().dialect.name


def unindexed(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Give a column that no index is looked up by.

    SQLite would rather walk all free seats of an evening than look at the two that a
    statement names.
    """
    return column.concat("")


def slots(name: str, count: int) -> list[BindParameter[Any]]:
    """Name the parameters of an IN with so many places: see `width`."""
    return [bindparam(f"{name}{number}") for number in range(count)]


def width(values: Sequence[Any]) -> int:
    """Give how many places an IN for these values has: a power of two.

    So each statement is built for a few widths and not for every number of values.
    """
    return 1 << (len(values) - 1).bit_length()


def spread(name: str, values: Sequence[Any]) -> dict[str, Any]:
    """Give the parameters of `slots` for these values; the last one fills what is left."""
    last = len(values) - 1
    return {f"{name}{number}": values[min(number, last)] for number in range(width(values))}


@cache
def _columns(row: type[Row]) -> tuple[str, ...]:
    return tuple(column.name for column in table(row).columns)


@cache
def _plain(row: type[Row]) -> Any:
    columns = _columns(row)
    return namedtuple(row.__name__, columns, defaults=[None] * len(columns))


@cache
def _adding_new(kind: str, row: type[Row], columns: tuple[str, ...]) -> Prepared:
    adding = inserts.begun(kind, row).values({name: bindparam(name) for name in columns})
    return Prepared(adding.on_conflict_do_nothing())
