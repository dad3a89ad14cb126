"""PostgreSQL without detours: prepared statements, straight to its own library.

A cursor of psycopg costs three times what its library needs for a small statement. Here
they share psycopg's connection and its transaction, and trouble comes out as psycopg's own.
"""

import select
from collections.abc import Callable, Sequence
from typing import Any, cast

import psycopg
import sqlalchemy
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import (
    ConnStatus,
    DiagnosticField,
    ExecStatus,
    Format,
    TransactionStatus,
)
from psycopg.pq.abc import PGresult

# Under this name a connection keeps its line.
KEPT = "libpq"
_GOOD = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)
_IDLE = TransactionStatus.IDLE


class Line:
    """A connection, and the statements that were prepared on it."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._library = connection.pgconn
        self._reading = Transformer(connection)
        self._prepared: set[bytes] = set()

    def run(self, name: bytes, sql: str, values: Sequence[Any]) -> PGresult:
        """Run a statement, preparing it where this connection does not know it yet.

        name: of this text alone. values: texts, whole numbers, truths, bytes, None.
        Raises psycopg.Error.
        """
        library = self._library
        if library.transaction_status == _IDLE and not self._connection.autocommit:
            _good(library.exec_(_beginning(self._connection)))
        if name not in self._prepared:
            _good(library.prepare(name, sql.encode()))
            self._prepared.add(name)
        said, formats = _all_said(values)
        return _good(library.exec_prepared(name, said, formats))

    def commit(self) -> None:
        """Make durable what was done. Raises psycopg.Error."""
        if self._library.transaction_status != _IDLE:
            _good(self._library.exec_(b"COMMIT"))

    def rows(self, result: PGresult, make: Callable[..., Any]) -> list[Any]:
        """Read what a statement gave. make: a row from a sequence of its values."""
        self._reading.set_pgresult(result)
        return self._reading.load_rows(0, result.ntuples, make)

    @staticmethod
    def names(result: PGresult) -> list[str]:
        """Name the columns of what a statement gave."""
        return [(result.fname(place) or b"").decode() for place in range(result.nfields)]


def line(connection: sqlalchemy.Connection) -> Line:
    """Give the line of a connection; it lasts as long as the connection itself."""
    info = connection.info
    found: Line | None = info.get(KEPT)
    if found is None:
        raw = cast("psycopg.Connection[Any]", connection.connection.dbapi_connection)
        found = info[KEPT] = Line(raw)
    return found


def stands(connection: psycopg.Connection[Any]) -> bool:
    """Whether the other side has not hung up, as far as this side was told.

    Asking it would cost as much as a statement. A line that was cut without a word is
    found out by whoever uses it, as it would be by asking.
    """
    library = connection.pgconn
    told = select.poll()
    try:
        told.register(library.socket, select.POLLIN)
        while library.status == ConnStatus.OK and told.poll(0):
            library.consume_input()
            library.is_busy()
    except (psycopg.Error, OSError):
        return False
    return library.status == ConnStatus.OK


def _all_said(values: Sequence[Any]) -> tuple[list[bytes], list[Format] | None]:
    """Give parameters as the library takes them, and which of them are not texts."""
    if "\x00" in "".join([value for value in values if isinstance(value, str)]):
        # The library would end the text there and say nothing.
        raise psycopg.DataError("PostgreSQL keeps no text with the character NUL")
    said = [v.encode() if isinstance(v, str) else _said(v) for v in values]
    formats = None
    if bytes in map(type, values):
        formats = [Format.BINARY if type(v) is bytes else Format.TEXT for v in values]
    # Its stub does not know that None is null.
    return cast("list[bytes]", said), formats


def _said(value: Any) -> bytes | None:
    if value is None or isinstance(value, bytes):
        return value
    if isinstance(value, bool):
        return b"t" if value else b"f"
    assert isinstance(value, int), f"a parameter of {type(value)}"
    return b"%d" % value


def _good(result: PGresult) -> PGresult:
    if result.status not in _GOOD:
        if result.error_field(DiagnosticField.SQLSTATE) is None:
            # Not the server says so but the library: the server is gone.
            raise psycopg.OperationalError(result.get_error_message())
        raise error_from_result(result)
    return result


def _beginning(connection: psycopg.Connection[Any]) -> bytes:
    level, reads = connection.isolation_level, connection.read_only
    words = [b"BEGIN"]
    if level is not None:
        words += [b"ISOLATION LEVEL", level.name.replace("_", " ").encode()]
    if reads is not None:
        words.append(b"READ ONLY" if reads else b"READ WRITE")
    return b" ".join(words)
