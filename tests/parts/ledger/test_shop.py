"""The online shop, as a patron uses it: evening, seats, details, payment, order."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from boxoffice.pricing import Seller
from ledger import catalogue, seating
from ledger.gateways import pretend
from ledger.tables.catalogue import PerformanceRow
from ledger.tables.money import PaymentRow, TenderRow
from ledger.tables.orders import OrderRow, PatronRow, TicketRow
from ledger.tables.records import OutboxRow
from ledger.tables.seats import SeatStateRow
from tests.pages import NotThere
from tests.parts.ledger.clerk import clerk
from tests.parts.ledger.shopper import Shopper, online_fees, settle_left_behind
from tests.parts.ledger.theatre import FRIDAY_MS, price_list

# Databases differ where several buy at once: test_shop_races.
pytestmark = [
    pytest.mark.usefixtures("sound_book"),
    pytest.mark.parametrize("prepared", ["sqlite"], indirect=True),
]


@pytest.fixture
def ada(app, theatre, ledger):
    online_fees(ledger, theatre.tonight, theatre.studio)
    return Shopper(app)


@pytest.fixture
def bea(app):
    return Shopper(app)


def rows(ledger, kind):
    with ledger.store.read() as session:
        return session.scalars(select(kind)).all()


def count(ledger, kind):
    with ledger.store.read() as session:
        return session.scalar(select(func.count()).select_from(kind))


def states(ledger, theatre, *seats):
    with ledger.store.read() as session:
        return [session.get_one(SeatStateRow, (theatre.tonight, s)).state for s in seats]


def change(ledger, performance, **values):
    def write(session):
        for name, value in values.items():
            setattr(session.get_one(PerformanceRow, performance), name, value)

    ledger.store.write(write)


# What is on. Source: ORD2, INV12.


def test_evenings_stand_under_their_day_with_the_price_that_is_paid(ada):
    page = ada.open("/shop/")

    assert "Hamlet" in page.words
    assert "from €19.75" in page.words  # 18.00 and 1.75 of the fee.


def test_an_evening_that_is_not_on_sale_yet_says_from_when(ada, ledger, theatre):
    change(ledger, theatre.tonight, on_sale_from_ms=FRIDAY_MS + 3_600_000)

    page = ada.open(f"/shop/performances/{theatre.tonight}")

    assert "On sale from" in page.words
    assert "How many" not in page.words


def test_an_evening_that_only_the_box_office_sells_is_not_known_here(ada, ledger, theatre):
    change(ledger, theatre.tonight, public=False)

    assert "Hamlet" not in ada.open("/shop/").words
    ada.open(f"/shop/performances/{theatre.tonight}", status=404)


def test_a_cancelled_evening_and_a_closed_sale_say_so(ada, ledger, theatre):
    change(ledger, theatre.tonight, cancelled_ms=FRIDAY_MS)
    change(ledger, theatre.studio, on_sale_until_ms=FRIDAY_MS)

    page = ada.open("/shop/")
    assert "Cancelled" in page.words
    assert "Only at the box office" in page.words
    said = ada.open(f"/shop/performances/{theatre.tonight}").words
    assert "This performance is cancelled." in said


# Seats. Source: INV1, INV2, INV8, spec.md 4.2, 4.3.


def test_so_many_of_the_best_seats_are_held_at_the_prices_that_were_asked(ada, theatre):
    ada.open(f"/shop/performances/{theatre.tonight}")
    ada.type("Student", "1")
    page = ada.press("Find the best seats")

    assert "3 tickets" in page.words
    assert "Held for you: 15 min" in page.words
    assert "€65.25" in page.words  # 2 × 25.75 and 13.75: fees from the first price on.


def test_picked_seats_are_held_and_gone_for_everybody_else(ada, bea, ledger, theatre):
    page = ada.choose_seats(theatre.tonight, "A4", "A5")

    assert "Stalls, row A, seat 4" in page.words
    assert states(ledger, theatre, "A4", "A5") == ["held", "held"]
    seen = bea.open(f"/shop/performances/{theatre.tonight}")
    assert not seen.soup.find("input", attrs={"value": "A4"})
    assert "held" not in seen.words  # Why nobody can have them is nobody's business.


def test_seats_that_went_meanwhile_are_answered_with_the_next_best(ada, bea, theatre):
    ada.open(f"/shop/performances/{theatre.tonight}")
    bea.choose_seats(theatre.tonight, "A4", "A5")
    for seat in ("A4", "A5"):
        ada.page.soup.find("input", attrs={"value": seat})["checked"] = ""

    page = ada.press("Take these seats")

    assert "Those seats were just taken. The nearest for 2 are" in page.alert
    assert "at the same price" in page.alert
    assert "2 tickets" in ada.press("Take these").words


def test_a_choice_that_strands_a_single_seat_is_moved(ada, ledger, theatre):
    page = ada.choose_seats(theatre.tonight, "A7", "A8")

    assert "That would leave one empty seat alone." in page.alert
    assert states(ledger, theatre, "A7", "A8") == ["available", "available"]
    assert "2 tickets" in ada.press("Move for me").words


def test_more_than_the_house_sells_at_once_leads_to_the_box_office(ada, theatre):
    """INV8: and what was chosen stays."""
    ada.open(f"/shop/performances/{theatre.tonight}")
    ada.type("Adult", "9")
    ada.type("Student", "1")
    ada.page.soup.find("input", attrs={"name": "step_free"})["checked"] = ""
    many = "For more than 8, the box office is glad to help."
    assert many in ada.press("Find the best seats").alert
    box = ada.page.soup.find
    assert box("input", attrs={"name": "count-adult"})["value"] == "9"
    assert box("input", attrs={"name": "count-student"})["value"] == "1"
    assert box("input", attrs={"name": "step_free"}).has_attr("checked")

    nine = [f"A{number}" for number in range(1, 10)]
    assert many in ada.choose_seats(theatre.tonight, *nine).alert
    ticked = ada.page.soup.select("input[name=seat][checked]")
    assert [seat["value"] for seat in ticked] == nine


def test_nobody_buys_seats_that_the_box_office_keeps(ada, theatre, ledger):
    ada.open(f"/shop/performances/{theatre.tonight}")
    data = {"seat": ["F9"], "csrf_token": token(ada)}
    page = ada.post(f"/shop/performances/{theatre.tonight}/seats", data)

    assert "just taken" in page.alert
    assert states(ledger, theatre, "F9") == ["reserved"]


def test_general_admission_is_bought_by_quantity_until_there_is_no_more(ada, theatre):
    ada.open(f"/shop/performances/{theatre.studio}")
    ada.type("Adult", "3")
    page = ada.press("Continue")
    assert page.words.count("Unreserved seat") == 3

    ada.says_who()
    assert "Thank you" in ada.pays().heading


# The basket. Source: INV4, ORD1.


def test_each_ticket_has_its_own_price(ada, theatre):
    ada.choose_seats(theatre.tonight, "A4", "A5")
    ada.choose("Stalls, row A, seat 5", "Student €13.75")

    assert "€39.50" in ada.press("Count again").words


def test_more_time_is_given_once(ada, clock, theatre):
    ada.choose_seats(theatre.tonight, "A4", "A5")
    clock.passes(minutes=14)

    assert "Held for you: 16 min" in ada.press("I need more time").words
    with pytest.raises(NotThere):
        ada.press("I need more time")


def test_seats_whose_time_ran_out_can_be_held_again(ada, clock, ledger, theatre):
    ada.choose_seats(theatre.tonight, "A4", "A5")
    clock.passes(minutes=16)
    ledger.store.write(seating.sweep, ledger.means())

    page = ada.open(ada.page.path, status=410)

    assert "Your seats are no longer held. Stalls A 4 and A 5 are still free." in page.alert
    assert "Held for you: 15 min" in ada.press("Hold them again").words


def test_seats_that_are_let_go_are_free_at_once(ada, ledger, theatre):
    ada.choose_seats(theatre.tonight, "A4", "A5")

    assert "Your seats are free again." in ada.press("Let the seats go").words
    assert states(ledger, theatre, "A4", "A5") == ["available", "available"]


def test_a_basket_is_opened_by_its_secret_alone(ada, bea, theatre):
    address = ada.choose_seats(theatre.tonight, "A4", "A5").path

    assert "2 tickets" in bea.open(address).words
    bea.open(address[:-1] + ("2" if address[-1] != "2" else "3"), status=404)


# Details. Source: ORD2, ORD8, FEE5.


def test_everything_that_is_wrong_is_said_at_once_and_nothing_is_lost(ada, theatre):
    ada.choose_seats(theatre.tonight, "A4", "A5")
    ada.press("Continue")
    ada.type("E-mail", "ada at example")
    ada.type("Phone", "1234")
    page = ada.press("Continue", status=422)

    assert "Please look at 2 fields again. Your seats are still held." in page.alert
    assert "This is no e-mail address." in page.words
    assert page.soup.find(id="phone")["value"] == "1234"


def test_a_donation_and_an_answer_are_in_the_order(ada, ledger, theatre):
    ada.choose_seats(theatre.tonight, "A4", "A5")
    ada.press("Continue")
    ada.type("Name", "Ada Holm")
    ada.type("E-mail", "ada@example.org")
    give(ada, "donation", "other")
    ada.type("Which amount?", "12.505")
    assert "Please write an amount" in ada.press("Continue", status=422).words
    ada.type("Which amount?", "12,50")
    page = ada.press("Continue")
    assert "€64.00" in page.words

    ada.pays()

    order = rows(ledger, OrderRow)[0]
    assert (order.charge, order.paid, order.seller) == (6400, 6400, Seller.ONLINE)


# Payment. Source: PAY1-PAY5, ORD9.


def test_what_is_paid_is_an_order_with_tickets_and_a_letter(ada, ledger, theatre):
    ada.choose_seats(theatre.tonight, "A4", "A5")
    ada.says_who()
    page = ada.pays()

    assert "Thank you" in page.heading
    assert "Confirmed" in page.words
    assert len(page.soup.select(".qr")) == 2
    assert states(ledger, theatre, "A4", "A5") == ["sold", "sold"]
    order = rows(ledger, OrderRow)[0]
    assert (order.state, order.charge, order.paid) == ("confirmed", 5150, 5150)
    assert [t.paid for t in rows(ledger, TicketRow)] == [2400, 2400]
    assert [t.amount for t in rows(ledger, TenderRow)] == [5150]
    assert [(p.state, p.captured, p.order) for p in rows(ledger, PaymentRow)] == [
        ("sold", True, order.id)
    ]
    assert [(m.kind, m.to) for m in rows(ledger, OutboxRow)] == [
        ("tickets", "ada@example.org")
    ]
    assert rows(ledger, PatronRow)[0].last_name == "Holm"


def test_pressing_twice_going_back_and_reloading_find_the_one_order(ada, ledger, theatre):
    ada.choose_seats(theatre.tonight, "A4", "A5")
    before = ada.says_who()
    form = before.soup.find("form", attrs={"data-once": True})
    data = {field["name"]: field["value"] for field in form.find_all("input")}
    ada.post(form["action"], data)
    assert ada.post(form["action"], data).heading == "Pretend bank"
    ada.press("Approve")

    assert "Thank you" in ada.reload().heading
    assert "Thank you" in ada.post(form["action"], data).heading
    assert "Thank you" in ada.open(before.path).heading
    other = data | {"key": "01a202b8-7772-7d1b-96d4-40a5e15a5b30"}
    assert "This order is already confirmed." in ada.post(form["action"], other).words
    assert count(ledger, OrderRow) == count(ledger, PaymentRow) == 1


def test_a_decline_says_what_the_bank_did_and_keeps_the_seats(ada, ledger, theatre):
    ada.choose_seats(theatre.tonight, "A4", "A5")
    ada.says_who()
    page = ada.pays("Decline")

    assert "Your bank did not approve the payment. Nothing was taken." in page.alert
    assert states(ledger, theatre, "A4", "A5") == ["held", "held"]
    assert "Thank you" in ada.pays().heading


def test_after_three_declines_the_patron_is_sent_elsewhere(ada, theatre):
    ada.choose_seats(theatre.tonight, "A4", "A5")
    ada.says_who()
    for _ in range(3):
        page = ada.pays("Decline")

    assert "Please use another card, or ask the box office." in page.alert
    with pytest.raises(NotThere):
        ada.press("Pay ")


@pytest.mark.parametrize(
    ("answer", "what"),
    [("Address does not match", "address"), ("Security code does not", "security code")],
)
def test_a_mismatch_is_given_back_at_once(ada, ledger, theatre, answer, what):
    ada.choose_seats(theatre.tonight, "A4", "A5")
    ada.says_who()
    page = ada.pays(answer)

    assert f"Your bank approved the card but the {what} did not match" in page.alert
    assert "A pending amount may show for 3–5 banking days." in page.alert
    assert [(p.state, p.booked) for p in rows(ledger, PaymentRow)] == [("voided", 0)]
    assert count(ledger, OrderRow) == 0
    assert "Thank you" in ada.pays().heading


def test_staff_read_what_became_of_each_payment(ada, app, ledger, theatre, people):
    ada.choose_seats(theatre.tonight, "A4", "A5")
    ada.says_who()
    ada.pays("Address does not match")
    ada.pays()
    order = rows(ledger, OrderRow)[0]

    page = clerk(app, "rita").open(f"/staff/orders/{order.id}")

    assert "The bank approved it, but the address did not match: given back" in page.words
    assert "the bank releases it, asked by the cardholder" in page.words
    assert "Authorised and captured: the money was taken." in page.words


def test_a_payment_that_no_order_came_of_is_found_by_who_asks_about_it(
    ada, app, theatre, people
):
    """PAY6: the bank shows an amount for days, and the patron calls."""
    ada.choose_seats(theatre.tonight, "A4", "A5")
    ada.says_who(name="Søren Holm")
    ada.pays("Address does not match")
    rita = clerk(app, "rita")

    for asked in ("Soeren", "soren holm", "ada@example.org", "51,50"):
        rita.open(f"/staff/orders?q={asked}")
        page = rita.press("A card payment without an order fits")
        assert "Søren Holm, ada@example.org" in page.words
        assert "but the address did not match: given back at once" in page.words
    assert "Nothing fits" in rita.open("/staff/orders/payments?q=Holmgren").words

    ada.pays()
    assert "Thank you" in ada.page.heading
    rita.open("/staff/orders")
    assert "None." in rita.press("Payments without an order").words


def test_a_patron_who_changes_their_mind_gets_the_order_back(ada, ledger, theatre):
    ada.choose_seats(theatre.tonight, "A4", "A5")
    address = ada.says_who().path
    ada.press("Pay ")
    assert "Your payment is not finished yet." in ada.open(address).words

    assert "Your order" in ada.press("Change the order").heading
    assert [p.state for p in rows(ledger, PaymentRow)] == ["cancelled"]


def test_a_hold_does_not_end_under_a_payment(ada, clock, ledger, theatre):
    ada.choose_seats(theatre.tonight, "A4", "A5")
    ada.says_who()
    ada.press("Pay ")
    clock.passes(minutes=20)
    ledger.store.write(seating.sweep, ledger.means())
    assert states(ledger, theatre, "A4", "A5") == ["held", "held"]

    assert "Thank you" in ada.press("Approve").heading


def test_a_payment_that_was_left_behind_is_ended_and_its_seats_are_free(
    ada, clock, ledger, theatre
):
    ada.choose_seats(theatre.tonight, "A4", "A5")
    ada.says_who()
    ada.press("Pay ")
    clock.passes(minutes=16)
    settle_left_behind(ledger)
    ledger.store.write(seating.sweep, ledger.means())

    assert [p.state for p in rows(ledger, PaymentRow)] == ["cancelled"]
    assert states(ledger, theatre, "A4", "A5") == ["available", "available"]


def test_a_patron_who_paid_and_never_came_back_has_an_order(ada, clock, ledger, theatre):
    ada.choose_seats(theatre.tonight, "A4", "A5")
    ada.says_who()
    ada.press("Pay ")
    key = rows(ledger, PaymentRow)[0].intent
    ledger.store.write(pretend.answer, key, "approve")
    clock.passes(seconds=20)
    settle_left_behind(ledger)

    assert [p.state for p in rows(ledger, PaymentRow)] == ["sold"]
    assert states(ledger, theatre, "A4", "A5") == ["sold", "sold"]


def test_an_order_that_costs_nothing_skips_the_payment(ada, ledger, theatre):
    listed = price_list()
    free = replace(
        listed,
        levels=tuple(replace(v, prices=dict.fromkeys(v.prices, 0)) for v in listed.levels),
    )
    ledger.store.write(catalogue.set_prices, ledger.means(), theatre.tonight, free)
    ada.choose_seats(theatre.tonight, "A4", "A5")
    ada.says_who()

    assert "Thank you" in ada.press("Confirm the order").heading
    assert count(ledger, PaymentRow) == 0
    assert count(ledger, OutboxRow) == 1


# The order. Source: ORD11.


def test_the_order_comes_as_pdf_and_for_the_calendar(ada, theatre):
    ada.choose_seats(theatre.tonight, "A4", "A5")
    ada.says_who()
    address = ada.pays().path.removesuffix("/order")

    event = ada._client.get(f"{address}/performance.ics")
    paper = ada._client.get(f"{address}/tickets.pdf")

    text = event.get_data(as_text=True)
    assert "BEGIN:VEVENT\r\n" in text
    assert "DTSTART:20261127T" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert paper.status_code in {200, 404}
    if paper.status_code == 200:
        assert paper.data.startswith(b"%PDF")


# What others try.


def test_forms_from_elsewhere_are_not_taken(ada, theatre, ledger):
    page = ada.post(
        f"/shop/performances/{theatre.tonight}/seats", {"seat": "A4"}, status=400
    )

    assert "Please try again" in page.heading
    assert states(ledger, theatre, "A4") == ["available"]


def test_the_shop_speaks_danish_when_asked(ada):
    page = ada.open("/shop/?lang=da")

    assert page.soup.html["lang"] == "da"
    assert page.path == "/shop/"


def token(guest):
    return guest.page.soup.find("input", attrs={"name": "csrf_token"})["value"]


def give(guest, name, value):
    for radio in guest.page.soup.find_all("input", attrs={"name": name, "type": "radio"}):
        del radio["checked"]
        if radio["value"] == value:
            radio["checked"] = ""
