"""A card on file: kept with a tick, charged after consent alone, once, and forgotten.

Source: MEM9, PAY1, PAY2, PAY4, docs/decisions/0039.
"""

from dataclasses import replace

import pytest

from boxoffice.pricing import Buyer
from ledger import card_charges, catalogue, evenings, members, prices
from ledger.gateways import choose
from ledger.gateways.port import Charged, Step
from ledger.tables.baskets import PretendCardRow, PretendRefundRow
from ledger.tables.discrepancies import DiscrepancyRow
from ledger.tables.money import CardOnFileRow, PaymentRow, TenderRow
from ledger.tables.orders import OrderRow
from tests.parts.ledger.shopper import Shopper, settle_left_behind
from tests.parts.ledger.test_window import pick, rows
from tests.parts.ledger.theatre import price_list

pytestmark = pytest.mark.usefixtures("sound_book")
CHARGE = "Charge €14.00 to this card"
MATCH = {"address_line1_check": "pass", "cvc_check": "pass"}


@pytest.fixture
def ada(app, ledger, theatre):
    """Ada says that she subscribes; subscribers pay 10.00 instead of 24.00."""
    listed = price_list()
    levels = tuple(
        replace(level, prices={**level.prices, "subscriber": 1000})
        for level in listed.levels
    )
    kind = prices.Type("subscriber", "Subscriber", Buyer.SUBSCRIBER)
    changed = replace(listed, levels=levels, types=(*listed.types, kind))
    ledger.store.write(catalogue.set_prices, ledger.means(), theatre.tonight, changed)
    yield Shopper(app)
    evenings._lists.clear()


def chooses(ada, theatre, *, tick=True):
    """Go as far as the summary with one subscriber's seat."""
    ada.choose_seats(theatre.tonight, "A10")
    ada.choose("Stalls, row A, seat 10", "Subscriber €10.00")
    ada.press("Continue")
    ada.type("Name", "Ada Holm")
    ada.type("E-mail", "ada@example.org")
    ada.type("Subscriber: name or number", "12, since 1998")
    if tick:
        ada.page.soup.find("input", attrs={"name": "keep_card"})["checked"] = ""
    return ada.press("Continue")


def buys(ada, theatre, *, later="approve", tick=True):
    """Buy one subscriber's seat from the pretend bank."""
    chooses(ada, theatre, tick=tick)
    ada.press("Pay ")
    if tick:
        pick(ada, "later", later)
    return ada.press("Approve")


def agrees(bo, ledger, words="by phone, Monday 10:15"):
    """The patron agrees that the closed order is changed, and staff write that down."""
    bo.open(f"/staff/orders/{rows(ledger, OrderRow)[0].id}")
    pick(bo, "price_type", "adult")
    bo.type("The patron agreed", words)
    return bo.press("Charge the seats")


def charged(ledger):
    """What was booked besides the purchase itself."""
    return [(row.kind, row.amount) for row in rows(ledger, TenderRow)[1:]]


def test_a_card_is_kept_by_a_tick_and_shown_by_its_last_digits(ada, bo, ledger, theatre):
    page = buys(ada, theatre)
    assert "Pretend card ending in 4242, valid to 12/2039" in page.words
    [row] = rows(ledger, CardOnFileRow)
    assert (row.brand, row.last4, row.expires) == ("PRETEND", "4242", "2039-12")

    page = bo.open(f"/staff/orders/{row.order}")
    assert "Pretend card ending in 4242 , valid to 12/2039" in page.words
    assert "keep card on file" in page.words


def test_without_the_tick_nothing_is_kept(ada, ledger, theatre):
    page = buys(ada, theatre, tick=False)

    assert "Card on file" not in page.words
    assert rows(ledger, CardOnFileRow) == []
    assert [row.later for row in rows(ledger, PretendCardRow)] == [""]


def test_nobody_is_asked_for_a_card_who_does_not_say_to_subscribe(ada, theatre):
    ada.choose_seats(theatre.tonight, "A10")

    assert "Keep my card" not in ada.press("Continue").words


