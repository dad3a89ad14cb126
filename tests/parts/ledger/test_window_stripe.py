"""Stripe Terminal at the window, through Stripe's own library."""

from dataclasses import replace

import pytest

from ledger import window_cards
from ledger.app import create_app
from ledger.config import Incomplete, read
from ledger.tables.money import PaymentRow, TenderRow
from tests.parts.kiosk.makers import Stripe, served
from tests.parts.ledger.clerk import clerk
from tests.parts.ledger.test_window import rows

pytest.importorskip("stripe")
pytestmark = [
    pytest.mark.usefixtures("sound_book"),
    pytest.mark.parametrize("prepared", ["sqlite"], indirect=True),
]
ASK = "Ask for a card at our terminal"


@pytest.fixture
def maker():
    return Stripe()


@pytest.fixture
def bo(maker, ledger, people, tmp_path):
    """A clerk of a window whose reader Stripe drives."""
    key = tmp_path / "stripe.key"
    key.write_text("sk_test_1\n")
    with served(maker.app()) as address:
        settings = {"stripe_key_file": key, "stripe_reader": "tmr_1"}
        config = replace(ledger.config, stripe_address=address, **settings)
        app = create_app(replace(ledger, config=config))
        yield clerk(app, "bo")


@pytest.fixture
def due(bo, theatre):
    """An order of 24.00 that is to be paid."""
    sold = theatre.sell("A2", tender=None)
    bo.open(f"/staff/orders/{sold.id}")
    return sold.id


def paid(ledger):
    return [(row.kind, row.amount, row.ref) for row in rows(ledger, TenderRow)]


def test_a_card_that_is_approved_is_booked_once(bo, due, ledger, maker):
    page = bo.press(ASK)
    assert "Thank you. €24.00 is paid." in page.words
    bo.reload()

    assert paid(ledger) == [("card", 2400, "pi_1")]
    assert maker.intents["pi_1"]["status"] == "succeeded"


def test_a_card_is_waited_for_and_then_taken(bo, due, ledger, maker):
    maker.outcome = "wait"
    page = bo.press(ASK)
    assert "please follow the terminal" in page.words
    assert paid(ledger) == []

    maker.card("approve")

    assert "Thank you. €24.00 is paid." in bo.reload().words


def test_a_declined_card_takes_nothing(bo, due, ledger, maker):
    maker.outcome = "decline"
    page = bo.press(ASK)

    assert "The card was not accepted. Nothing was charged." in page.words
    assert paid(ledger) == []


def test_what_a_card_pays_in_part_goes_back_whole(bo, due, ledger, maker):
    maker.outcome = "part"
    page = bo.press(ASK)

    assert "The card could not pay the whole amount. Nothing was charged." in page.words
    assert maker.refunds == [1200]
    assert paid(ledger) == []


def test_a_payment_that_is_stopped_is_taken_off_the_reader(bo, due, ledger, maker):
    maker.outcome = "wait"
    bo.press(ASK)
    page = bo.press("Stop asking for a card")

    assert "Payment was cancelled. Nothing was charged." in page.words
    assert maker.intents["pi_1"]["status"] == "canceled"
    assert maker.action is None


def test_silence_is_no_decline(bo, due, ledger, maker, clock):
    maker.outcome = "wait"
    bo.press(ASK)
    maker.card("approve")
    maker.down = True
    clock.passes(seconds=90)
    page = bo.reload()
    assert "Please do not pay again" in page.words
    (attempt,) = rows(ledger, PaymentRow)
    assert attempt.state == "unknown"

    maker.down = False

    assert "Your payment went through after all." in bo.reload().words
    assert paid(ledger) == [("card", 2400, "pi_1")]


def test_a_reader_that_cannot_be_told_takes_nothing(bo, due, ledger, maker):
    maker.down = True
    page = bo.press(ASK)

    assert "The card terminal is not answering. Nothing was charged." in page.words
    with ledger.store.read() as session:
        assert not window_cards.latest(session, due).open


def test_a_reader_without_a_key_is_refused_at_the_start(tmp_path):
    with pytest.raises(Incomplete, match="FOH_STRIPE_KEY_FILE"):
        read({"FOH_LEDGER_DIR": str(tmp_path), "FOH_STRIPE_READER": "tmr_1"})
