"""Promo codes with limits: counted with the order, promised to holds, given back.

Source: docs/decisions/0023.
"""

import threading
from dataclasses import replace

import pytest

from boxoffice.pricing import Seller
from boxoffice.refusals import Code
from ledger import evenings, pickups, prices, programme, promo_codes, seating, window
from ledger.desk_money import Payment
from ledger.refused import Refused
from ledger.seating import Held
from ledger.tables.catalogue import PerformanceRow
from ledger.tables.discrepancies import DiscrepancyRow
from ledger.tables.orders import OrderRow, TicketRow
from ledger.tables.promo_codes import PromoCodeRow
from tests.parts.ledger.clerk import both_press, clerk
from tests.parts.ledger.shopper import Shopper
from tests.parts.ledger.test_members import ask, held
from tests.parts.ledger.test_window import chart, fill, pick, rows
from tests.parts.ledger.theatre import FRIDAY_MS, HOUR_MS, price_list

WORD = "SPRING26"

pytestmark = pytest.mark.usefixtures("sound_book")
on_sqlite = pytest.mark.parametrize("prepared", ["sqlite"], indirect=True)


@pytest.fixture
def vera(app, people):
    return clerk(app, "vera")


def friends(ledger, theatre, people, *, orders=None, tickets=None):
    """A price of 5.00 behind the code, and the code's limits."""
    listed = price_list()
    kind = prices.Type("friend", "Friend", code=pickups.hash_of(WORD))
    levels = tuple(
        replace(one, prices={**one.prices, "friend": 500}) for one in listed.levels
    )
    found = replace(listed, levels=levels, types=(*listed.types, kind))
    ledger.store.write(
        programme.set_prices,
        ledger.means(),
        theatre.tonight,
        found,
        everywhere=False,
        by=people["anna"],
        words=[WORD],
    )
    limit(ledger, people, orders, tickets)


def limit(ledger, people, orders, tickets):
    [code] = rows(ledger, PromoCodeRow)
    seen = promo_codes.Listed(code.hash, "", code.orders, code.tickets, 0, 0).mark
    ledger.store.write(
        programme.limit_promo_code,
        ledger.means(),
        code.hash,
        orders=orders,
        tickets=tickets,
        by=people["anna"],
        seen=seen,
    )


def used(ledger):
    return rows(ledger, PromoCodeRow)[0].used


def sells(bo, theatre, *seats, kinds=None):
    chart(bo, theatre, *seats).press("Sell the chosen")
    bo.type("Promo code", WORD.lower())
    bo.press("Count again")
    for seat in kinds or seats:
        pick(bo, f"type-{seat}", "friend")
    bo.press("Count again")
    pick(bo, "kind-1", "cash")
    return bo.press("Sell for")


def buy(ledger, theatre, people, *seats):
    """Sell at the window without its page; give the order or the refusal."""
    means, write = ledger.means(), ledger.store.write
    hold = write(
        window.hold,
        means,
        performance=theatre.tonight,
        wanted=list(seats),
        by=people["bo"],
    )
    assert isinstance(hold, Held)
    said = window.Said(
        seats=[(seat, "friend") for seat in seats],
        seller=Seller.WINDOW,
        payments=[Payment("cash", 500 * len(seats))],
    )
    return write(window.sell, means, hold=hold.hold, said=said, by=people["bo"])


def test_a_code_is_written_beside_a_price_and_limited_on_its_page(
    bo, vera, theatre, ledger
):
    vera.open(f"/staff/catalogue/performances/{theatre.tonight}")
    fill(vera, "name-2", "Friend")
    fill(vera, "price-2-premium", "5.00")
    fill(vera, "code-2", "Spring 26")
    vera.press("Change prices")
    page = vera.open("/staff/catalogue/promo-codes")
    assert "Spring 26" in page.words
    assert "not counted" in page.words
    fill(vera, "orders", "2")
    fill(vera, "tickets", "1")
    assert "Spring 26: changed." in vera.press("Change").words

    page = sells(bo, theatre, "A2", "A3", kinds=["A2"])
    assert "Sold" in page.words
    assert "used 1 of 2" in vera.open("/staff/catalogue/promo-codes").words
    assert {t.price_type for t in rows(ledger, TicketRow)} == {"adult", "friend"}


