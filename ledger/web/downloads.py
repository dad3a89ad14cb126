"""Give a table as a download: the same rows as CSV, XLSX or JSON. Source: ORD10."""

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from flask import Response, abort

from ledger.documents import sheets
from ledger.sorting import Sorting

PIECE_BYTES = 64 << 10


def asked(sorting: Sorting, usual: Sorting, **narrowed: str) -> dict[str, str]:
    """Give what the address of a list said: its files are asked for by the same words.

    usual: how it is sorted if nothing is said. Source: lobby.md §7.
    """
    said = {**narrowed, "sort": sorting.said if sorting != usual else ""}
    return {name: words for name, words in said.items() if words}


def table(
    name: str, kind: str, header: Sequence[str], rows: Iterable[Sequence[str]]
) -> Response:
    """Answer with a table as a file. kind: csv, xlsx or json; any other is not found."""
    if kind not in sheets.KINDS:
        abort(404)
    called = f"{name}.{kind}"
    if kind == "csv":
        return stream(sheets.csv(header, rows), sheets.KINDS[kind], called)
    if kind == "json":
        return stream(sheets.objects(header, rows), sheets.KINDS[kind], called)
    # A file of its own, gone with the answer: the sheet is never whole in memory.
    file = tempfile.NamedTemporaryFile(suffix=".xlsx")  # noqa: SIM115
    sheets.workbook(header, rows, Path(file.name))
    return stream_file(file, sheets.KINDS[kind], called)


def stream_file(file: Any, kind: str, name: str) -> Response:
    """Answer with an open temporary file, piece by piece; it is gone with the answer."""
    file.seek(0)
    answer = stream(iter(lambda: file.read(PIECE_BYTES), b""), kind, name)
    answer.call_on_close(file.close)
    return answer


def stream(pieces: Any, kind: str, name: str) -> Response:
    """Answer with the pieces of a file to keep. kind: its media type."""
    answer = Response(pieces, mimetype=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
