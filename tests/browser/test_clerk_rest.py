"""More of the box office with keys alone, in Chromium: seats taken back from a device,
subscribers to verify, vouchers and gift cards, order types. Source: INV11, MEM3, ORT1.
"""

import re

import pytest

from ledger.app import create_app
from ledger.tables.discrepancies import DiscrepancyRow
from ledger.tables.members import VoucherBatchRow
from ledger.tables.order_types import OrderTypeRow
from ledger.tables.orders import OrderRow, TicketRow
from tests.browser.book import found, free, sold, sold_later, state
from tests.browser.clerk import act, typed
from tests.parts.ledger.device import Device

pytestmark = pytest.mark.browser


def choose(clerk, hamlet, seat):
    """Put the focus on a seat of the chart, and choose it."""
    clerk.open(f"/staff/performances/{hamlet}/chart")
    clerk.page.locator(f"input[name=seat][value='{seat}']").focus()
    clerk.keys("Space")


def sells(clerk, hamlet, seat):
    """Choose a seat and press Enter: the sale of it opens."""
    choose(clerk, hamlet, seat)
    clerk.follow("Enter")


def sale(clerk):
    """Press the main button, once more if it shows another price first."""
    for _ in range(2):
        if "Confirmed" not in clerk.words:
            act(clerk, clerk.page.locator("button.main").inner_text())
    assert "Confirmed" in clerk.words, clerk.words


def order_of(clerk):
    return clerk.page.url.rsplit("/", 1)[1]


def test_seats_are_taken_away_from_a_device_by_two_people_with_a_reason(
    desk, house, hamlet
):
    """INV11."""
    seat = free(house, hamlet)[0]
    app = create_app(house.running)
    app.testing = True
    device = Device.paired(app, house.running, "Kiosk in the bar", "kiosk")
    held = device.hold(hamlet, seat).ok(201)
    device.allot(held["hold"]).ok()
    assert state(house, hamlet, seat) == "allotted"
    clerk = desk("bo")
    choose(clerk, hamlet, seat)
    act(clerk, "Take away from device…")
    typed(clerk, Reason="it stands in the rain")
    for name, password in (("bo", "lobby-demo"), ("anna", "wrong")):
        typed(clerk, **{"Supervisor's name": name, "Supervisor's password": password})
        clerk.follow("Enter")
        assert "A second person must confirm." in clerk.said
        assert clerk.page.input_value("#reason") == "it stands in the rain"
    typed(clerk, **{"Supervisor's name": "anna", "Supervisor's password": "lobby-demo"})
    clerk.follow("Enter")

    assert "Taken away: " in clerk.said
    assert state(house, hamlet, seat) == "available"
    [case] = found(house, DiscrepancyRow, DiscrepancyRow.kind == "allotment_broken")
    assert case.state != "settled"


def test_a_subscriber_on_no_record_is_verified_or_pays_after_all(desk, house, hamlet):
    """MEM3, MEM9."""
    accepted, charged = (sold(house, hamlet, seat) for seat in free(house, hamlet, 2))

    def claim(session):
        for id in (accepted, charged):
            session.get_one(OrderRow, id).member = "Season ticket 12, 555 0199"

    house.store.write(claim)
    clerk = desk("bo")
    clerk.open("/staff/members")
    assert clerk.words.count("Season ticket 12, 555 0199") == 2
    clerk.page.locator(f"a[href$='/{accepted}']").press("Enter")
    clerk.page.wait_for_url(f"**/{accepted}")
    clerk.check()
    act(clerk, "Accept")
    assert "Accepted as told." in clerk.said
    clerk.open(f"/staff/orders/{charged}")
    typed(clerk, The_patron_agreed="by phone, Monday")
    clerk.follow("Enter")
    assert "more is due" in clerk.said
    clerk.open("/staff/members")

    assert "Season ticket 12" not in clerk.words


