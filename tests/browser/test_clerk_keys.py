"""A day at the box office with keys alone, in Chromium: every task of the specification's
order, payment, membership and statement pages. Source: lobby.md §7, ORD1-ORD10, MEM1, SET1.
"""

import re

import pytest
from sqlalchemy import select

from ledger import parties, refund_runs
from ledger.tables.catalogue import PerformanceRow, ProductionRow
from ledger.tables.house import HouseRow
from ledger.tables.money import TenderRow
from ledger.tables.orders import OrderRow, TicketRow
from tests.browser.book import found, free, sold, sold_later, state
from tests.browser.clerk import act, typed

pytestmark = pytest.mark.browser
CARD = "Ask for a card at our terminal"


def test_a_declined_card_is_tried_again_and_the_money_goes_back(desk, house, hamlet):
    """PAY1, PAY5, CAN1."""
    order = sold_later(house, hamlet, free(house, hamlet)[0])
    clerk = desk("bo")
    clerk.open(f"/staff/orders/{order}")
    act(clerk, CARD)
    act(clerk, "Decline")
    assert "The card was not accepted. Nothing was charged." in clerk.said
    act(clerk, "Try again")
    act(clerk, "Approve")
    assert "is paid." in clerk.said
    act(clerk, "To the order")
    ticket = found(house, TicketRow, TicketRow.order == order)[0]
    clerk.page.locator(f"input[value='{ticket.id}']").focus()
    clerk.keys("Space")
    act(clerk, "Refund the chosen…")
    assert "back to the card, by itself" in clerk.words
    clerk.page.keyboard.type("ill")  # The reason has the focus.
    clerk.follow("Enter")

    assert "Refunded" in clerk.said
    paid = [one.amount for one in found(house, TenderRow, TenderRow.order == order)]
    assert sum(paid) == 0
    assert len(paid) == 2
    assert state(house, hamlet, ticket.seat) == "available"


def test_keys_stay_on_their_button_while_the_page_asks_the_terminal(desk, house, hamlet):
    order = sold_later(house, hamlet, free(house, hamlet)[0])
    clerk, other = desk("bo"), desk()
    clerk.open(f"/staff/orders/{order}")
    act(clerk, CARD)
    clerk.focus("Stop asking for a card")
    for _ in range(2):  # What came first is shown by the time that it asks again.
        with clerk.page.expect_response(clerk.page.url):
            pass
    assert clerk.focused == "Stop asking for a card"

    other.open(clerk.page.url.removeprefix(other.address))
    other.press("Approve")
    clerk.page.get_by_text("is paid.").first.wait_for()


def test_an_order_moves_to_other_seats_and_is_cloned(desk, house, hamlet):
    """ORD3, ORD5."""
    here, there = free(house, hamlet, 2)
    order = sold(house, hamlet, here)
    clerk = desk("bo")
    clerk.open(f"/staff/orders/{order}")
    act(clerk, "Move seats…")
    clerk.page.locator(f"input[name=seat][value='{there}']").focus()
    clerk.keys("Space")
    with clerk.page.expect_navigation():
        clerk.page.locator("button", has_text="See what it costs").press("Enter")
    clerk.check()
    clerk.page.keyboard.type("nearer to the stage")
    clerk.follow("Enter")
    assert "Moved." in clerk.said
    assert (state(house, hamlet, here), state(house, hamlet, there)) == (
        "available",
        "sold",
    )
    act(clerk, "New order for the same patron")
    clerk.open(f"/staff/performances/{hamlet}/chart")
    clerk.page.locator(f"input[name=seat][value='{here}']").focus()
    clerk.keys("Space")
    clerk.follow("Enter")
    assert clerk.page.input_value("#name") == "Grace Okafor"
    act(clerk, "Let the seats go")


