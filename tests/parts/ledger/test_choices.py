"""A performance is cancelled, and its guests choose by the link of a letter.

Source: REP1, CAN1, lobby.md §8.
"""

import json

import pytest
from sqlalchemy import select

from ledger import catalogue, choices, pickups
from ledger.choices import Offer
from ledger.mail import outbox as post
from ledger.patrons import Patron
from ledger.tables.catalogue import PerformanceRow
from ledger.tables.members import VoucherRow
from ledger.tables.money import TenderRow
from ledger.tables.orders import OrderLineRow, OrderRow, TicketRow
from ledger.tables.records import OutboxRow
from ledger.tables.self_service import BankRefundRow
from tests.pages import Guest
from tests.parts.ledger.clerk import clerk, fill
from tests.parts.ledger.shopper import Shopper
from tests.parts.ledger.test_order_pages import tickets
from tests.parts.ledger.test_window import rows, state
from tests.parts.ledger.theatre import HOUR_MS, price_list

pytestmark = [
    pytest.mark.usefixtures("sound_book"),
    pytest.mark.parametrize("prepared", ["sqlite"], indirect=True),
]
ADA = Patron("Ada Holm", "ada@example.org")


@pytest.fixture
def vera(app, people):
    return clerk(app, "vera")


@pytest.fixture
def sold(theatre):
    """Ada paid A2 and A3 in cash."""
    return theatre.sell("A2", "A3", patron=ADA)


@pytest.fixture
def tomorrow(ledger, theatre):
    """Hamlet is played once more, a day later."""
    with ledger.store.read() as session:
        here = session.get_one(PerformanceRow, theatre.tonight)
    return ledger.store.write(
        catalogue.add_performance,
        ledger.means(),
        production=here.production,
        hall=here.hall,
        starts_ms=here.starts_ms + 24 * HOUR_MS,
        ends_ms=here.ends_ms + 24 * HOUR_MS,
        doors_open_ms=here.doors_open_ms + 24 * HOUR_MS,
        price_list=price_list(),
    )


def call_off(vera, theatre, *ticks):
    """Vera cancels tonight, writes to everybody, and offers what is ticked."""
    page = vera.open(f"/staff/performances/{theatre.tonight}/cancellation")
    for box in page.soup.select("main input[type=checkbox]"):
        if box["name"] in ticks or box["value"] in ticks:
            box["checked"] = ""
    fill(vera, "reason", "the tenor is ill")
    return vera.press("Cancel this performance")


@pytest.fixture
def ada(app, ledger):
    """Opens the link of the letter about the cancellation."""

    class Ada(Guest):
        def reads(self):
            [letter] = [r for r in rows(ledger, OutboxRow) if r.kind == "message"]
            [link] = json.loads(letter.facts)["links"]
            self.open(link["link"])
            return self.press("Choose")

    return Ada(app)


def letters(ledger, kind):
    return [json.loads(r.facts) for r in rows(ledger, OutboxRow) if r.kind == kind]


def order(ledger):
    [found] = rows(ledger, OrderRow)
    return found


def test_tickets_are_exchanged_for_a_replacement_that_the_house_lists(
    vera, ada, ledger, theatre, sold, tomorrow
):
    call_off(vera, theatre, tomorrow)
    page = ada.reads()
    assert "Hamlet on Saturday" in page.words
    assert "No money moves: the €48.00 that you paid stay with them." in page.words
    page = ada.press("Choose this")
    assert {t.performance for t in tickets(ledger, sold)} == {theatre.tonight}
    page = ada.press("Exchange my tickets")

    assert "Your tickets are exchanged." in page.words
    moved = tickets(ledger, sold)
    assert {t.performance for t in moved} == {tomorrow}
    assert [t.price for t in moved] == [2400, 2400]
    assert (order(ledger).charge, order(ledger).paid) == (4800, 4800)
    assert "Choose" not in ada.page.names


def test_the_fees_of_a_ticket_stay_with_it_when_it_is_exchanged(
    vera, app, kiosk, theatre, tomorrow
):
    code = "K7Q4MX23ABCDEFGH"
    epochs = kiosk.own(theatre.tonight, "A1", "D1")
    lines = [
        kiosk.line(theatre.tonight, seat, epoch, payload=f"FOH:{seat}")
        for seat, epoch in epochs.items()
    ]
    hashed = pickups.hash_of(pickups.PREFIX + code)
    kiosk.happened("sale", kiosk.sale(*lines, pickup_hash=hashed))
    kiosk.upload().ok()
    call_off(vera, theatre, tomorrow)
    phone = Guest(app)

    assert "Total, with fees €45.50" in phone.open(f"/shop/orders/{code}").words
    page = phone.press("Choose")
    assert "No money moves: the €45.50 that you paid stay with them." in page.words


def only(guest, *seats):
    """Tick these of one's tickets, and no other."""
    for label in guest.page.soup.select("details label"):
        box = label.select_one("input")
        box.attrs.pop("checked", None)
        if any(label.get_text().strip().endswith(seat) for seat in seats):
            box["checked"] = ""
    return guest.press("Only these")


