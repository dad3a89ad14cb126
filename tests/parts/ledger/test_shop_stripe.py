"""The shop paid through Stripe Checkout, spoken to by Stripe's own library."""

import pytest

from ledger import refunds
from ledger.tables.money import CardRefundRow, PaymentRow
from ledger.tables.orders import OrderRow
from tests.parts.ledger.shopper import Shopper, settle_left_behind
from tests.parts.ledger.test_window import rows, state

pytestmark = [
    pytest.mark.usefixtures("sound_book"),
    pytest.mark.parametrize("prepared", ["sqlite"], indirect=True),
]
pytest.importorskip("stripe")
MATCH = {"address_line1_check": "pass", "cvc_check": "pass"}


@pytest.fixture
def ada(app, stripe, theatre):
    """A patron who has everything but paid; the payment is open at Stripe."""
    ada = Shopper(app)
    ada.choose_seats(theatre.tonight, "A4", "A5")
    ada.says_who()
    return ada


def begins(ada, stripe) -> str:
    """Press Pay, and give the address that the browser is sent to."""
    form = ada.page.soup.find("form", attrs={"data-once": True})
    data = {field["name"]: field["value"] for field in form.find_all("input")}
    answer = ada._client.post(form["action"], data=data)
    assert answer.status_code == 303
    return str(answer.location)


def comes_back(ada, stripe):
    back = stripe.sessions["cs_1"]["success_url"]
    return ada.open(back.split("8401", 1)[1])


def test_a_paid_session_is_an_order_and_is_captured(ada, stripe, ledger, theatre, bo):
    address = begins(ada, stripe)
    assert address == "https://checkout.stripe.com/c/pay/cs_1"
    assert begins(ada, stripe) == address  # A second press leads to the same page.
    stripe.card("cs_1", **MATCH)

    assert "Thank you" in comes_back(ada, stripe).heading
    assert [(i["status"], i["amount_received"]) for i in stripe.intents.values()] == [
        ("succeeded", 4800)
    ]
    assert rows(ledger, OrderRow)[0].paid == 4800
    assert [(p.state, p.terminal, p.ref) for p in rows(ledger, PaymentRow)] == [
        ("sold", "stripe", "cs_1")
    ]
    # PAY4: of the card no more is kept than a patron knows it by.
    page = bo.open(f"/staff/orders/{rows(ledger, OrderRow)[0].id}")
    assert "by Visa card ending in 4242 online (cs_1)" in page.words


def test_the_page_that_pays_may_lead_to_stripe_and_nowhere_else(ada, app):
    policy = ada._client.get(ada.page.url).headers["Content-Security-Policy"]
    config = app.extensions["foh"].config

    assert f"form-action 'self' {config.stripe_address};" in policy


def test_what_does_not_match_is_voided_at_once(ada, stripe, ledger, theatre):
    begins(ada, stripe)
    stripe.card("cs_1", address_line1_check="pass", cvc_check="fail")
    page = comes_back(ada, stripe)

    assert "the security code did not match" in page.alert
    assert [i["status"] for i in stripe.intents.values()] == ["canceled"]
    assert rows(ledger, OrderRow) == []
    assert state(ledger, theatre, "A4") == "held"


def test_three_refused_cards_end_the_session(ada, stripe, ledger):
    begins(ada, stripe)
    for _ in range(2):
        stripe.card("cs_1", approve=False)
    assert "not finished yet" in comes_back(ada, stripe).words
    stripe.card("cs_1", approve=False)
    page = comes_back(ada, stripe)

    assert stripe.sessions["cs_1"]["status"] == "expired"
    assert "Please use another card, or ask the box office." in page.alert


def test_silence_is_not_a_decline(ada, stripe, clock, ledger, theatre, app):
    begins(ada, stripe)
    stripe.card("cs_1", **MATCH)
    stripe.down = True
    page = comes_back(ada, stripe)

    assert "We are still checking with your bank. Please do not pay again." in page.alert
    assert state(ledger, theatre, "A4") == "held"
    clock.passes(seconds=20)
    settle_left_behind(app.extensions["foh"])
    stripe.down = False
    settle_left_behind(app.extensions["foh"])
    assert "Thank you" in ada.open(page.path).heading


def test_a_gateway_that_is_not_there_charges_nothing(ada, stripe, ledger, theatre):
    stripe.down = True
    page = ada.press("Pay ")

    assert "The payment page is not answering. Nothing was charged." in page.alert
    stripe.down = False
    assert begins(ada, stripe).endswith("cs_1")


def test_a_patron_who_changes_the_order_cannot_pay_the_old_one(ada, stripe, ledger):
    begins(ada, stripe)
    comes_back(ada, stripe)
    assert "Your order" in ada.press("Change the order").heading

    assert stripe.sessions["cs_1"]["status"] == "expired"


def refunded(ledger):
    """The whole order is refunded in the book; Stripe hears of it from the worker."""
    [order] = rows(ledger, OrderRow)

    def act(session, means):
        row = session.get_one(OrderRow, order.id)
        refunds.give_back(session, means, row, tickets=None, include_fees=True)

    ledger.store.write(act, ledger.means())


def test_a_refund_whose_answer_got_lost_is_made_once(ada, stripe, app, clock, ledger):
    begins(ada, stripe)
    stripe.card("cs_1", **MATCH)
    comes_back(ada, stripe)
    refunded(ledger)
    here = app.extensions["foh"]
    stripe.silent = True
    settle_left_behind(here)
    assert [row.state for row in rows(ledger, CardRefundRow)] == ["waiting"]
    # After a day Stripe has forgotten the key; the refund itself it lists.
    stripe.refunds = {f"old-{key}": made for key, made in stripe.refunds.items()}
    stripe.silent = False
    clock.passes(minutes=25 * 60)
    settle_left_behind(here)

    assert [row.state for row in rows(ledger, CardRefundRow)] == ["done"]
    assert [made["amount"] for made in stripe.refunds.values()] == [4800]


def test_a_refund_that_stripe_refuses_says_so(ada, stripe, app, ledger):
    begins(ada, stripe)
    stripe.card("cs_1", **MATCH)
    comes_back(ada, stripe)
    stripe.intents["pi_cs_1"]["amount_received"] = 100  # Refunded in its dashboard.
    refunded(ledger)
    settle_left_behind(app.extensions["foh"])

    [row] = rows(ledger, CardRefundRow)
    assert row.state == "refused"
    assert "greater than unrefunded" in row.why