def test_places_without_numbers_are_sold_by_phone(desk, house):
    """INV6, ORD2."""
    clerk = desk("bo")
    clerk.follow("n")
    with house.store.read() as session:
        improv = session.scalars(
            select(PerformanceRow.id)
            .join(ProductionRow, ProductionRow.id == PerformanceRow.production)
            .where(ProductionRow.title == "Improv Night")
        ).first()
    clerk.page.locator(f"form[action*='{improv}'] input[name=quantity]").focus()
    clerk.page.keyboard.press("Control+a")
    clerk.page.keyboard.type("3")
    clerk.follow("Enter")
    typed(clerk, Ordered="By phone", Name="Jonas Weiß")
    clerk.focus("How, 1")
    clerk.page.keyboard.type("Later")
    clerk.focus(clerk.page.locator("button.main").inner_text())
    clerk.follow("Enter")
    if "Sell for" in clerk.words:  # The price has changed with who orders.
        act(clerk, clerk.page.locator("button.main").inner_text())

    assert "Confirmed" in clerk.words
    assert "Unreserved seating" in clerk.words
    assert "Due" in clerk.words


def test_tickets_are_marked_as_mailed_and_that_is_undone(desk, house, hamlet):
    """ORD6, ORD7."""
    number = sold(house, hamlet, free(house, hamlet)[0])
    shown = f"{number[:4]}-{number[4:]}"
    clerk = desk("bo")
    clerk.open("/staff/worklist")
    clerk.focus(f"Order {shown}")
    clerk.keys("Space")
    act(clerk, "Mark")
    assert "1 " in clerk.said
    assert shown not in clerk.page.locator("table").inner_text()
    act(clerk, "Undo")
    assert shown in clerk.words
    with clerk.page.expect_download() as file:
        clerk.page.locator("a", has_text="Mail merge as").first.press("Enter")
    assert shown in file.value.path().read_text("utf-8-sig")


def test_performances_are_added_and_a_price_with_three_decimals_is_not(desk, house):
    """INV9, INV12; what is wrong is said, and nothing is half done."""
    clerk = desk("anna")
    clerk.open("/staff/catalogue")
    before = len(found(house, PerformanceRow))
    clerk.focus("Times, one a line")
    clerk.page.keyboard.type("2020-01-01 19:30")
    act(clerk, "Add them")
    assert len(found(house, PerformanceRow)) == before
    assert "2020" in clerk.page.input_value("#starts")
    clerk.focus("Times, one a line")
    clerk.page.keyboard.press("Control+a")
    clerk.page.keyboard.type("2026-12-28 19:30\n2026-12-29 15:00")
    act(clerk, "Add them")
    assert len(found(house, PerformanceRow)) == before + 2

    with clerk.page.expect_navigation():
        clerk.page.locator("table a").last.press("Enter")
    clerk.focus("Adult, Premium")
    clerk.page.keyboard.press("Control+a")
    clerk.page.keyboard.type("30.125")
    act(clerk, "Change prices")
    assert clerk.page.locator("[aria-invalid]").input_value() == "30.125"


def test_buyers_are_asked_and_the_day_is_closed(desk, house, hamlet):
    """ORD8 and the drawer."""
    clerk = desk("anna")
    clerk.open("/staff/reports/answers")
    typed(clerk, Question="How did you hear of us?")
    clerk.focus("Answers, one a line")
    clerk.page.keyboard.type("Friends\nPoster")
    act(clerk, "Ask from now on")
    assert "The question is asked from now on." in clerk.said
    sold(house, hamlet, free(house, hamlet)[0])
    clerk.open("/staff/reports/day-end")
    act(clerk, "Close the day")

    assert "The day is closed." in clerk.said