def test_the_card_is_charged_only_once_the_patron_has_agreed(ada, bo, ledger, theatre):
    buys(ada, theatre)
    order = rows(ledger, OrderRow)[0].id
    page = bo.open(f"/staff/orders/{order}")
    assert "only after the patron has agreed" in page.words
    assert CHARGE not in page.names
    # Whoever sends the form all the same gets nothing either.
    seen = page.soup.find("input", attrs={"name": "seen"})["value"]
    token = page.soup.find("input", attrs={"name": "csrf_token"})["value"]
    data = {"seen": seen, "csrf_token": token, "key": ledger.means().new_id()}
    assert "only after" in bo.post(f"/staff/orders/{order}/card-on-file", data).alert
    assert charged(ledger) == []

    assert "€14.00 more is due" in agrees(bo, ledger).words
    assert charged(ledger) == []
    page = bo.press(CHARGE)

    assert "€14.00 was charged to the card on file." in page.words
    assert "by Pretend card ending in 4242 on file" in page.words
    assert charged(ledger) == [("card", 1400)]
    assert rows(ledger, OrderRow)[0].paid == 2400
    assert not any(row.office for row in rows(ledger, TenderRow))


def test_a_press_that_comes_twice_charges_once(ada, bo, ledger, theatre):
    buys(ada, theatre)
    agrees(bo, ledger)
    form = next(
        form
        for form in bo.page.soup.find_all("form")
        if form["action"].endswith("/card-on-file")
    )
    data = {field["name"]: field["value"] for field in form.find_all("input")}
    bo.post(form["action"], data)
    bo.post(form["action"], data)
    data["key"] = ledger.means().new_id()
    bo.post(form["action"], data)

    assert charged(ledger) == [("card", 1400)]
    assert (
        len([row for row in rows(ledger, PretendCardRow) if row.state == "captured"]) == 2
    )


def test_a_paid_card_is_forgotten_by_us_and_by_the_bank(ada, bo, ledger, theatre):
    buys(ada, theatre)
    agrees(bo, ledger)
    page = bo.press(CHARGE)
    assert "Remove the card" not in page.names
    settle_left_behind(ledger)

    assert rows(ledger, CardOnFileRow) == []
    assert {row.later for row in rows(ledger, PretendCardRow)} == {""}


def test_a_refused_card_says_what_the_bank_did_and_three_times_are_enough(
    ada, bo, ledger, theatre
):
    buys(ada, theatre, later="decline")
    agrees(bo, ledger)
    for _ in range(3):
        page = bo.press(CHARGE)
        assert "The bank did not approve it. Nothing was taken." in page.alert

    assert "The bank refused it three times." in page.words
    assert CHARGE not in page.names
    assert charged(ledger) == []


def test_an_expired_card_is_not_even_tried(ada, bo, ledger, theatre):
    buys(ada, theatre, later="expired")
    page = agrees(bo, ledger)

    assert "It has expired and cannot be charged." in page.words
    assert CHARGE not in page.names


def test_a_patron_removes_the_card_and_nobody_can_charge_it(ada, bo, ledger, theatre):
    buys(ada, theatre)
    page = ada.press("Remove the card")

    assert "Your card is removed. It will not be charged." in page.words
    assert "Card on file" not in page.words.replace("card on file", "")
    assert CHARGE not in agrees(bo, ledger).names
    assert "The patron" in bo.page.words
    settle_left_behind(ledger)
    assert rows(ledger, CardOnFileRow) == []


@pytest.mark.parametrize("press", ["Accept", "Remove the card", "Cancel this order"])
def test_a_card_that_is_not_needed_is_forgotten(ada, bo, ledger, theatre, press):
    buys(ada, theatre)
    bo.open(f"/staff/orders/{rows(ledger, OrderRow)[0].id}")
    if press.startswith("Cancel"):
        bo.type("Reason", "ill")
    bo.press(press)
    settle_left_behind(ledger)

    assert rows(ledger, CardOnFileRow) == []


