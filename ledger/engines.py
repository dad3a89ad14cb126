"""How a book is opened: what SQLite and PostgreSQL are told before anybody asks them.

Source: sync.md §3.4, §3.5.
"""

import fcntl
import sqlite3
from pathlib import Path
from typing import IO, Any

import sqlalchemy
from sqlalchemy.exc import DisconnectionError

_PRAGMAS = (
    ("journal_mode", "WAL", "wal"),
    ("synchronous", "FULL", 2),
    ("foreign_keys", "ON", 1),
    ("busy_timeout", "5000", 5000),
    ("trusted_schema", "OFF", 0),
    ("cell_size_check", "ON", 1),
    ("wal_autocheckpoint", "0", 0),
    ("journal_size_limit", "16777216", 16777216),
)
# A database may have been told not to wait for its disk, which other programs do without.
_DURABLY = """SELECT set_config('synchronous_commit', 'on', false)
    WHERE current_setting('synchronous_commit') = 'off'"""


class InUse(Exception):
    """Another process writes in this folder; it has to stop first."""


def lock(file: Path) -> IO[str]:
    """Keep other processes from writing in this folder until this is closed.

    Raises InUse.
    """
    held = file.open("a")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        held.close()
        raise InUse(
            f"Another ledger process writes in {file.parent}. Stop it first."
        ) from None
    return held


def postgresql(
    database: str,
    *,
    isolation_level: Any = "READ COMMITTED",
    longest_wait_ms: int | None = None,
) -> sqlalchemy.Engine:
    """Open a book on PostgreSQL. longest_wait_ms: for a lock; None, as long as it takes."""
    from ledger import libpq  # A ledger on SQLite does without eight megabytes.

    engine = sqlalchemy.create_engine(
        database,
        isolation_level=isolation_level,
        pool_size=16,
        max_overflow=12,
        # Statements that run often are prepared by `ledger.libpq`, which texts reach as
        # UTF-8; where psycopg prepares too, it forgets ours whenever it forgets its own.
        connect_args={"prepare_threshold": None, "client_encoding": "utf8"},
        hide_parameters=True,
    )

    @sqlalchemy.event.listens_for(engine, "checkout")
    def taken(connection: Any, _record: object, _proxy: object) -> None:
        # The server was stopped meanwhile, perhaps: then a new one is opened.
        if not libpq.stands(connection):
            raise DisconnectionError

    @sqlalchemy.event.listens_for(engine, "connect")
    def opened(connection: Any, _record: object) -> None:
        connection.execute(_DURABLY)
        if longest_wait_ms is not None:
            connection.execute(f"SET lock_timeout = {longest_wait_ms}")
        connection.commit()

    return engine


def sqlite(
    database: str, *, only_read: bool = False, begins: bool = True
) -> sqlalchemy.Engine:
    """Open a book on SQLite. begins: whether a transaction begins with each connection."""
    address = sqlalchemy.make_url(database)
    if only_read:
        file = f"file:{address.database}"
        address = address.set(database=file).update_query_dict(
            {"mode": "ro", "uri": "true"}
        )
    engine = sqlalchemy.create_engine(
        address,
        pool_size=20,
        max_overflow=0,
        connect_args={"check_same_thread": False},
        # Names and addresses do not belong into logs.
        hide_parameters=True,
    )

    @sqlalchemy.event.listens_for(engine, "connect")
    def opened(connection: Any, _record: object) -> None:
        # The driver must not begin by itself: SAVEPOINT and BEGIN IMMEDIATE are ours.
        connection.isolation_level = None
        for name, value, wanted in _PRAGMAS:
            if only_read and name in {"journal_mode", "wal_autocheckpoint"}:
                continue
            connection.execute(f"PRAGMA {name}={value}")
            (found,) = connection.execute(f"PRAGMA {name}").fetchone()
            assert found == wanted, f"PRAGMA {name} is {found}, not {wanted}"

    beginning = "BEGIN" if only_read else "BEGIN IMMEDIATE"

    def begun(connection: sqlalchemy.Connection) -> None:
        raw: Any = connection.connection.dbapi_connection
        try:
            raw.execute(beginning)
        except sqlite3.Error:
            # Once more through SQLAlchemy, whose kind of trouble everybody knows.
            connection.exec_driver_sql(beginning)

    if begins:
        sqlalchemy.event.listen(engine, "begin", begun)
    return engine