def test_vouchers_are_made_looked_up_spent_and_made_void(desk, house, hamlet):
    """PAY: a code pays at the window, once what it has."""
    clerk = desk("anna")
    clerk.open("/staff/vouchers")
    clerk.focus("What")
    clerk.page.keyboard.type("Voucher")
    typed(clerk, How_many="2")
    clerk.page.locator("#amount").focus()
    clerk.page.keyboard.type("100.00")
    typed(clerk, For="Christmas")
    clerk.focus("Make them and download the codes")
    with clerk.page.expect_download() as file:
        clerk.keys("Enter")
    text = file.value.path().read_text("utf-8-sig")
    code = re.findall(r"^([A-Z0-9]{4}-?[A-Z0-9]{4}-?[A-Z0-9]{4})", text, re.M)[0]
    assert len(found(house, VoucherBatchRow, VoucherBatchRow.name == "Christmas")) == 1

    sells(clerk, hamlet, free(house, hamlet)[0])
    typed(clerk, Name="Jonas Weiß")
    clerk.focus("How, 1")
    clerk.page.keyboard.type("Gift card or")
    clerk.page.locator("[name=ref-1]").focus()
    clerk.page.keyboard.type(code)
    sale(clerk)
    spent = found(house, OrderRow, OrderRow.id == order_of(clerk))[0].charge
    clerk.open("/staff/vouchers")
    clerk.focus("Code")
    clerk.page.keyboard.type(code.lower())
    clerk.follow("Enter")
    assert f"€{100 - spent / 100:.2f}" in clerk.words
    typed(clerk, Why="found in the street")
    clerk.follow("Enter")

    assert "Void" in clerk.words
    clerk.open("/staff/vouchers")
    assert "Christmas" in clerk.words


def test_a_gift_card_is_sold_and_its_code_is_shown_once_and_pays(desk, house, hamlet):
    clerk = desk("bo")
    clerk.open("/staff/vouchers")
    act(clerk, "Sell a gift card")
    typed(clerk, **{"Worth, EUR": "80.00", "For": "Mia", "Buyer": "Jonas Weiß"})
    clerk.focus("How, 1")
    clerk.page.keyboard.type("Cash")
    act(clerk, "Sell it")
    code = clerk.page.locator(".gift__code").inner_text()
    act(clerk, "To the order")
    assert code not in clerk.words
    sells(clerk, hamlet, free(house, hamlet)[0])
    clerk.focus("How, 1")
    clerk.page.keyboard.type("Gift card or")
    clerk.page.locator("[name=ref-1]").focus()
    clerk.page.keyboard.type(code)
    sale(clerk)

    assert "Gift card" in clerk.words
    [order] = found(house, OrderRow, OrderRow.id == order_of(clerk))
    assert order.paid == order.charge > 0


def test_a_table_is_for_so_many_people_and_only_so_many_are_sold(desk, house, hamlet):
    """ORT1."""
    clerk = desk("anna")
    clerk.open("/staff/catalogue")
    act(clerk, "Order types")
    clerk.page.locator("#name-new").focus()
    clerk.page.keyboard.type("Table by the stage")
    for field, number in (("minimum", "2"), ("maximum", "1"), ("orders", "1")):
        clerk.page.locator(f"#{field}-new").focus()
        clerk.page.keyboard.press("Control+a")
        clerk.page.keyboard.type(number)
    act(clerk, "Add it")
    assert clerk.page.locator("[aria-invalid]").count() >= 1
    clerk.page.locator("#maximum-new").focus()
    clerk.page.keyboard.press("Control+a")
    clerk.page.keyboard.type("4")
    act(clerk, "Add it")
    [kind] = found(house, OrderTypeRow)
    assert (kind.minimum, kind.maximum) == (2, 4)

    clerk = desk("bo")
    one, *two = free(house, hamlet, 3)
    sells(clerk, hamlet, one)
    clerk.focus("Order type")
    clerk.page.keyboard.type("Table")
    clerk.focus("How, 1")
    clerk.page.keyboard.type("Cash")
    act(clerk, clerk.page.locator("button.main").inner_text())
    assert "This table is for 2–4 people." in clerk.words
    act(clerk, "Let the seats go")
    for seat in two:
        clerk.page.locator(f"input[name=seat][value='{seat}']").focus()
        clerk.keys("Space")
    clerk.follow("Enter")
    clerk.focus("Order type")
    clerk.page.keyboard.type("Table")
    clerk.focus("How, 1")
    clerk.page.keyboard.type("Cash")
    sale(clerk)

    [order] = found(house, OrderRow, OrderRow.order_type == kind.id)
    assert len(found(house, TicketRow, TicketRow.order == order.id)) == 2
    assert sold_later(house, hamlet, one)
