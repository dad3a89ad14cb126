"""The same table as CSV, XLSX and JSON; nothing in it ever runs. Source: ORD7, ORD10."""

import io
import json
import zipfile

import pytest

from ledger.documents import sheets
from ledger.patrons import Patron
from tests.parts.ledger.clerk import clerk

EVIL = '=HYPERLINK("http://evil","x")'
KINDS = ("csv", "xlsx", "json")


@pytest.fixture
def vera(app, people, theatre):
    theatre.sell("A2", patron=Patron(EVIL, "g@example.org"))
    return clerk(app, "vera")


def get(guest, page, kind):
    answer = guest._client.get(f"/staff/{page}.{kind}")
    assert answer.status_code == 200
    assert f".{kind}" in answer.headers["Content-Disposition"]
    return answer.get_data()


@pytest.mark.parametrize("page", ["worklist/orders", "worklist/customers"])
def test_a_name_that_is_a_formula_runs_in_no_spreadsheet(vera, page):
    assert f"'{EVIL}".replace('"', '""') in get(vera, page, "csv").decode("utf-8-sig")
    book = zipfile.ZipFile(io.BytesIO(get(vera, page, "xlsx")))
    for part in book.namelist():
        if part.startswith("xl/worksheets/"):
            text = book.read(part).decode()
            assert "<f>" not in text
            assert "<hyperlink" not in text
            assert "HYPERLINK" in text
    assert EVIL in {row["name"] for row in json.loads(get(vera, page, "json"))}


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_without_rows_is_a_file_all_the_same(kind, vera):
    assert get(vera, "members/usage", kind)


def test_an_unknown_kind_is_not_there(vera):
    assert vera._client.get("/staff/worklist/orders.exe").status_code == 404


def test_files_come_in_pieces_and_are_whole():
    rows = [(str(n), f"Åse {n}") for n in range(1_001)]
    pieces = list(sheets.objects(("n", "name"), iter(rows)))
    assert len(pieces) > 3
    assert json.loads("".join(pieces))[1_000] == {"n": "1000", "name": "Åse 1000"}
    assert "".join(sheets.csv(("n", "name"), iter(rows))).count("\r\n") == 1_002


def test_more_rows_than_a_sheet_holds_go_on_in_a_second_one(tmp_path, monkeypatch):
    monkeypatch.setattr(sheets, "MOST_ROWS", 3)
    sheets.workbook(("n",), ((str(n),) for n in range(5)), tmp_path / "n.xlsx")
    names = zipfile.ZipFile(tmp_path / "n.xlsx").namelist()
    assert sum(name.startswith("xl/worksheets/sheet") for name in names) == 3


@pytest.mark.parametrize("login", ["tom", "rita"])
def test_whoever_may_not_download_is_told(app, people, login):
    guest = clerk(app, login)
    for kind in KINDS:
        assert guest._client.get(f"/staff/worklist/orders.{kind}").status_code == 403
