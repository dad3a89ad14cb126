"""Vouchers and gift cards by the batch: made, looked up, spent, made void."""

import csv
import io

import pytest

from ledger.tables.members import VoucherBatchRow, VoucherRow
from ledger.tables.orders import OrderRow
from tests.parts.ledger.clerk import clerk
from tests.parts.ledger.test_window import chart, fill, pick, rows

pytestmark = pytest.mark.usefixtures("sound_book")


@pytest.fixture
def vera(app, people):
    return clerk(app, "vera")


def make(vera, **typed):
    """Fill in the form and give the answer: a file, or the page again."""
    page = vera.open("/staff/vouchers")
    form = page.soup.find("form", action="/staff/vouchers")
    data = {field["name"]: field.get("value", "") for field in form.select("input")}
    data |= {"kind": "gift_card", "count": "3", "amount": "20", "name": "Christmas"} | typed
    return vera._client.post("/staff/vouchers", data=data, follow_redirects=True)


def codes_of(answer):
    text = answer.get_data(as_text=True)
    return [row[0] for row in csv.reader(io.StringIO(text[1:]))][1:]


def pays(bo, theatre, seat, code):
    chart(bo, theatre, seat).press("Sell the chosen")
    pick(bo, "kind-1", "code")
    fill(bo, "ref-1", code)
    return bo.press("Sell for")


def test_a_batch_is_made_once_spent_and_looked_up(vera, bo, theatre, ledger):
    made = make(vera, amount="24", until="2026-12-31")
    codes = codes_of(made)
    assert made.headers["Content-Disposition"].endswith('"vouchers.csv"')
    assert len(set(codes)) == 3
    assert "2026-12-31,Christmas" in made.get_data(as_text=True)

    assert "Confirmed" in pays(bo, theatre, "A2", codes[0].lower()).heading

    bo.open("/staff/vouchers")
    fill(bo, "code", codes[0])
    page = bo.press("Look it up")
    assert page.heading == "Gift card Used up"
    assert "spent €24.00" in page.words
    assert codes[0] not in page.html
    page = vera.open("/staff/vouchers")
    assert "Christmas Gift card 3 €24.00" in page.words
    assert "2 €48.00" in page.words


def test_a_batch_that_was_lost_is_made_void_with_a_reason(vera, bo, theatre, ledger):
    codes = codes_of(make(vera, amount="24"))
    vera.open("/staff/vouchers")
    fill(vera, "reason", "file lost")
    assert "3 of them pay for nothing any more." in vera.press("Void").words

    assert "has this code, or it is empty" in pays(bo, theatre, "A2", codes[0]).words
    assert rows(ledger, OrderRow) == []


def test_one_card_is_made_void_and_the_others_pay(vera, bo, theatre, ledger):
    codes = codes_of(make(vera, amount="24"))
    vera.open("/staff/vouchers")
    fill(vera, "code", codes[0])
    vera.press("Look it up")
    fill(vera, "reason", "stolen")
    assert vera.press("Void").heading == "Gift card Void"

    assert "Confirmed" in pays(bo, theatre, "A2", codes[1]).heading


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"count": "0"}, "Please make 1 to 1000 at once."),
        ({"count": "²"}, "Please make 1 to 1000 at once."),
        ({"amount": "1.005"}, "more than 2 decimals"),
        ({"amount": ""}, "what each is worth"),
        ({"until": "2020-01-01"}, "a day of the next ten years"),
        ({"until": "soon"}, "is no day"),
        ({"name": ""}, "what they are for"),
    ],
)
def test_what_cannot_be_made_is_told(vera, ledger, typed, said):
    assert said in make(vera, **typed).get_data(as_text=True)
    assert rows(ledger, VoucherBatchRow) == []


def test_two_presses_make_one_batch_and_a_clerk_makes_none(vera, bo, ledger):
    page = vera.open("/staff/vouchers")
    form = page.soup.find("form", action="/staff/vouchers")
    data = {field["name"]: field.get("value", "") for field in form.select("input")}
    data |= {"kind": "voucher", "count": "2", "amount": "5", "name": "Sorry"}
    for _ in range(2):
        vera._client.post("/staff/vouchers", data=data)

    assert len(rows(ledger, VoucherRow)) == 2
    page = bo.open("/staff/vouchers")
    assert page.soup.find("form", action="/staff/vouchers") is None
    token = page.soup.select_one("[name=csrf_token]")["value"]
    assert bo._client.post("/staff/vouchers", data={"csrf_token": token}).status_code == 403
