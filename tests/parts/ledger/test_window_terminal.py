"""A card at the window's terminal: every way it can end, in the words of lobby.md §2."""

import pytest

from ledger import window_cards
from ledger.gateways import pretend, terminal
from ledger.tables.discrepancies import DiscrepancyRow
from ledger.tables.money import CardOnFileRow, PaymentRow, TenderRow
from ledger.tables.orders import OrderRow
from tests.parts.ledger.test_window import chart, fill, pick, rows

pytestmark = pytest.mark.usefixtures("sound_book")
ASK = "Ask for a card at our terminal"


@pytest.fixture
def due(bo, theatre):
    """An order of 24.00 that is to be paid."""
    sold = theatre.sell("A2", tender=None)
    bo.open(f"/staff/orders/{sold.id}")
    return sold.id


def order(ledger):
    (row,) = rows(ledger, OrderRow)
    return row.charge - row.paid


def kinds(ledger):
    return sorted((row.kind, row.state) for row in rows(ledger, DiscrepancyRow))


def test_a_sale_is_paid_at_the_terminal(bo, theatre, ledger):
    chart(bo, theatre, "A2").press("Sell the chosen")
    pick(bo, "kind-1", "terminal")
    page = bo.press("Sell for")
    assert "€24.00: please follow the terminal." in page.words
    assert page.soup.select_one("[data-live-s]")
    assert order(ledger) == 2400

    page = bo.press("Approve")

    assert "Thank you. €24.00 is paid." in page.words
    assert order(ledger) == 0
    found = [(t.kind, t.amount, t.office) for t in rows(ledger, TenderRow)]
    assert found == [("card", 2400, True)]
    bo.reload()
    assert len(rows(ledger, TenderRow)) == 1
    assert "Card 1 €24.00" in bo.open("/staff/reports/day-end").words


def test_who_subscribes_on_no_record_is_asked_first_whether_the_card_may_be_kept(
    bo, theatre, ledger
):
    """Source: MEM9."""
    chart(bo, theatre, "A2").press("Sell the chosen")
    fill(bo, "subscriber", "12, since 1998")
    pick(bo, "kind-1", "terminal")
    page = bo.press("Sell for")
    assert "may the card be kept on file? Nothing was sold yet." in page.words
    assert rows(ledger, OrderRow) == []
    page.soup.find("input", attrs={"name": "keep_card"})["checked"] = ""
    assert "please follow the terminal." in bo.press("Sell for").words
    bo.press("Approve")
    assert [card.last4 for card in rows(ledger, CardOnFileRow)] == ["4242"]


def test_a_patron_who_does_not_agree_is_asked_once_and_no_card_is_kept(bo, theatre, ledger):
    """Source: MEM9."""
    chart(bo, theatre, "A2").press("Sell the chosen")
    fill(bo, "subscriber", "12, since 1998")
    pick(bo, "kind-1", "terminal")
    assert "keep it on file" in bo.press("Count again").words
    assert "please follow the terminal." in bo.press("Sell for").words
    bo.press("Approve")
    assert rows(ledger, CardOnFileRow) == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("Decline", "The card was not accepted. Nothing was charged."),
        ("Red button", "Payment was cancelled. Nothing was charged."),
        ("Only half the amount", "The card could not pay the whole amount."),
        ("Stop asking for a card", "Payment was cancelled. Nothing was charged."),
    ],
)
def test_what_took_no_money_says_so_and_may_be_tried_again(bo, due, ledger, answer, said):
    bo.press(ASK)
    page = bo.press(answer)
    assert said in page.words
    assert order(ledger) == 2400
    assert rows(ledger, TenderRow) == []

    bo.press("Try again")
    bo.press("Approve")
    assert order(ledger) == 0


def test_silence_is_no_answer_and_a_late_approval_is_booked(bo, due, ledger, clock):
    bo.press(ASK)
    page = bo.press("Take it, and say nothing")
    assert "We are asking the terminal what happened. Please don't pay again." in page.words
    clock.passes(seconds=61)
    page = bo.press("Look again")
    assert (
        "Please do not pay again. We can't see yet whether €24.00 was taken." in page.words
    )
    assert kinds(ledger) == [("payment_unknown", "open")]
    assert order(ledger) == 2400

    page = bo.press("Speak again")

    assert "Your payment went through after all. €24.00 is paid." in page.words
    assert order(ledger) == 0
    assert kinds(ledger) == [("payment_unknown", "settled")]


def test_a_payment_that_nobody_looks_at_is_settled_all_the_same(bo, due, ledger, clock):
    bo.press(ASK)
    (payment,) = rows(ledger, PaymentRow)
    ledger.store.write(pretend._move, payment.intent, {"waiting"}, "approved")
    clock.passes(minutes=2)

    window_cards.sweep(
        ledger.store, ledger.means(), terminal.choose(ledger.config, ledger.store)
    )

    assert order(ledger) == 0


def test_an_approval_after_cancellation_goes_back(bo, due, ledger):
    bo.press(ASK)
    asked = bo.page.url
    bo.press("To the order")
    bo.type("Reason", "went home")
    bo.press("Cancel this order")
    bo.open(asked)
    bo.press("Approve")
    page = bo.open(asked)

    assert "Approved after cancellation. The money was returned." in page.words
    assert [row.state for row in rows(ledger, PaymentRow)] == ["voided"]
    assert rows(ledger, TenderRow) == []


def test_one_press_asks_once_and_one_terminal_serves_one_order(bo, due, theatre, ledger):
    typed = bo.page
    first = bo.press(ASK).url
    bo.page = typed
    assert bo.press(ASK).url == first
    other = theatre.sell("A3", tender=None)
    bo.open(f"/staff/orders/{other.id}")

    page = bo.press(ASK)

    assert "The terminal is at another payment; this is it." in page.alert
    assert page.url == first
    assert len(rows(ledger, PaymentRow)) == 1


def test_after_three_cards_there_is_another_way(bo, due, ledger):
    bo.press(ASK)
    for _ in range(2):
        bo.press("Decline")
        bo.press("Try again")
    bo.press("Decline")

    assert "use another card, or ask the box office" in bo.press("Try again").alert
