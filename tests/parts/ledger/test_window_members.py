"""Members, promo codes, vouchers and gift cards at the window. Source: MEM2-MEM4, MEM7."""

import pytest
from sqlalchemy import select

from ledger import catalogue, members, pickups, prices
from ledger.tables.catalogue import PerformanceRow
from ledger.tables.members import MemberCreditRow, MemberRow, PromisedRow, VoucherRow
from ledger.tables.money import TenderRow
from ledger.tables.orders import OrderRow
from tests.parts.ledger.test_order_pages import move
from tests.parts.ledger.test_window import chart, fill, pick, rows, state
from tests.parts.ledger.theatre import code_worth, price_list

pytestmark = pytest.mark.usefixtures("sound_book")


@pytest.fixture
def okafor(ledger):
    """Mrs Okafor: two seats a production."""
    return ledger.store.write(
        members.enrol,
        ledger.means(),
        number="M-77",
        name="Mrs Okafor",
        email="o@example.org",
        credits_per_production=2,
    )


def used(ledger, member):
    with ledger.store.read() as session:
        return session.scalars(
            select(MemberCreditRow.used).where(MemberCreditRow.member == member)
        ).all()


def sale(bo, theatre, *seats, member=""):
    """Begin a sale; with a member, all its seats are member seats."""
    chart(bo, theatre, *seats).press("Sell the chosen")
    if member:
        for seat in seats:
            pick(bo, f"type-{seat}", "membership")
        bo.type("Subscriber", member)
        bo.press("Count again")


def balance(ledger, code):
    with ledger.store.read() as session:
        return session.get_one(VoucherRow, pickups.hash_of(code)).balance


def test_a_member_has_two_seats_for_nothing_and_pays_no_penny(bo, theatre, ledger, okafor):
    sale(bo, theatre, "A2", "A3", member="m-77")

    page = bo.press("Sell for €0.00")

    (order,) = rows(ledger, OrderRow)
    assert (order.charge, order.paid, order.member) == (0, 0, okafor)
    assert rows(ledger, TenderRow) == []
    assert used(ledger, okafor) == [2]
    assert "M-77, Mrs Okafor" in page.words
    assert "Nothing was paid yet" not in page.words


def test_members_and_cards_stand_in_one_order_each_row_with_its_own_member(
    bo, theatre, ledger, okafor
):
    chart(bo, theatre, "A2", "A3", "A4").press("Sell the chosen")
    pick(bo, "type-A2", "membership")
    pick(bo, "type-A4", "membership")
    bo.press("Count again")
    fill(bo, "member-A2", "M-77")
    pick(bo, "kind-1", "card")
    bo.press("Sell for the total")
    bo.press("Sell for €24.00")

    (order,) = rows(ledger, OrderRow)
    assert (order.charge, order.paid) == (2400, 2400)
    assert used(ledger, okafor) == [2]


def test_too_few_credits_are_told_at_the_row_and_nothing_is_sold(
    bo, theatre, ledger, okafor
):
    sale(bo, theatre, "A2", "A3", "A4", member="M-77")

    page = bo.press("Sell for")

    words = "Not enough seat credits left for this production (2 of 2 left, 3 needed)."
    assert page.words.count(words) == 3
    assert rows(ledger, OrderRow) == []
    assert state(ledger, theatre, "A2") == "held"
    assert used(ledger, okafor) == []


def test_a_member_nobody_knows_is_told_at_the_row(bo, theatre, ledger, okafor):
    sale(bo, theatre, "A2", member="M-99")

    assert "There is no member M-99." in bo.press("Sell for").words
    assert rows(ledger, OrderRow) == []


def test_two_windows_cannot_spend_one_credit_twice(bo, theatre, ledger, okafor, clock):
    sale(bo, theatre, "A2", "A3", member="M-77")
    _use(ledger, okafor, _production(ledger, theatre.tonight), 1)

    page = bo.press("Sell for")

    assert "1 of 2 left, 2 needed" in page.words
    assert rows(ledger, OrderRow) == []
    assert used(ledger, okafor) == [1]


