"""Codes in the online shop: promo codes open prices, vouchers and gift cards pay."""

from dataclasses import replace

import pytest

from ledger import catalogue, pickups, prices
from ledger.tables.members import PromisedRow, VoucherRow
from ledger.tables.money import TenderRow
from ledger.tables.orders import OrderRow, TicketRow
from tests.parts.ledger.shopper import Shopper, online_fees
from tests.parts.ledger.test_window import fill, rows
from tests.parts.ledger.theatre import code_worth, price_list

pytestmark = [
    pytest.mark.usefixtures("sound_book"),
    pytest.mark.parametrize("prepared", ["sqlite"], indirect=True),
]


@pytest.fixture
def ada(app, theatre, ledger):
    online_fees(ledger, theatre.tonight)
    return Shopper(app)


def balances(ledger):
    return [row.balance for row in rows(ledger, VoucherRow)]


def uses(ada, code):
    fill(ada, "code", code)
    return ada.press("Use it")


def test_a_gift_card_pays_what_it_has_and_the_bank_card_the_rest(ada, theatre, ledger):
    code = code_worth(ledger, 1000)
    ada.choose_seats(theatre.tonight, "D1")
    ada.says_who()
    page = uses(ada, code.lower())
    assert "Gift card" in page.words
    assert "Left to pay €9.75" in page.words
    assert balances(ledger) == [0]

    ada.press("Pay €9.75")
    ada.press("Approve")

    (order,) = rows(ledger, OrderRow)
    assert (order.charge, order.paid) == (1975, 1975)
    found = {(t.kind, t.amount, t.office) for t in rows(ledger, TenderRow)}
    assert found == {("gift_card", 1000, False), ("card", 975, False)}
    assert [p.state for p in rows(ledger, PromisedRow)] == ["spent"]


def test_a_gift_card_that_has_enough_needs_no_bank_and_keeps_its_rest(ada, theatre, ledger):
    code = code_worth(ledger, 5000)
    ada.choose_seats(theatre.tonight, "D1")
    ada.says_who()
    uses(ada, code)

    page = ada.press("Confirm the order")

    assert "Confirmed" in page.words
    assert balances(ledger) == [3025]


def test_what_is_left_on_a_gift_card_is_told_before_it_pays_and_afterwards(
    ada, theatre, ledger
):
    code = code_worth(ledger, 5000)
    ada.choose_seats(theatre.tonight, "D1")
    ada.says_who()
    fill(ada, "code", code)
    page = ada.press("What is left on it?")
    assert "This gift card has €50.00 left." in page.words
    assert balances(ledger) == [5000]

    page = ada.press("Use it")
    assert "€30.25 stays on it" in page.words
    assert (
        "Gift card: €19.75. Now left on it: €30.25" in ada.press("Confirm the order").words
    )


def test_who_asks_what_is_left_guesses_no_code(ada, theatre, ledger):
    code = code_worth(ledger, 1000)
    ada.choose_seats(theatre.tonight, "D1")
    ada.says_who()
    for _ in range(5):
        fill(ada, "code", "WRONGCODE234")
        page = ada.press("What is left on it?")
        assert "No voucher or gift card has this code." in page.alert
    fill(ada, "code", code)
    assert "Too many tries" in ada.press("What is left on it?").alert


def test_a_gift_card_comes_back_when_it_is_taken_off_or_the_seats_go(ada, theatre, ledger):
    code = code_worth(ledger, 1000)
    ada.choose_seats(theatre.tonight, "D1")
    ada.says_who()
    uses(ada, code)
    ada.press("Take it off")
    assert balances(ledger) == [1000]

    uses(ada, code)
    assert balances(ledger) == [0]
    ada.press("Change the tickets")
    ada.press("Let the seats go")
    assert balances(ledger) == [1000]


def test_who_guesses_codes_is_slowed_down_and_others_are_not(app, ada, theatre, ledger):
    code = code_worth(ledger, 1000)
    ada.choose_seats(theatre.tonight, "D1")
    ada.says_who()
    for _ in range(5):
        page = uses(ada, "WRONGCODE234")
    assert "No voucher or gift card has this code, or it is empty." in page.alert
    assert "Too many tries" in uses(ada, code).alert
    bea = Shopper(app)
    bea.choose_seats(theatre.tonight, "D2")
    bea.says_who(name="Bea Lund")

    assert "Gift card" in uses(bea, code).words


def with_promo(ledger, performance):
    listed = price_list()
    friend = prices.Type("friend", "Friends", code=pickups.hash_of("SPRING"))
    levels = tuple(
        replace(level, prices={**level.prices, "friend": 1000}) for level in listed.levels
    )
    found = replace(listed, levels=levels, types=(*listed.types, friend))
    ledger.store.write(catalogue.set_prices, ledger.means(), performance, found)


def test_a_promo_code_opens_its_price_and_none_other_does(ada, theatre, ledger):
    with_promo(ledger, theatre.tonight)
    page = ada.choose_seats(theatre.tonight, "D1", "D2")
    assert "Friends" not in page.html

    fill(ada, "promo", "winter")
    assert "No price of this performance has that code." in ada.press("Use the code").alert
    fill(ada, "promo", "spring")
    page = ada.press("Use the code")
    assert "Friends" in page.words
    ada.says_who()
    ada.pays()

    assert {t.price_type for t in rows(ledger, TicketRow)} == {"friend"}


def test_a_price_of_a_code_is_not_had_by_typing_its_name(ada, theatre, ledger):
    with_promo(ledger, theatre.tonight)
    page = ada.choose_seats(theatre.tonight, "D1")
    form = page.soup.select_one("form.card")
    token = form.select_one("[name=csrf_token]")["value"]
    said = {"csrf_token": token, "act": "on", "type-D1": "friend"}

    assert ada._client.post(form["action"], data=said).status_code == 400
