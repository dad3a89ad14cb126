"""How this device opens its SQLite file: durably, alone, and only one connection writes.

Source: sync.md §3.4. The settings are read back on every connection, because SQLite keeps
quiet about a setting that it does not know.
"""

import fcntl
import os
import sqlite3
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import QueuePool, StaticPool

PRAGMAS: Final = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: a commit has reached the storage.
    "foreign_keys": 1,
    "busy_timeout": 5000,
    "trusted_schema": 0,
    "cell_size_check": 1,
    "wal_autocheckpoint": 0,  # The writing thread does it, between commits.
    "journal_size_limit": 16_777_216,
}


class StoreInUse(Exception):
    """Another process has this store open; trying again helps once it has stopped."""


class WrongPragma(Exception):
    """SQLite did not take a setting over; this machine's SQLite cannot be used."""


def lock(folder: Path) -> int:
    """Make this process the only owner of the folder's store; give what keeps the lock.

    Raises StoreInUse. The lock ends with the process.
    """
    handle = os.open(folder / "store.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise StoreInUse(f"{folder} is in use by another kiosk process.") from None
    return handle


def unlock(handle: int) -> None:
    """Give the folder back."""
    os.close(handle)


def writing(file: Path) -> Engine:
    """Open the store for the one thread that writes."""
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(file, check_same_thread=False),
        poolclass=StaticPool,
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def reading(file: Path) -> Engine:
    """Open the store for everybody else: nothing can be written through this."""
    address = f"file:{quote(str(file))}?mode=ro"
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(address, uri=True, check_same_thread=False),
        poolclass=QueuePool,
        pool_size=8,
        max_overflow=24,
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    # SQLAlchemy says when a transaction begins; the driver must not have its own idea.
    connection.isolation_level = None
    for name, value in PRAGMAS.items():
        connection.execute(f"PRAGMA {name} = {value}")
    for name, wanted in PRAGMAS.items():
        found = connection.execute(f"PRAGMA {name}").fetchone()
        if found is None or found[0] != wanted:
            raise WrongPragma(f"PRAGMA {name} is {found and found[0]!r}, not {wanted!r}.")


def _begin_immediate(connection: Any) -> None:
    _begin_once(connection, "BEGIN IMMEDIATE")


def _begin(connection: Any) -> None:
    _begin_once(connection, "BEGIN")


def _begin_once(connection: Any, begin: str) -> None:
    # It may have been begun past SQLAlchemy (kiosk/store/statements.py).
    if not connection.connection.dbapi_connection.in_transaction:
        connection.exec_driver_sql(begin)
