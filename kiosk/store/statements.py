"""Statements past the ORM, for what a door does many times in each scan.

They run in the session's own transaction, so that either kind sees what the other did.
"""

import sqlite3
from collections.abc import Callable, Hashable
from typing import Any, Final, TypeVar, cast

from sqlalchemy.orm import Session

# The name under which a session keeps the driver's connection of its one transaction.
DRIVER: Final = "driver"
NOTES: Final = "notes"

T = TypeVar("T")


class Notes(dict[Hashable, Any]):
    """What readers have learnt of one state of the store, for the readers after them.

    A door's short use cases do not change anything that is noted; whatever else commits
    makes the notes old first.
    """

    old = False


def noted(session: Session, what: Hashable, look: Callable[[], T]) -> T:
    """Give what an earlier reader has noted, or look and note it. Not to be changed.

    Only for what no short use case writes (`Store.write_together`).
    """
    notes = session.info.get(NOTES)
    if notes is None:
        return look()
    try:
        return cast(T, notes[what])
    except KeyError:
        found = look()
    # Having looked, this reader stands on one state: unless the notes are old by now, on
    # the state that they are of.
    if not notes.old:
        notes[what] = found
    return found


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
