"""Statements that every sale and every scan runs: built once, straight to the driver.

SQLAlchemy writes them, for either database; it costs ten times what SQLite needs for a
small one when each is also run through it. They run in the session's own transaction, and
trouble comes out as it does elsewhere: as a DBAPIError.
"""

import itertools
from collections import namedtuple
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Executable
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from ledger import libpq

Values = Mapping[str, Any]
_KEPT = "connection"
_LINE = "libpq"
# Under this name a session knows the connection on which all of it happens.
GIVEN = "given"
_POSTGRESQL = "postgresql"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class _Text:
    """A statement in one database's words. order: names and usual values, by place."""

    sql: str
    order: tuple[tuple[str, Any], ...]
    # On PostgreSQL: under which name each connection prepares it.
    name: bytes

    def arguments(self, values: Values) -> list[Any]:
        return [values.get(name, usual) for name, usual in self.order]


class Prepared:
    """One statement with named parameters.

    Parameters and what comes back are texts, whole numbers, bytes and None; truths are
    given and read as truths (SQLite keeps them as 0 and 1). Rows have their columns' names.
    """

    def __init__(self, statement: Executable) -> None:
        self._statement = statement
        self._texts: dict[str, _Text] = {}
        self._row: Any = None
        self._picked: Any = None

    def all(self, session: Session, values: Values) -> list[Any]:
        """Run it and give all rows."""
        return self.look(connection_of(session), values)

    def first(self, session: Session, values: Values) -> Any:
        """Run it and give its first row, or None."""
        found = self.look(connection_of(session), values)
        return found[0] if found else None

    def count(self, session: Session, values: Values) -> int:
        """Run it and give how many rows it touched."""
        connection = connection_of(session)
        if connection.dialect.name == _POSTGRESQL:
            touched = self._straight(connection, values)[1].command_tuples
            count = -1 if touched is None else touched
        else:
            cursor = self._run(connection, values)
            count = int(cursor.rowcount)
            cursor.close()
        assert count >= 0, "the database does not say how many rows it touched"
        return count

    def each(self, session: Session, entries: Sequence[Values]) -> None:
        """Run it for each of these, in order."""
        connection = connection_of(session)
        if connection.dialect.name == _POSTGRESQL:
            for entry in entries:
                self._straight(connection, entry)
            return
        if len(entries) == 1:
            self._run(connection, entries[0]).close()
            return
        text = self._text(connection.dialect)
        cursor = _cursor(connection)
        try:
            cursor.executemany(text.sql, [text.arguments(entry) for entry in entries])
        except connection.dialect.loaded_dbapi.Error as trouble:
            raise _wrapped(connection, text.sql, trouble) from trouble
        finally:
            cursor.close()

    def in_order(
        self, session: Session, names: Sequence[str], values: Sequence[Any]
    ) -> None:
        """Run it on PostgreSQL. names: of these values, the same each time."""
        connection = connection_of(session)
        text = self._text(connection.dialect)
        if self._picked is None:
            places = {name: place for place, name in enumerate(names)}
            self._picked = itemgetter(*(places[name] for name, _ in text.order))
        self._said(connection, text, self._picked(values))

    def look(self, connection: Connection, values: Values) -> list[Any]:
        """Run it on a connection and give all rows."""
        if connection.dialect.name == _POSTGRESQL:
            line, result = self._straight(connection, values)
            if self._row is None:
                self._row = _made(line.names(result))
            return line.rows(result, self._row)
        cursor = self._run(connection, values)
        found = cursor.fetchall()
        if self._row is None:
            self._row = _made([column[0] for column in cursor.description])
        cursor.close()
        return list(map(self._row, found))

    def _run(self, connection: Connection, values: Values) -> Any:
        text = self._text(connection.dialect)
        cursor = _cursor(connection)
        try:
            cursor.execute(text.sql, text.arguments(values))
        except connection.dialect.loaded_dbapi.Error as trouble:
            cursor.close()
            raise _wrapped(connection, text.sql, trouble) from trouble
        return cursor

    def _straight(self, connection: Connection, values: Values) -> "tuple[libpq.Line, Any]":
        text = self._text(connection.dialect)
        return self._said(connection, text, text.arguments(values))

    def _said(
        self, connection: Connection, text: _Text, values: Sequence[Any]
    ) -> "tuple[libpq.Line, Any]":
        try:
            line = _line(connection)
            return line, line.run(text.name, text.sql, values)
        except connection.dialect.loaded_dbapi.Error as trouble:
            raise _wrapped(connection, text.sql, trouble) from trouble

    def _text(self, dialect: Dialect) -> _Text:
        text = self._texts.get(dialect.name)
        if text is None:
            text = self._texts[dialect.name] = _compiled(self._statement, dialect)
        return text


def commit(connection: Connection) -> None:
    """Make durable what was done on a connection to PostgreSQL. Raises DBAPIError."""
    try:
        _line(connection).commit()
    except connection.dialect.loaded_dbapi.Error as trouble:
        raise _wrapped(connection, "COMMIT", trouble) from trouble


def connection_of(session: Session) -> Connection:
    """Give the connection of this transaction, without asking the session each time.

    The session itself has to be asked once in each savepoint: that is what begins it. Where
    a transaction was begun for it, its connection does until there is a savepoint.
    """
    given = session.info.get(GIVEN)
    if given is not None and session.get_nested_transaction() is None:
        found: Connection = given
        return found
    within = session.get_nested_transaction() or session.get_transaction()
    kept = session.info.get(_KEPT)
    if kept is not None and kept[0] is within and within is not None:
        connection: Connection = kept[1]
        return connection
    connection = session.connection()
    within = session.get_nested_transaction() or session.get_transaction()
    session.info[_KEPT] = within, connection
    return connection


def _cursor(connection: Connection) -> Any:
    raw: Any = connection.connection.dbapi_connection
    return raw.cursor()


def _made(names: Sequence[str]) -> Any:
    made: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]
    return made._make


def _compiled(statement: Executable, dialect: Dialect) -> _Text:
    speaking = _numbered() if dialect.name == _POSTGRESQL else dialect
    made: Any = statement.compile(dialect=speaking)  # type: ignore[attr-defined]
    usual = dict(made.params)
    order = tuple((name, usual.get(name)) for name in made.positiontup or ())
    return _Text(made.string, order, b"foh%d" % next(_numbers))


def _line(connection: Connection) -> "libpq.Line":
    kept = connection.info.get(_LINE)
    if kept is None:
        from ledger import libpq  # A ledger on SQLite does without eight megabytes.

        return libpq.line(connection)
    found: libpq.Line = kept
    return found


@cache
def _numbered() -> Dialect:
    """PostgreSQL's own places, $1 and on, as its library takes them."""
    from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

    made: Any = PGDialect_psycopg
    speaking: Dialect = made(paramstyle="numeric_dollar")
    return speaking


def _wrapped(connection: Connection, sql: str, trouble: Any) -> Any:
    # As SQLAlchemy itself does, so that retries and answers need to know one kind only.
    dialect = connection.dialect
    return DBAPIError.instance(
        sql,
        None,
        trouble,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=dialect.is_disconnect(trouble, connection.connection, None),
        dialect=dialect,
    )