def test_one_ticket_goes_to_a_replacement_and_the_other_is_given_back(
    vera, ada, ledger, theatre, sold, tomorrow
):
    call_off(vera, theatre, tomorrow, "refund")
    ada.reads()
    ada.press("Choose this : Hamlet on Saturday")
    page = only(ada, "A 2")
    assert "the €24.00 that you paid" in page.words
    page = ada.press("Exchange my tickets")
    assert {t.performance for t in tickets(ledger, sold)} == {theatre.tonight, tomorrow}
    assert page.words.count("Hamlet, Sat") >= 1
    assert state(ledger, theatre, "A3") == "sold"

    ada.press("Choose")
    ada.press("Choose this : Money back")
    ada.press("Give me my money back")
    [kept] = [t for t in tickets(ledger, sold) if t.status == "active"]
    assert kept.performance == tomorrow
    assert (order(ledger).charge, order(ledger).paid) == (2400, 2400)
    assert [t.amount for t in rows(ledger, TenderRow)] == [4800, -2400]


def test_the_calendar_has_each_evening_of_an_order_with_its_own_seats(
    vera, ada, theatre, sold, tomorrow
):
    call_off(vera, theatre, tomorrow)
    ada.reads()
    ada.press("Choose this")
    only(ada, "A 2")
    home = ada.press("Exchange my tickets").path

    text = ada.fetch(f"{home}/performance.ics").text.replace("\r\n ", "")
    first, second = text.split("BEGIN:VEVENT")[1:]
    assert f".{theatre.tonight}@" in first
    assert "DTSTART:20261127T" in first
    assert f".{tomorrow}@" in second
    assert "DTSTART:20261128T" in second
    assert ("seat 3" in first, "seat 2" in first) == (True, False)
    assert "seat 3" not in second


def free(page):
    return {box["value"] for box in page.soup.select("input[name=seat][type=checkbox]")}


def test_new_seats_are_chosen_on_the_plan_at_the_price_of_the_old_ones(
    vera, ada, ledger, theatre, sold, tomorrow
):
    call_off(vera, theatre, tomorrow)
    ada.reads()
    ada.press("Choose this")
    page = ada.press("Choose other seats")
    assert "Seats at the price of your tickets are shown." in page.words
    assert "A1" in free(page)
    assert "D4" not in free(page)
    ticked = page.soup.select("input[name=seat][checked]")
    assert len(ticked) == 2
    for box in ticked:
        del box["checked"]
    assert (
        "as many seats of each price as your tickets have: 2"
        in ada.press("Take these seats").alert
    )
    for box in ada.page.soup.select("input[name=seat]"):
        if box["value"] in ("C3", "C4"):
            box["checked"] = ""
    page = ada.press("Take these seats")
    assert (
        "leave one empty seat alone. We have ticked Stalls C 4 and C 5 instead."
        in page.alert
    )
    page = ada.press("Take these seats")
    assert "Your new seats: Stalls C 4 and C 5" in page.words
    ada.press("Exchange my tickets")
    assert [(t.seat, t.price) for t in tickets(ledger, sold)] == [
        ("C4", 2400),
        ("C5", 2400),
    ]
    assert state(ledger, theatre, "A2") == "available"


def test_seats_that_strand_one_that_are_gone_or_dearer_are_refused(
    vera, ada, ledger, theatre, sold, tomorrow
):
    cheap = theatre.sell("D4", patron=ADA)
    call_off(vera, theatre, tomorrow)
    with ledger.store.read() as session:
        row = session.get_one(OrderRow, cheap.id)
        means = ledger.means()
        assert not choices.of(session, means, row, theatre.tonight, seats=["A1"])
        assert choices.of(session, means, row, theatre.tonight, seats=["E1"])
    theatre.sell("C1", performance=tomorrow)
    with ledger.store.read() as session:
        row = session.get_one(OrderRow, sold.id)
        for wanted in (["C1", "C2"], ["C3", "C4"], ["C2"], ["A1", "A1"], ["Z1", "A1"]):
            found = choices.of(session, means, row, theatre.tonight, seats=wanted)
            assert not found, wanted


def test_what_was_paid_for_the_first_evening_comes_back_once_from_the_second(
    vera, bo, ada, ledger, theatre, sold, tomorrow
):
    call_off(vera, theatre, tomorrow)
    ada.reads()
    ada.press("Choose this")
    ada.press("Exchange my tickets")
    bo.open(f"/staff/orders/{sold.id}")
    for box in bo.page.soup.select("input[name=ticket]"):
        box["checked"] = ""
    bo.press("Refund the chosen")
    fill(bo, "reason", "ill")
    bo.press("Give back")

    assert [t.amount for t in rows(ledger, TenderRow)] == [4800, -4800]
    assert order(ledger).charge == 0


