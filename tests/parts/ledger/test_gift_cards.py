"""Gift cards as a sale: at the window, online, by mail; taken back, and owed till spent."""

import json
import re

import pytest
from sqlalchemy import func, select

from ledger import gift_cards, settlements, voucher_balances
from ledger.mail import outbox
from ledger.tables.gift_cards import GiftCardRow
from ledger.tables.members import VoucherRow
from ledger.tables.money import JournalLineRow
from ledger.tables.orders import OrderRow
from ledger.tables.records import OutboxRow
from tests.parts.ledger.clerk import clerk
from tests.parts.ledger.shopper import Shopper, online_fees
from tests.parts.ledger.test_letters import mailbox
from tests.parts.ledger.test_memberships import season
from tests.parts.ledger.test_office_pages import anna
from tests.parts.ledger.test_window import chart, fill, pick, rows

__all__ = ["anna", "mailbox", "season"]
pytestmark = [
    pytest.mark.usefixtures("sound_book"),
    pytest.mark.parametrize("prepared", ["sqlite"], indirect=True),
]
CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")


def sell(bo, amount="50", pay="cash", **typed):
    bo.open("/staff/sales")
    bo.press("Sell a gift card")
    for name, words in ({"amount": amount} | typed).items():
        fill(bo, name, words)
    pick(bo, "kind-1", pay)
    return bo.press("Sell it")


def code_on(page):
    return CODE.search(page.words)[0]


def account(ledger, name):
    with ledger.store.read() as session:
        return session.scalar(
            select(func.coalesce(func.sum(JournalLineRow.amount), 0)).where(
                JournalLineRow.account == name
            )
        )


def test_a_card_sold_at_the_window_is_owed_and_no_revenue(bo, ledger):
    page = sell(bo, "50.00")

    (order,) = rows(ledger, OrderRow)
    assert (order.charge, order.paid) == (5000, 5000)
    assert account(ledger, "gift_cards") == -5000
    assert account(ledger, "theatre") == account(ledger, "handling") == 0
    code = code_on(page)
    with ledger.store.read() as session:
        assert voucher_balances.look(session, code.lower(), ledger.clock()).balance == 5000
    assert "50.00" in bo.open("/staff/vouchers").words
    assert "1 gift card" in bo.page.words


def test_its_code_is_shown_once_and_another_press_makes_no_second_card(bo, ledger):
    sell(bo)
    bo.open("/staff/gift-cards/sale")
    key = bo.page.soup.find("input", attrs={"name": "key"})["value"]
    token = bo.page.soup.find("input", attrs={"name": "csrf_token"})["value"]
    form = {"csrf_token": token, "key": key, "amount": "20", "kind-1": "cash"}
    assert CODE.search(bo.post("/staff/gift-cards/sale", form).words)

    page = bo.post("/staff/gift-cards/sale", form)

    assert "made already, by an earlier press" in page.alert
    assert CODE.search(page.words) is None
    assert len(rows(ledger, VoucherRow)) == 2


@pytest.mark.parametrize(
    ("typed", "pay", "said"),
    [
        ({"amount": ""}, "cash", "Please say what the card is worth."),
        ({"amount": "12.345"}, "cash", "more than 2 decimals"),
        ({"amount": "-5"}, "cash", "must be 0 or more"),
        ({"recipient_email": "nobody"}, "cash", "This is no e-mail address."),
        ({}, "", "Please say how it is paid."),
        ({"paid-1": "10"}, "cash", "40.00 is missing."),
    ],
)
def test_nothing_is_sold_while_a_field_is_wrong(bo, ledger, typed, pay, said):
    page = sell(bo, pay=pay, **typed)

    assert said in page.words
    assert "Nothing was sold" in page.alert
    assert rows(ledger, OrderRow) == []
    assert rows(ledger, VoucherRow) == []


def test_a_card_is_never_paid_with_another(bo, ledger):
    bo.open("/staff/gift-cards/sale")
    offered = {o["value"] for o in bo.page.soup.select("[name=kind-1] option")}

    assert offered == {"", "cash", "card", "cheque", "bank_transfer"}


def said(mailbox, kind):
    """Give the words of the letters of either kind, by who they went to."""
    return {
        letter["To"].addresses[0].addr_spec: letter.get_body((kind,)).get_content()
        for letter in mailbox.letters
    }


def test_a_letter_shows_what_was_typed_and_runs_none_of_it(bo, ledger, mailbox):
    words = "<script>alert(1)</script> & kisses"
    sell(bo, name="Ada Holm", email="ada@example.org", words=words)
    while outbox.step(ledger.store, mailbox.address, ledger.clock):
        pass

    assert words in said(mailbox, "plain")["ada@example.org"]
    assert "&lt;script&gt;" in said(mailbox, "html")["ada@example.org"]
    assert "<script" not in said(mailbox, "html")["ada@example.org"]


def test_the_letter_brings_the_code_and_forgets_it(bo, ledger, mailbox):
    page = sell(
        bo,
        name="Ada Holm",
        email="ada@example.org",
        recipient="Bea",
        recipient_email="bea@example.org",
        words="Happy birthday",
    )
    code = code_on(page)
    while outbox.step(ledger.store, mailbox.address, ledger.clock):
        pass

    letters = said(mailbox, "plain")
    assert said(mailbox, "html").keys() == letters.keys()
    assert code in said(mailbox, "html")["bea@example.org"]
    assert code not in said(mailbox, "html")["ada@example.org"]
    to_bea = letters["bea@example.org"]
    assert code in to_bea
    assert "Ada Holm gives you a gift card of €50.00." in to_bea
    assert "Happy birthday" in to_bea
    to_ada = letters["ada@example.org"]
    assert code not in to_ada
    assert "went to bea@example.org" in to_ada
    kept = [json.loads(row.facts) for row in rows(ledger, OutboxRow)]
    assert not any("code" in facts for facts in kept)


