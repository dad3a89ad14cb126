"""Statements past the ORM, for what a door does many times in each scan.

They run in the session's own transaction, so that either kind sees what the other did.
"""

import sqlite3
from typing import Any, Final

from sqlalchemy.orm import Session

# The name under which a session keeps the driver's connection of its one transaction.
DRIVER: Final = "driver"


def first(session: Session, sql: str, given: tuple[Any, ...] = ()) -> Any:
    """Read one row, or None; sql: without any value in it."""
    return driver(session).execute(sql, given).fetchone()


def every(session: Session, sql: str, given: tuple[Any, ...] = ()) -> list[Any]:
    """Read all rows."""
    return driver(session).execute(sql, given).fetchall()


def run(session: Session, sql: str, given: tuple[Any, ...] = ()) -> int:
    """Write; give how many rows it was."""
    return driver(session).execute(sql, given).rowcount


def driver(session: Session) -> sqlite3.Connection:
    """Give the driver's connection, in a transaction that has begun."""
    found = session.info.get(DRIVER)
    if found is None:
        found = session.connection().connection.dbapi_connection
        session.info[DRIVER] = found
    assert isinstance(found, sqlite3.Connection)
    if session.info.get("reads"):
        # Readers begin at their first question.
        if not found.in_transaction:
            found.execute("BEGIN")
    else:
        session.flush()  # What this transaction has changed must be seen.
    return found
