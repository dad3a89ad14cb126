"""Compare-and-set: change rows only where they still are what we judged by."""

from typing import Any, cast

from sqlalchemy import CursorResult, Executable
from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session


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


def insert(session: Session, row: type[Any]) -> PostgresqlInsert | SqliteInsert:
    """Begin an INSERT that may say `on_conflict_…`, in this database's words."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql_insert(row)
    return sqlite_insert(row)