def test_an_unused_card_ends_with_its_order_and_the_money_can_go_back(bo, ledger):
    code = code_on(sell(bo))
    bo.press("To the order")
    bo.type("Reason", "changed her mind")
    bo.press("Cancel this order")
    assert "50.00 remains paid" in bo.page.words
    with ledger.store.read() as session:
        assert voucher_balances.look(session, code, ledger.clock()) is None
    assert account(ledger, "gift_cards") == 0

    bo.press("Refund what is on account")
    fill(bo, "reason", "changed her mind")
    page = bo.press("Give back ")

    assert "Refunded €50.00." in page.words
    assert account(ledger, "patrons") == 0


def test_a_used_card_stays_and_so_does_its_charge(bo, ledger, theatre):
    code = code_on(sell(bo, "50"))
    gift = rows(ledger, GiftCardRow)[0].order
    spend(bo, theatre, code)
    bo.open(f"/staff/orders/{gift}")
    assert "26.00 left" in bo.page.words
    bo.type("Reason", "wants it back")
    bo.press("Cancel this order")

    with ledger.store.read() as session:
        assert voucher_balances.look(session, code, ledger.clock()).balance == 2600
        assert session.get_one(OrderRow, gift).charge == 5000
    assert account(ledger, "gift_cards") == -5000
    assert account(ledger, "tender:gift_card") == 2400


def spend(bo, theatre, code):
    chart(bo, theatre, "A2").press("Sell the chosen")
    pick(bo, "kind-1", "code")
    fill(bo, "ref-1", code)
    return bo.press("Sell for")


def test_a_lost_code_is_replaced_and_pays_no_more(bo, anna, ledger):
    old = code_on(sell(bo))
    order = rows(ledger, GiftCardRow)[0].order
    anna.open(f"/staff/orders/{order}")
    fill(anna, "reason", "letter lost")
    new = code_on(anna.press("Make a new code"))

    with ledger.store.read() as session:
        assert voucher_balances.look(session, old, ledger.clock()) is None
        assert voucher_balances.look(session, new, ledger.clock()).balance == 5000
        assert gift_cards.owed(session) == gift_cards.Owed(1, 5000)


def test_a_card_bought_online_stands_on_a_statement_of_its_own(app, ledger, theatre, bo):
    ada = Shopper(app)
    ada.open("/shop/")
    ada.press("Give a gift card")
    ada.type("Worth", "75")
    ada.type("Mail the card to", "bea@example.org")
    ada.type("Name", "Ada Holm")
    ada.type("E-mail", "ada@example.org")
    ada.press("Continue")
    page = ada.pays()

    assert "Thank you. The gift card is on its way." in page.words
    assert CODE.search(page.words) is None
    with ledger.store.read() as session:
        draft = settlements.draft(session, ledger.means(), complete=True, minimum=10_000)
    assert (draft.included.charge, draft.included.handling) == (7500, 0)
    assert account(ledger, "theatre") == 0
    assert ada.reload().heading == "Thank you. The gift card is on its way."


@pytest.mark.parametrize("typed", ["", "4.99", "1000.01", "12.345", "many"])
def test_online_a_card_is_worth_something_and_not_everything(app, theatre, ledger, typed):
    ada = Shopper(app)
    ada.open("/shop/gift-card")
    ada.type("Worth", typed)
    ada.type("Name", "Ada Holm")
    ada.type("E-mail", "ada@example.org")
    page = ada.press("Continue", status=422)

    assert "Please look at 1 field again." in page.words


def test_a_gift_card_pays_for_a_membership_online(app, bo, ledger, theatre, season):
    online_fees(ledger, theatre.tonight)
    code = code_on(sell(bo, "20"))
    ada = Shopper(app)
    ada.open(f"/shop/memberships/{season}")
    ada.type("Name", "Ada Holm")
    ada.type("E-mail", "ada@example.org")
    ada.type("Address", "Street 1, 8000 Aarhus")
    ada.press("Continue")
    ada.type("Its code", code)
    page = ada.press("Use it")
    assert "37.00" in page.words
    assert ada.press("Take it off").words.count("57.00")
    ada.type("Its code", code)
    ada.press("Use it")
    page = ada.pays()

    assert "Thank you for your membership." in page.words
    with ledger.store.read() as session:
        order = session.scalars(select(OrderRow).where(OrderRow.seller == "online")).one()
        assert order.charge == order.paid == 5700
        assert voucher_balances.look(session, code, ledger.clock()) is None
        assert account(ledger, "tender:card") == 3700


def test_the_second_who_makes_a_new_code_hears_who_was_quicker(
    bo, app, ledger, people, clock
):
    sell(bo)
    bo.press("To the order")
    clock.passes(seconds=5)
    address = bo.page.url
    vera, anna = clerk(app, "vera"), clerk(app, "anna")
    for one in (vera, anna):
        one.open(address)
    fill(vera, "reason", "lost on the bus")
    code = code_on(vera.press("Make a new code"))
    fill(anna, "reason", "washed with the coat")
    page = anna.press("Make a new code")

    assert "Vera Holt changed this order" in page.alert
    assert "renew gift card (lost on the bus)" in page.alert
    lost = page.soup.find(id="lost")
    assert lost["value"] == "washed with the coat"
    with ledger.store.read() as session:
        assert voucher_balances.look(session, code, ledger.clock()).balance == 5000
