"""Letters reach whoever still holds a ticket; lists open safely in a spreadsheet."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxoffice import mailings
from boxoffice.mailings import Holder
from boxoffice.orders import TicketStatus


def test_everybody_with_a_live_ticket_gets_one_letter():
    """MAI1."""
    tickets = [
        Holder("A", TicketStatus.ACTIVE, " Bea@Example.org"),
        Holder("A", TicketStatus.ACTIVE, "bea@example.org"),
        Holder("A", TicketStatus.REFUNDED, "tom@example.org"),
        Holder("B", TicketStatus.ACTIVE, "eva@example.org"),
        Holder("A", TicketStatus.ACTIVE, "ada@example.org"),
        Holder("A", TicketStatus.ACTIVE, "  "),
    ]
    assert mailings.recipients("A", tickets) == ["ada@example.org", "bea@example.org"]
    refunded = mailings.recipients("A", tickets, {TicketStatus.REFUNDED})
    assert refunded == ["tom@example.org"]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("", ""),
        ("=1+1", "'=1+1"),
        ("+45 12", "'+45 12"),
        ("-5", "'-5"),
        ("@home", "'@home"),
        ("\tx", "'\tx"),
        ("\rx", '"\'\rx"'),
        ("a\nb", '"a\nb"'),
        ('say "hi"', '"say ""hi"""'),
        ("5 = 5", "5 = 5"),
    ],
)
def test_a_cell_shows_what_stands_there_and_runs_nothing(value, cell):
    """ORD7."""
    assert mailings.csv_cell(value) == cell


rows = st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=5)


@given(rows)
def test_a_file_can_be_read_again_and_holds_no_formula(values):
    text = mailings.csv_file(["name", "town"], values)
    assert text.startswith(mailings.BOM)
    read = list(csv.reader(io.StringIO(text.removeprefix(mailings.BOM), newline="")))
    assert read[0] == ["name", "town"]
    for came, went in zip(read[1:], values, strict=True):
        for cell, value in zip(came, went, strict=True):
            assert cell in (value, f"'{value}")
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_a_file_is_one_order_a_row_for_a_spreadsheet():
    """ORD7: UTF-8 with BOM, RFC 4180."""
    text = mailings.csv_file(["name", "town"], [["Åse", "=1"], ["Bo, Ib", ""]])
    assert text == '\ufeffname,town\r\nÅse,\'=1\r\n"Bo, Ib",\r\n'
