"""Connections that are kept for whoever asks next: to ask the pool each time costs more."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import sqlalchemy
from sqlalchemy.exc import DBAPIError


class Kept:
    """Connections of one engine, a few of which stay when nobody uses them."""

    def __init__(self, engine: sqlalchemy.Engine, most: int) -> None:
        """most: how many stay; others go back to the pool."""
        self._engine, self._most = engine, most
        self._idle: deque[sqlalchemy.Connection] = deque()

    @contextmanager
    def taken(self) -> Iterator[sqlalchemy.Connection]:
        """Give a connection with no transaction on it. After trouble it goes."""
        connection = self._take()
        try:
            yield connection
        except BaseException:
            _let_go(connection)
            raise
        if len(self._idle) < self._most:
            self._idle.append(connection)
        else:
            connection.close()

    def close(self) -> None:
        """Let go of all that nobody uses."""
        while self._idle:
            self._idle.pop().close()

    def _take(self) -> sqlalchemy.Connection:
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                return self._engine.connect()
            if _stands(connection):
                return connection
            _let_go(connection)


def _stands(connection: sqlalchemy.Connection) -> bool:
    if connection.dialect.name == "sqlite":
        return True
    from ledger import libpq

    raw: Any = connection.connection.dbapi_connection
    return libpq.stands(raw)


def _let_go(connection: sqlalchemy.Connection) -> None:
    with suppress(DBAPIError):
        if not connection.invalidated and not _stands(connection):
            connection.invalidate()
        connection.close()
