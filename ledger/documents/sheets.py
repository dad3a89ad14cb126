"""A table as a file: CSV and JSON piece by piece, XLSX row by row into a file of its own.

However long the table is, some rows of it are in memory. A cell is text and never runs as a
formula: CSV defuses it, XLSX says that it is text. Source: ORD7, ORD10.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from boxoffice import mailings

KINDS: Final = {
    "csv": "text/csv",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# What one sheet of a workbook holds, and one cell of it.
MOST_ROWS, MOST_TEXT = 1_048_576, 32_767
_PIECE = 200


def csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Write a file piece by piece: UTF-8 with BOM, RFC 4180. Source: ORD7."""
    piece = [mailings.BOM + _line(header)]
    for row in rows:
        piece.append(_line(row))
        if len(piece) >= _PIECE:
            yield "".join(piece)
            piece.clear()
    yield "".join(piece)


def objects(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Write a JSON list of objects, one a row, named by the header."""
    begin, piece = "[", list[str]()
    for row in rows:
        named = dict(zip(header, row, strict=True))
        piece.append(f"{begin}\n{json.dumps(named, ensure_ascii=False)}")
        begin = ","
        if len(piece) >= _PIECE:
            yield "".join(piece)
            piece.clear()
    yield "".join(piece) + ("[]\n" if begin == "[" else "\n]\n")


def workbook(header: Sequence[str], rows: Iterable[Sequence[str]], file: Path) -> None:
    """Write an XLSX with a frozen header; more rows than it holds go on a further sheet."""
    import xlsxwriter

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(str(file), options) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        page, number = None, MOST_ROWS
        for row in rows:
            if number >= MOST_ROWS or page is None:
                page, number = _page(book, header, bold), 1
            for column, cell in enumerate(row):
                page.write_string(number, column, cell[:MOST_TEXT])
            number += 1
        if page is None:
            _page(book, header, bold)


def _page(book: Any, header: Sequence[str], bold: Any) -> Any:
    page = book.add_worksheet()
    page.freeze_panes(1, 0)
    for column, words in enumerate(header):
        page.set_column(column, column, 18)
        page.write_string(0, column, words, bold)
    return page


def _line(row: Sequence[str]) -> str:
    return ",".join(mailings.csv_cell(cell) for cell in row) + "\r\n"