def test_credits_come_back_with_a_cancelled_order_and_go_with_a_restored_one(
    bo, theatre, ledger, okafor
):
    sale(bo, theatre, "A2", "A3", member="M-77")
    bo.press("Sell for")
    bo.type("Reason", "ill")
    bo.press("Cancel this order")
    assert used(ledger, okafor) == [0]

    bo.press("Restore this order")
    assert used(ledger, okafor) == [2]


def test_an_order_whose_credits_were_spent_elsewhere_stays_cancelled(
    bo, theatre, ledger, okafor
):
    sale(bo, theatre, "A2", "A3", member="M-77")
    bo.press("Sell for")
    bo.type("Reason", "ill")
    cancelled = bo.press("Cancel this order").path
    sale(bo, theatre, "B2", member="M-77")
    bo.press("Sell for")
    bo.open(cancelled)

    page = bo.press("Restore this order")

    assert "1 of 2 left" in page.alert
    assert "stays cancelled" in page.alert
    assert state(ledger, theatre, "A2") == "available"
    assert used(ledger, okafor) == [1]


def test_a_move_to_another_production_gives_credits_back_and_needs_new_ones(
    bo, theatre, ledger, okafor
):
    sale(bo, theatre, "A2", member="M-77")
    bo.press("Sell for")
    here, there = (_production(ledger, one) for one in (theatre.tonight, theatre.studio))
    _use(ledger, okafor, there, 2)
    move(bo, "S-001", to=theatre.studio)
    fill(bo, "reason", "came a day late")
    assert "0 of 2 left, 1 needed" in bo.press("Move them").alert
    assert state(ledger, theatre, "A2") == "sold"

    _use(ledger, okafor, there, -1)
    bo.press("Leave it")
    move(bo, "S-001", to=theatre.studio)
    fill(bo, "reason", "came a day late")
    bo.press("Move them")

    assert left(ledger, okafor, here) == 2
    assert left(ledger, okafor, there) == 0


def test_without_a_file_of_members_the_order_is_to_be_verified_and_accepted(
    bo, theatre, ledger
):
    sale(bo, theatre, "A2", member="Membership K7Q4, Okafor, 555 1234")
    page = bo.press("Sell for")
    assert "to verify" in page.words
    assert "Membership K7Q4" in bo.open("/staff/members").words
    bo.open(page.path)

    page = bo.press("Accept")

    assert "to verify" not in page.words
    assert "Orders to verify" not in bo.open("/staff/members").words


def test_an_unproven_member_seat_is_charged_only_with_consent(bo, theatre, ledger):
    sale(bo, theatre, "A2", member="somebody's aunt")
    bo.press("Sell for")
    assert "what the patron has agreed to" in bo.press("Charge the seats").alert
    assert rows(ledger, OrderRow)[0].charge == 0

    bo.type("The patron agreed", "by phone, 20 Nov, card ending 4242")
    page = bo.press("Charge the seats")

    assert "€24.00 more is due" in page.words
    pick(bo, "kind", "card")
    bo.press("Take payment")
    (order,) = rows(ledger, OrderRow)
    assert (order.charge, order.paid) == (2400, 2400)


def test_a_promo_code_opens_its_price_and_no_other_code_does(bo, theatre, ledger):
    listed = price_list()
    secret = prices.Type("friend", "Friend", code=pickups.hash_of("HAMLET26"))
    levels = tuple(
        prices.Level(one.id, one.name, {**one.prices, "friend": 500})
        for one in listed.levels
    )
    new = prices.PriceList("EUR", levels, (*listed.types, secret), listed.fees)
    ledger.store.write(catalogue.set_prices, ledger.means(), theatre.tonight, new)
    page = chart(bo, theatre, "A2").press("Sell the chosen")
    assert "Friend" not in page.words
    bo.type("Promo code", "OPHELIA")
    assert "No price of this performance has that code." in bo.press("Count again").words

    bo.type("Promo code", "hamlet26")
    bo.press("Count again")
    pick(bo, "type-A2", "friend")
    pick(bo, "kind-1", "cash")
    bo.press("Count again")
    bo.press("Sell for €5.00")

    assert rows(ledger, OrderRow)[0].charge == 500


