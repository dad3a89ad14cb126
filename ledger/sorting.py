"""How a list is sorted: by one of its columns, up or down. Source: lobby.md §7.

An address says it in a word: `name`, or `-name` for the other way round. A page and the
files of its list read the same word.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression


@dataclass(frozen=True)
class Sorting:
    """by: a column of the list. down: its greatest, or its newest, comes first."""

    by: str
    down: bool = False

    @property
    def said(self) -> str:
        """Say it as an address does."""
        return f"-{self.by}" if self.down else self.by

    def pressed(self, column: str) -> str:
        """Give what the address says once a column's heading is pressed."""
        return Sorting(column, self.by == column and not self.down).said

    def keys(self, *columns: SQLColumnExpression[Any]) -> list[ColumnElement[Any]]:
        """Give what SQL orders by; every column is turned, so that an index can be read."""
        return [column.desc() if self.down else column.asc() for column in columns]


def read(said: str, columns: Collection[str], usual: Sorting) -> Sorting:
    """Read what an address says; what it cannot mean leaves the list as it usually is."""
    column = said.removeprefix("-")
    return Sorting(column, said.startswith("-")) if column in columns else usual