def test_a_card_is_forgotten_a_month_after_the_evening(ada, clock, ledger, theatre):
    buys(ada, theatre)
    clock.passes(minutes=29 * 24 * 60)
    settle_left_behind(ledger)
    assert len(rows(ledger, CardOnFileRow)) == 1
    clock.passes(minutes=2 * 24 * 60)
    settle_left_behind(ledger)

    assert rows(ledger, CardOnFileRow) == []


def left_behind(bo, ledger):
    """The plug is pulled after the bank took it, and before anybody wrote that down."""
    agrees(bo, ledger)
    gateway = choose.gateway(ledger)

    def begin(session, means):
        row = session.get_one(OrderRow, rows(ledger, OrderRow)[0].id)
        return card_charges.start(session, means, row, key=means.new_id(), by="bo")

    begun = ledger.store.write(begin, ledger.means())
    ref = gateway.prepare(begun.key, begun.token, amount=1400, currency="EUR", words="")
    ledger.store.write(card_charges._named, begun.key, ref)
    gateway.charge(ref)
    bo.reload()
    return begun.key


def test_a_charge_left_behind_is_asked_for_and_booked_once(ada, bo, clock, ledger, theatre):
    buys(ada, theatre)
    key = left_behind(bo, ledger)
    assert "not known yet whether the bank took the money" in bo.page.words
    clock.passes(seconds=21)
    settle_left_behind(ledger)
    settle_left_behind(ledger)
    # A clerk's page that asked at the same moment hears it as well.
    ledger.store.write(card_charges._settled, ledger.means(), key, Charged(Step.TAKEN))

    assert charged(ledger) == [("card", 1400)]


def test_what_the_bank_took_for_an_order_cancelled_meanwhile_goes_back(
    ada, bo, clock, ledger, theatre
):
    buys(ada, theatre)
    left_behind(bo, ledger)
    bo.type("Reason", "ill")
    bo.press("Cancel this order")
    clock.passes(seconds=21)
    for _ in range(3):
        settle_left_behind(ledger)
        clock.passes(seconds=21)

    assert charged(ledger) == []
    assert [row.amount for row in rows(ledger, PretendRefundRow)] == [1400]
    assert "the money goes back" in bo.reload().words
    assert rows(ledger, CardOnFileRow) == []


def test_the_card_of_a_subscriber_whom_we_know_is_not_kept(ada, ledger, theatre):
    ledger.store.write(
        members.enrol,
        ledger.means(),
        number="12, SINCE 1998",
        name="Ada Holm",
        email="ada@example.org",
        credits_per_production=0,
    )
    assert "Card on file" not in buys(ada, theatre).words
    settle_left_behind(ledger)

    assert rows(ledger, CardOnFileRow) == []
    assert {row.later for row in rows(ledger, PretendCardRow)} == {""}


def test_what_was_charged_goes_back_to_the_card_by_itself(ada, bo, ledger, theatre):
    buys(ada, theatre)
    agrees(bo, ledger)
    bo.press(CHARGE)
    bo.page.soup.select_one("input[name=ticket]")["checked"] = ""
    bo.press("Refund the chosen")
    bo.type("Reason", "ill")
    bo.press("Give back")
    settle_left_behind(ledger)
    settle_left_behind(ledger)

    assert sum(row.amount for row in rows(ledger, PretendRefundRow)) == 2400


@pytest.fixture
def agreed(ada, stripe, bo, ledger, theatre):
    """A card that Stripe keeps, and a patron who agreed that it is charged."""
    chooses(ada, theatre)
    form = ada.page.soup.find("form", attrs={"data-once": True})
    data = {field["name"]: field["value"] for field in form.find_all("input")}
    ada._client.post(form["action"], data=data)
    stripe.card("cs_1", **MATCH)
    back = stripe.sessions["cs_1"]["success_url"]
    page = ada.open(back.split("8401", 1)[1])
    assert "Visa card ending in 4242, valid to 04/2039" in page.words
    return agrees(bo, ledger)