def test_a_gift_card_instead_of_money_pays_once_more_than_nothing_else_does(
    vera, ada, ledger, theatre, sold
):
    call_off(vera, theatre, "credit")
    ada.reads()
    ada.press("Choose this")
    assert "Your gift card is on its way" in ada.press("Send me the gift card").words

    [letter] = letters(ledger, "credit")
    with ledger.store.read() as session:
        card = session.scalars(select(VoucherRow)).one()
        assert card.balance == 4800
    assert {t.status for t in tickets(ledger, sold)} == {"refunded"}
    assert state(ledger, theatre, "A2") == "available"
    assert order(ledger).paid == order(ledger).charge == 0
    back = [(t.kind, t.amount) for t in rows(ledger, TenderRow) if t.amount < 0]
    assert back == [("gift_card", -4800)]
    assert len(letter["code"]) == 12


def test_a_donation_keeps_the_money_and_ends_the_tickets(vera, ada, ledger, theatre, sold):
    call_off(vera, theatre, "donate")
    ada.reads()
    ada.press("Choose this")
    assert "Thank you for your donation." in ada.press("Donate it").words

    [line] = rows(ledger, OrderLineRow)
    assert (line.kind, line.amount) == ("donation", 4800)
    assert order(ledger).paid == order(ledger).charge == 4800
    assert {t.status for t in tickets(ledger, sold)} == {"refunded"}


def test_cash_goes_back_to_an_account_where_nobody_is_at_the_window(
    vera, ada, ledger, theatre, sold
):
    call_off(vera, theatre, "refund")
    page = ada.reads()
    assert "€48.00 go to a bank account; a letter asks for it." in page.words
    ada.press("Choose this")
    assert "Your money is on its way." in ada.press("Give me my money back").words

    [owed] = rows(ledger, BankRefundRow)
    assert (owed.amount, owed.state) == (4800, "awaiting_details")
    assert len(letters(ledger, "bank_form")) == 1


def test_a_card_online_gets_its_money_back_by_itself(vera, ada, app, ledger, theatre):
    shopper = Shopper(app)
    shopper.choose_seats(theatre.tonight, "A4", "A5")
    shopper.says_who()
    shopper.pays()
    call_off(vera, theatre, "refund")
    assert "€48.00 go back to the card." in ada.reads().words
    ada.press("Choose this")
    ada.press("Give me my money back")

    assert rows(ledger, BankRefundRow) == []
    back = [(t.kind, t.amount) for t in rows(ledger, TenderRow) if t.amount < 0]
    assert back == [("card", -4800)]


def test_what_was_shown_is_done_or_shown_again(vera, ada, ledger, theatre, sold, tomorrow):
    call_off(vera, theatre, tomorrow)
    ada.reads()
    page = ada.press("Choose this")
    words = page.soup.select_one(".told").get_text()
    with ledger.store.read() as session:
        row = session.get_one(OrderRow, sold.id)
        [one] = choices.of(session, ledger.means(), row, theatre.tonight)
    theatre.sell(*one.seats, performance=tomorrow)
    page = ada.press("Exchange my tickets")

    assert "Things have changed meanwhile." in page.alert
    assert page.soup.select_one(".told").get_text() != words
    assert {t.performance for t in tickets(ledger, sold)} == {theatre.tonight}


def test_only_what_the_house_offers_can_be_chosen(vera, ada, ledger, theatre, sold):
    call_off(vera, theatre, "donate")
    ada.reads()
    page = ada.press("Choose this")
    page.soup.select_one("[name=choice]")["value"] = "refund"
    assert "Things have changed" in ada.press("Donate it").alert
    assert [t.amount for t in rows(ledger, TenderRow)] == [4800]
    nothing = Offer(False, False, False, False, ())
    ledger.store.write(
        choices.offer, ledger.means(), theatre.tonight, nothing, by=vera.page.path
    )
    assert ada.open(ada.page.url).heading == "Your order"


def test_who_has_not_paid_and_who_has_nothing_left_is_asked_nothing(
    vera, app, ledger, theatre
):
    due = theatre.sell("D4", patron=ADA, tender=None)
    call_off(vera, theatre, "refund", "credit")
    with ledger.store.read() as session:
        assert choices.waiting(session, session.get_one(OrderRow, due.id)) == []
        [letter] = [r for r in session.scalars(select(OutboxRow)) if r.kind == "message"]
    assert "links" not in json.loads(letter.facts)


def test_letters_about_it_bring_the_link_and_the_gift_card(
    vera, ada, ledger, theatre, sold, monkeypatch
):
    sent = []
    monkeypatch.setattr(post.post, "send", lambda message, _: sent.append(message))
    call_off(vera, theatre, "credit")
    ada.reads()
    ada.press("Choose this")
    ada.press("Send me the gift card")
    code = letters(ledger, "credit")[0]["code"]
    while post.step(ledger.store, ("", 0), ledger.clock, address="https://x.example"):
        pass

    assert any("Please choose by the link below" in str(m) for m in sent)
    texts = [m.get_body(("plain",)).get_content() for m in sent]
    assert any("https://x.example/shop/orders/" in text for text in texts)
    [brought] = [text for text in texts if code in text]
    assert "a gift card of €48.00 instead of your tickets" in brought
    with ledger.store.read() as session:
        assert all(f == "{}" for f in session.scalars(select(OutboxRow.facts)))
        assert session.scalars(select(TicketRow.status).distinct()).all() == ["refunded"]
