"""SQLite for tests: all stores of a run know their statements by heart.

An engine compiles each statement once; a test that opens a store of its own would compile
all of them again, which took a fifth of the device's tests.
"""

from typing import Any

import sqlalchemy
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

_NAME = "sqlite.of_one_run"
_KNOWN: dict[Any, Any] = {}


class OfOneRun(SQLiteDialect_pysqlite):
    """SQLite's dialect; each one is as good as the other, so what one compiled fits all."""

    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self)

    def __hash__(self) -> int:
        return hash(_NAME)


registry.register(_NAME, __name__, OfOneRun.__name__)


def create_engine(url: str, **terms: Any) -> sqlalchemy.Engine:
    """Create an engine as SQLAlchemy does, for `sqlite://` alone."""
    assert url == "sqlite://"
    return sqlalchemy.create_engine(
        "sqlite+of_one_run://", execution_options={"compiled_cache": _KNOWN}, **terms
    )