def test_a_membership_is_sold_and_its_credit_pays_for_a_seat(desk, house, hamlet):
    """MEM1, MEM2, MEM4."""
    clerk = desk("bo")
    clerk.open("/staff/sales")
    act(clerk, "The season for one")
    typed(clerk, Name="Mia Tanaka")
    clerk.focus("How, 1")
    clerk.page.keyboard.type("Cash")
    clerk.focus(clerk.page.locator("button.main").inner_text())
    clerk.follow("Enter")
    number = clerk.page.locator("a", has_text="member").locator(".number").inner_text()
    assert re.fullmatch(r"M-\w{4}-\w{4}", number)

    clerk.open(f"/staff/performances/{hamlet}/chart")
    seat = free(house, hamlet)[0]
    clerk.page.locator(f"input[name=seat][value='{seat}']").focus()
    clerk.keys("Space")
    clerk.follow("Enter")
    clerk.page.locator("select[name^=type-]").focus()
    clerk.page.keyboard.type("Member")
    act(clerk, "Count again")
    clerk.page.locator("input[name^=member-]").focus()
    clerk.page.keyboard.type(number)
    for _ in range(2):  # The second time at the price that the first has shown.
        if "Confirmed" not in clerk.words:
            act(clerk, clerk.page.locator("button.main").inner_text())
    assert "Confirmed" in clerk.words, clerk.words
    assert "Nothing to pay." in clerk.words
    assert state(house, hamlet, seat) == "sold"


def test_a_party_pays_with_one_card(desk, house, hamlet):
    """DIS3: the whole party at once, with keys alone."""
    first, second = (sold_later(house, hamlet, seat) for seat in free(house, hamlet, 2))
    house.running.store.write(parties.link, house.running.means(), first, second, by="bo")
    clerk = desk("bo")
    clerk.open(f"/staff/orders/{first}/party")
    act(clerk, CARD)
    act(clerk, "Approve")

    assert "is paid." in clerk.said
    for order in found(house, OrderRow, OrderRow.id.in_([first, second])):
        assert order.paid == order.charge > 0


def test_a_statement_is_drawn_and_adds_up(desk, house):
    """SET1."""
    clerk = desk("anna")
    clerk.open("/staff/reports/statements")
    amount = clerk.page.locator("tr.total strong, strong").first.inner_text()
    act(clerk, "Draw the statement")

    assert amount in clerk.words


def test_settings_are_saved_and_what_cannot_be_is_said(desk, house):
    """INV4: fifteen minutes at least."""
    clerk = desk("anna")
    clerk.open("/staff/settings")
    typed(clerk, Tax_number="DK 12345678")
    minutes = "Seats are held for so many minutes 15 to 240"
    clerk.focus(minutes)
    clerk.page.keyboard.press("Control+a")
    clerk.page.keyboard.type("5")
    clerk.follow("Enter")
    assert "Nothing was changed." in clerk.said
    assert clerk.page.locator("[aria-invalid]").input_value() == "5"
    assert clerk.page.input_value("#tax_number") == "DK 12345678"
    clerk.focus(minutes)
    clerk.page.keyboard.press("Control+a")
    clerk.page.keyboard.type("20")
    act(clerk, "Change the settings")

    assert "Changed." in clerk.said
    [now] = found(house, HouseRow)
    assert (now.tax_number, now.hold_minutes) == ("DK 12345678", 20)


def test_a_performance_is_cancelled_and_its_money_goes_back(desk, house):
    """CAN1: guests are written to, and what goes back is shown before it does."""
    last = found(
        house,
        PerformanceRow,
        PerformanceRow.production == ProductionRow.id,
        ProductionRow.title == "Hamlet",
    )
    evening = max(last, key=lambda row: row.starts_ms).id
    order = sold(house, evening, free(house, evening)[0])
    clerk = desk("anna")
    clerk.open(f"/staff/performances/{evening}/chart")
    act(clerk, "Cancel…")
    clerk.focus("Reason, for the history")
    clerk.page.keyboard.type("storm")
    act(clerk, "Cancel this performance")
    assert "Called off." in clerk.said
    act(clerk, clerk.page.locator("button.main").inner_text())
    assert "Money goes back" in clerk.words
    while refund_runs.step(house.store, house.running.means):
        pass
    clerk.open(f"/staff/performances/{evening}/cancellation")

    assert "Money went back" in clerk.words
    assert sum(one.amount for one in found(house, TenderRow, TenderRow.order == order)) == 0
    [ticket] = found(house, TicketRow, TicketRow.order == order)
    assert ticket.status == "refunded"