def kept_intents(stripe):
    return [made for id, made in stripe.intents.items() if id.endswith("_kept")]


def test_stripe_charges_the_card_that_it_keeps_and_forgets_it(agreed, bo, app, stripe):
    ledger = app.extensions["foh"]
    page = bo.press(CHARGE)

    assert "€14.00 was charged to the card on file." in page.words
    assert [made["status"] for made in kept_intents(stripe)] == ["succeeded"]
    assert charged(ledger) == [("card", 1400)]
    settle_left_behind(ledger)
    assert stripe.customers == set()
    assert rows(ledger, CardOnFileRow) == []


@pytest.mark.parametrize(
    ("bank", "words"),
    [
        ("insufficient_funds", "there is not enough money on it"),
        ("authentication_required", "wants the cardholder to confirm it in person"),
        ("stolen_card", "The bank did not approve it."),
    ],
)
def test_stripe_says_why_a_bank_refuses(agreed, bo, ledger, stripe, bank, words):
    stripe.bank = bank

    assert words in bo.press(CHARGE).alert
    assert charged(ledger) == []


def test_a_charge_whose_answer_got_lost_is_found(agreed, bo, ledger, stripe):
    stripe.silent = True

    assert "€14.00 was charged to the card on file." in bo.press(CHARGE).words
    assert len(kept_intents(stripe)) == 1


def test_a_charge_that_never_arrived_is_stopped_and_takes_nothing(
    agreed, bo, app, clock, ledger, stripe
):
    stripe.deaf = True
    assert "not known yet" in bo.press(CHARGE).alert
    assert CHARGE not in bo.page.names
    stripe.deaf = False
    assert "not known yet" in bo.press("Ask the bank again").alert
    clock.passes(seconds=61)
    page = bo.press("Ask the bank again")

    assert "the charge was stopped. Nothing was taken." in page.alert
    assert [made["status"] for made in kept_intents(stripe)] == ["canceled"]
    assert "was charged to the card on file" in bo.press(CHARGE).words
    assert charged(ledger) == [("card", 1400)]


def test_a_bank_that_is_down_for_long_is_told_to_staff_and_answers_in_the_end(
    agreed, bo, app, clock, ledger, stripe
):
    stripe.deaf = True
    bo.press(CHARGE)
    stripe.down = True
    clock.passes(seconds=61)
    settle_left_behind(app.extensions["foh"])
    assert [row.state for row in rows(ledger, PaymentRow)] == ["sold", "unknown"]
    assert [row.state for row in rows(ledger, DiscrepancyRow)] == ["open"]
    stripe.down = stripe.deaf = False
    settle_left_behind(app.extensions["foh"])

    assert [row.state for row in rows(ledger, DiscrepancyRow)] == ["settled"]
    assert charged(ledger) == []


def test_a_card_that_stripe_no_longer_has_is_said(agreed, bo, stripe):
    stripe.customers.clear()

    assert "The bank keeps this card no longer." in bo.press(CHARGE).alert


def test_a_card_held_to_the_windows_terminal_is_kept_and_charged_after_consent(
    ada, bo, ledger, theatre
):
    sold = theatre.sell("A9", tender=None).id

    def subscribes(session, _means):
        session.get_one(OrderRow, sold).member = "12, since 1998"

    ledger.store.write(subscribes, ledger.means())
    bo.open(f"/staff/orders/{sold}")
    bo.page.soup.find("input", attrs={"name": "keep_card"})["checked"] = ""
    bo.press("Ask for a card at our terminal")
    bo.press("Approve")
    page = bo.open(f"/staff/orders/{sold}")
    assert "Pretend card ending in 4242" in page.words
    [card] = rows(ledger, CardOnFileRow)
    gateway = choose.gateway(ledger)
    assert gateway.prepare("k1", card.token, amount=100, currency="EUR", words="") == "k1"
    assert "keep card on file" in page.words