def test_a_gift_card_is_looked_up_and_the_rest_is_paid_in_cash(bo, theatre, ledger):
    code = code_worth(ledger, 1000)
    chart(bo, theatre, "A2").press("Sell the chosen")
    pick(bo, "kind-1", "code")
    fill(bo, "ref-1", code.lower())
    pick(bo, "kind-2", "cash")
    bo.press("Sell for")

    found = sorted((tender.kind, tender.amount) for tender in rows(ledger, TenderRow))
    assert found == [("cash", 1400), ("gift_card", 1000)]
    assert balance(ledger, code) == 0
    assert code not in {tender.ref for tender in rows(ledger, TenderRow)}
    assert [promised.state for promised in rows(ledger, PromisedRow)] == ["spent"]


def test_a_gift_card_alone_that_is_not_enough_sells_nothing(bo, theatre, ledger):
    code = code_worth(ledger, 1000)
    chart(bo, theatre, "A2").press("Sell the chosen")
    pick(bo, "kind-1", "code")
    fill(bo, "ref-1", code)

    assert "14.00 is missing" in bo.press("Sell for").words
    assert (balance(ledger, code), rows(ledger, OrderRow)) == (1000, [])


def test_a_code_nobody_issued_is_told_at_the_field(bo, theatre, ledger):
    chart(bo, theatre, "A2").press("Sell the chosen")
    pick(bo, "kind-1", "code")
    fill(bo, "ref-1", "WRONG")

    page = bo.press("Sell for")

    assert "No voucher or gift card has this code" in page.words
    assert rows(ledger, OrderRow) == []


def test_an_order_is_paid_later_with_a_voucher_and_a_refund_puts_it_back(
    bo, theatre, ledger
):
    code = code_worth(ledger, 5000, kind="voucher")
    sold = theatre.sell("A2", tender=None)
    bo.open(f"/staff/orders/{sold.id}")
    pick(bo, "kind", "code")
    fill(bo, "ref", code)
    bo.press("Take payment")
    assert balance(ledger, code) == 2600

    bo.page.soup.find("input", attrs={"name": "ticket"})["checked"] = ""
    page = bo.press("Refund the chosen")
    assert "onto the voucher" in page.words
    bo.type("Reason", "ill")
    bo.press("Give back")

    assert balance(ledger, code) == 5000


def test_seats_that_a_kiosk_sold_for_credits_give_them_back_too(
    bo, theatre, ledger, kiosk, okafor
):
    held = kiosk.hold(theatre.tonight, "A2").ok(201)["hold"]
    promised = {"hold": held, "kind": "credit", "code": okafor, "amount": 1}
    tender = kiosk.post("/api/tenders", promised).ok(201)["tender"]
    kiosk.allot(held).ok()
    epoch = kiosk.allotments()[f"{theatre.tonight}/A2"]["epoch"]
    free = {"price_type": "membership", "price": 0, "fee_outside": 0, "fee_inside": 0}
    line = kiosk.line(theatre.tonight, "A2", epoch, **free)
    paid = [{"kind": "credit", "ref": tender, "amount": 0, "credits": 1}]
    kiosk.happened("sale", kiosk.sale(line, tenders=paid, member=okafor))
    kiosk.upload().ok()
    assert used(ledger, okafor) == [1]
    bo.open("/staff/orders/K7Q4MX23")
    bo.type("Reason", "ill")
    bo.press("Cancel this order")

    assert used(ledger, okafor) == [0]


def _production(ledger, performance):
    with ledger.store.read() as session:
        return session.get_one(PerformanceRow, performance).production


def _use(ledger, member, production, count):
    def use_case(session, _):
        if count < 0:
            members.give_back(session, member, production, -count)
        else:
            assert members.use(session, member, production, count).id == member

    ledger.store.write(use_case, ledger.means())


def left(ledger, member, production):
    with ledger.store.read() as session:
        row = session.get_one(MemberRow, member)
        return members.record(session, row, production).left(production)