@pytest.mark.parametrize(
    ("typed", "said"),
    [("0", "from 1 to 1,000,000"), ("2.5", "from 1 to"), ("-1", "from 1 to")],
)
@on_sqlite
def test_a_limit_that_cannot_be_is_refused_and_stays_typed(
    vera, theatre, ledger, people, typed, said
):
    friends(ledger, theatre, people)
    vera.open("/staff/catalogue/promo-codes")
    fill(vera, "orders", typed)
    page = vera.press("Change")

    assert said in page.words
    assert page.soup.find("input", attrs={"name": "orders"})["value"] == typed
    assert rows(ledger, PromoCodeRow)[0].orders is None


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("code-0", "SPRING", "usual price cannot need a promo code"),
        ("code-1", "A-1", "at least 4 letters or digits"),
    ],
)
@on_sqlite
def test_a_code_that_would_lock_out_everybody_or_nobody_is_refused(
    vera, theatre, ledger, field, typed, said
):
    vera.open(f"/staff/catalogue/performances/{theatre.tonight}")
    fill(vera, field, typed)

    assert said in vera.press("Change prices").alert
    assert rows(ledger, PromoCodeRow) == []


def test_when_it_is_used_up_nothing_is_sold_at_its_price(bo, theatre, ledger, people):
    friends(ledger, theatre, people, orders=1)
    sells(bo, theatre, "A2")

    page = sells(bo, theatre, "A3")

    assert "used as often as it may be" in page.alert
    assert len(rows(ledger, OrderRow)) == 1
    assert used(ledger) == 1


def test_an_order_has_no_more_cheap_tickets_than_the_code_gives(
    bo, theatre, ledger, people
):
    friends(ledger, theatre, people, tickets=1)

    page = sells(bo, theatre, "A2", "A3")

    assert "for 1 ticket of an order" in page.alert
    assert rows(ledger, OrderRow) == []


def test_a_cancelled_order_gives_its_use_back_and_a_restored_one_takes_it(
    bo, theatre, ledger, people
):
    friends(ledger, theatre, people, orders=1)
    sells(bo, theatre, "A2")
    bo.type("Reason", "ill")
    bo.press("Cancel this order")
    assert used(ledger) == 0
    bo.press("Restore this order")
    assert used(ledger) == 1


def test_of_many_who_use_the_last_at_once_one_has_it(theatre, ledger, people):
    friends(ledger, theatre, people, orders=1)
    gate, found = threading.Barrier(4), []

    def press(seat):
        gate.wait()
        found.append(buy(ledger, theatre, people, seat))

    all_ = [threading.Thread(target=press, args=(f"B{n}",)) for n in range(1, 5)]
    for one in all_:
        one.start()
    for one in all_:
        one.join()

    refused = [one.code for one in found if isinstance(one, Refused)]
    assert refused == [Code.PROMO_USED_UP] * 3
    assert len(rows(ledger, OrderRow)) == used(ledger) == 1


# The shop.


@pytest.fixture
def ada(app, theatre):
    return Shopper(app)


def types(code, shopper):
    fill(shopper, "promo", code)
    return shopper.press("Use the code")


@on_sqlite
def test_the_shop_promises_it_when_it_is_typed_and_frees_it_with_the_seats(
    ada, app, theatre, ledger, people
):
    friends(ledger, theatre, people, orders=1)
    ada.choose_seats(theatre.tonight, "D1")
    types(WORD, ada)
    assert used(ledger) == 1
    bea = Shopper(app)
    bea.choose_seats(theatre.tonight, "D2")
    assert "used as often as it may be" in types(WORD, bea).alert
    ada.press("Let the seats go")
    assert used(ledger) == 0

    types(WORD, bea)
    bea.says_who()
    bea.pays()

    assert [t.price_type for t in rows(ledger, TicketRow)] == ["friend"]
    assert used(ledger) == 1


@on_sqlite
def test_the_shop_gives_the_price_to_as_many_seats_as_the_code_is_for(
    ada, theatre, ledger, people
):
    friends(ledger, theatre, people, orders=9, tickets=1)
    ada.choose_seats(theatre.tonight, "D1", "D2")
    types(WORD, ada)
    types(WORD, ada)
    assert used(ledger) == 1
    pick(ada, "type-D2", "friend")
    assert "for 1 ticket of an order" in ada.press("Continue").alert
    pick(ada, "type-D2", "adult")
    ada.says_who()
    ada.pays()

    assert sorted(t.price_type for t in rows(ledger, TicketRow)) == ["adult", "friend"]


@on_sqlite
def test_whoever_chose_another_price_after_all_has_not_used_it(
    ada, theatre, ledger, people
):
    friends(ledger, theatre, people, orders=1)
    ada.choose_seats(theatre.tonight, "D1")
    types(WORD, ada)
    pick(ada, "type-D1", "adult")
    ada.says_who()
    ada.pays()

    assert used(ledger) == 0


# Kiosks.


