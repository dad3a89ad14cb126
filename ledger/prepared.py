"""Statements that every sale and every scan runs: built once, straight to the driver.

SQLAlchemy writes them, for either database; it costs ten times what SQLite needs for a
small one when each is also run through it. They run in the session's own transaction, and
trouble comes out as it does elsewhere: as a DBAPIError.
"""

from collections import namedtuple
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Executable
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

Values = Mapping[str, Any]
_KEPT = "connection"
# Under this name a session knows the connection on which all of it happens.
GIVEN = "given"


@dataclass(frozen=True)
class _Text:
    """A statement in one database's words. order: names and usual values, by place.

    Without places (`%(name)s`) the driver looks names up by itself, in `usual` too.
    """

    sql: str
    order: tuple[tuple[str, Any], ...] | None
    usual: Values

    def arguments(self, values: Values) -> Any:
        if self.order is None:
            return {**self.usual, **values}
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

    def all(self, session: Session, values: Values) -> list[Any]:
        """Run it and give all rows."""
        return self.look(_connection(session), values)

    def first(self, session: Session, values: Values) -> Any:
        """Run it and give its first row, or None."""
        found = self.look(_connection(session), values)
        return found[0] if found else None

    def count(self, session: Session, values: Values) -> int:
        """Run it and give how many rows it touched."""
        cursor = self._run(_connection(session), values)
        count = int(cursor.rowcount)
        cursor.close()
        assert count >= 0, "the database does not say how many rows it touched"
        return count

    def each(self, session: Session, entries: Sequence[Values]) -> None:
        """Run it for each of these, in order."""
        if len(entries) == 1:
            self._run(_connection(session), entries[0]).close()
            return
        connection = _connection(session)
        text = self._text(connection.dialect)
        cursor = _cursor(connection)
        try:
            cursor.executemany(text.sql, [text.arguments(entry) for entry in entries])
        except connection.dialect.loaded_dbapi.Error as trouble:
            raise _wrapped(connection, text.sql, trouble) from trouble
        finally:
            cursor.close()

    def look(self, connection: Connection, values: Values) -> list[Any]:
        """Run it on a connection and give all rows."""
        cursor = self._run(connection, values)
        found = cursor.fetchall()
        if self._row is None:
            names = [column[0] for column in cursor.description]
            made: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]
            self._row = made._make
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

    def _text(self, dialect: Dialect) -> _Text:
        text = self._texts.get(dialect.name)
        if text is None:
            text = self._texts[dialect.name] = _compiled(self._statement, dialect)
        return text


def _connection(session: Session) -> Connection:
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


def _compiled(statement: Executable, dialect: Dialect) -> _Text:
    made: Any = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
    usual = dict(made.params)
    if made.positiontup is None:
        return _Text(made.string, None, usual)
    return _Text(made.string, tuple((n, usual.get(n)) for n in made.positiontup), usual)


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