def test_a_kiosk_is_told_of_limits_and_its_sale_uses_the_promise(
    kiosk, theatre, ledger, people
):
    friends(ledger, theatre, people, orders=1, tickets=2)
    feed = kiosk.documents(f"perf:{theatre.tonight}", "price")
    [told] = [kind for kind in feed[theatre.tonight]["types"] if kind["id"] == "friend"]
    assert (told["counted"], told["most"]) == (True, 2)
    assert WORD not in str(feed)
    hold = held(kiosk, theatre, "A2")
    tender = ask(kiosk, hold, "promo", WORD, 1).ok(201)
    again = ask(kiosk, held(kiosk, theatre, "A4"), "promo", WORD, 1)
    assert (again.status, again.body["error"]) == (409, "PROMO_USED_UP")
    kiosk.allot(hold).ok()
    epoch = kiosk.allotments()[f"{theatre.tonight}/A2"]["epoch"]
    cheap = {"price": 500, "price_type": "friend", "fee_outside": 0, "fee_inside": 0}
    line = kiosk.line(theatre.tonight, "A2", epoch, **cheap)
    paid = [
        {"kind": "promo", "ref": tender["tender"], "amount": 0, "credits": 1},
        {"kind": "cash", "ref": "", "amount": 500},
    ]
    kiosk.happened("sale", kiosk.sale(line, tenders=paid))
    kiosk.upload().ok()

    [order] = rows(ledger, OrderRow)
    assert (order.charge, order.paid) == (500, 500)
    assert used(ledger) == 1
    assert rows(ledger, DiscrepancyRow) == []


@pytest.mark.parametrize(
    ("code", "tickets", "why"),
    [("WINTER", 1, "NOT_FOUND"), (WORD, 3, "PROMO_FOR_FEWER")],
)
@on_sqlite
def test_a_kiosk_is_refused_what_the_code_is_not_for(
    kiosk, theatre, ledger, people, code, tickets, why
):
    friends(ledger, theatre, people, orders=1, tickets=2)

    answer = ask(kiosk, held(kiosk, theatre, "A2"), "promo", code, tickets)

    assert (answer.status, answer.body["error"]) == (409, why)
    assert used(ledger) == 0


def test_a_hold_that_ends_gives_the_use_back_and_a_late_sale_takes_it_again(
    kiosk, theatre, ledger, people, clock
):
    friends(ledger, theatre, people, orders=1)
    hold = held(kiosk, theatre, "A2")
    ask(kiosk, hold, "promo", WORD, 1).ok(201)
    clock.passes(minutes=16)
    ledger.store.write(seating.sweep, ledger.means())
    assert used(ledger) == 0
    assert not isinstance(buy(ledger, theatre, people, "B1"), Refused)


# Two members of staff.


def test_the_second_who_changes_prices_hears_who_was_quicker(
    bo, vera, theatre, app, ledger
):
    anna = clerk(app, "anna")
    for one in (vera, anna):
        one.open(f"/staff/catalogue/performances/{theatre.tonight}")
    page = both_press(
        "Change prices",
        vera,
        ("price-0-premium", "25.00"),
        anna,
        ("price-0-premium", "26.00"),
    )

    assert "Vera" in page.alert
    assert "changed these prices" in page.alert
    assert "Nothing was changed; what you typed is still here." in page.alert
    assert page.soup.find("input", attrs={"name": "price-0-premium"})["value"] == "26.00"
    with ledger.store.read() as session:
        kept = adult_price(session, theatre.tonight)
    assert kept == 2500
    anna.press("Change prices")
    with ledger.store.read() as session:
        assert adult_price(session, theatre.tonight) == 2600


def test_the_second_who_changes_when_it_is_sold_hears_who_was_quicker(
    vera, theatre, app, ledger
):
    anna = clerk(app, "anna")
    for one in (vera, anna):
        one.open(f"/staff/catalogue/performances/{theatre.tonight}")
    page = both_press(
        "Change", vera, ("ends", "2026-11-27T23:30"), anna, ("doors", "2026-11-27T18:15")
    )

    assert "Vera Holt changed this performance" in page.alert
    assert page.soup.find("input", attrs={"name": "doors"})["value"] == "2026-11-27T18:15"
    with ledger.store.read() as session:
        row = session.get_one(PerformanceRow, theatre.tonight)
        assert row.doors_open_ms == FRIDAY_MS - HOUR_MS


def adult_price(session, performance):
    return evenings.prices_of(session, performance).price("premium", "adult")


@on_sqlite
def test_the_second_who_limits_a_code_hears_who_was_quicker(
    vera, app, theatre, ledger, people
):
    friends(ledger, theatre, people)
    anna = clerk(app, "anna")
    for one in (vera, anna):
        one.open("/staff/catalogue/promo-codes")
    page = both_press("Change", vera, ("orders", "10"), anna, ("orders", "20"))

    assert "changed this code" in page.alert
    assert page.soup.find("input", attrs={"name": "orders"})["value"] == "20"
    assert rows(ledger, PromoCodeRow)[0].orders == 10
