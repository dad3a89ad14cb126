"""Stripe Terminal at the window, through Stripe's own library."""

from dataclasses import replace

import pytest

from ledger import window_cards
from ledger.app import create_app
from ledger.config import Incomplete, read
from ledger.tables.discrepancies import DiscrepancyRow
from ledger.tables.money import CardOnFileRow, PaymentRow, TenderRow
from ledger.tables.orders import OrderRow
from tests.parts.kiosk.makers import Stripe, served
from tests.parts.ledger.clerk import clerk
from tests.parts.ledger.device import new_id
from tests.parts.ledger.shopper import settle_left_behind
from tests.parts.ledger.test_card_refunds import refund
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
def behind(maker, ledger, tmp_path):
    """The ledger of a window whose reader Stripe drives."""
    key = tmp_path / "stripe.key"
    key.write_text("sk_test_1\n")
    with served(maker.app()) as address:
        settings = {"stripe_key_file": key, "stripe_reader": "tmr_1"}
        config = replace(ledger.config, stripe_address=address, **settings)
        yield replace(ledger, config=config)


@pytest.fixture
def bo(behind, people):
    """A clerk there."""
    return clerk(create_app(behind), "bo")


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
    words = bo.open(f"/staff/orders/{due}").words
    assert "by Visa card ending in 4242 at the window (pi_1)" in words


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


def test_what_is_refunded_goes_back_to_the_card_by_itself(bo, due, ledger, maker, behind):
    bo.press(ASK)
    bo.open(f"/staff/orders/{due}")
    previewed, page = refund(bo, due)
    assert "back to the card, by itself" in previewed.words
    assert "€24.00 back to the card: on its way to the bank." in page.words
    settle_left_behind(behind)
    settle_left_behind(behind)

    assert maker.refunds == [2400]
    assert maker.made[0]["payment_intent"] == "pi_1"
    assert "the bank has it" in bo.open(f"/staff/orders/{due}").words
    assert [(row.amount, row.office) for row in rows(ledger, TenderRow)] == [
        (2400, True),
        (-2400, False),
    ]


def test_what_a_kiosk_took_goes_back_by_itself_once_it_is_captured(
    bo, kiosk, theatre, ledger, maker, behind
):
    charge = {"refunded": False}
    maker.intents["pi_9"] = {"id": "pi_9", "latest_charge": charge}
    intent, started = new_id(), {"terminal": "stripe tmr_9", "kind": "card"}
    money = {"amount": 2575, "currency": "EUR"}
    kiosk.happened("payment.started", {"intent": intent, **started, **money})
    epochs = kiosk.own(theatre.tonight, "A1")
    tenders = [{"kind": "card", "ref": "pi_9", "amount": 2575, "intent": intent}]
    line = kiosk.line(theatre.tonight, "A1", epochs["A1"])
    kiosk.happened("sale", kiosk.sale(line, tenders=tenders))
    kiosk.upload().ok()
    [sold] = rows(ledger, OrderRow)
    assert "by card at Kiosk 1 (pi_9): Authorised; the capture" in (
        bo.open(f"/staff/orders/{sold.id}").words
    )

    refund(bo, sold.id)
    settle_left_behind(behind)
    assert maker.refunds == []
    kiosk.happened("payment.captured", {"intent": intent, **money})
    kiosk.upload().ok()
    settle_left_behind(behind)

    assert maker.refunds == [2575]
    assert "the bank has it" in bo.open(f"/staff/orders/{sold.id}").words


@pytest.mark.parametrize(
    ("months", "way"),
    [
        ({"": 12, "AMEX": 6}, "back to the card, by itself"),
        ({"": 12, "VISA": 6}, "by bank transfer: the card's time has passed"),
    ],
)
def test_how_long_a_card_takes_money_back_depends_on_its_brand(
    bo, due, clock, ledger, behind, months, way
):
    bo.press(ASK)
    clock.passes(minutes=200 * 24 * 60)
    config = replace(behind.config, card_months=months)

    later = clerk(create_app(replace(behind, config=config)), "bo")
    assert way in refund(later, due)[0].words
    # What is to be transferred stays in sight until somebody says that it was (BNK1).
    owed = [row.kind for row in rows(ledger, DiscrepancyRow)]
    assert owed == (["transfer_owed"] if "transfer" in way else [])
    if owed:
        page = later.open("/staff/discrepancies")
        assert "A refund to be paid by bank transfer" in page.words


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


def subscribes(session, _means, order):
    session.get_one(OrderRow, order).member = "12, since 1998"


def test_a_card_held_to_the_reader_goes_on_file_with_a_tick(bo, due, ledger, maker, behind):
    """Source: MEM9, PAY4."""
    assert "keep the card" not in bo.page.words
    ledger.store.write(subscribes, ledger.means(), due)
    bo.reload()
    bo.page.soup.find("input", attrs={"name": "keep_card"})["checked"] = ""
    assert "is paid" in bo.press(ASK).words

    [card] = rows(ledger, CardOnFileRow)
    assert (card.gateway, card.token) == ("stripe", "cus_1/pm_1")
    assert (card.brand, card.last4, card.expires) == ("VISA", "4242", "2031-04")
    assert "Visa card ending in 4242" in bo.open(f"/staff/orders/{due}").words


def test_without_a_tick_or_without_a_card_of_the_makers_nothing_goes_on_file(
    bo, due, ledger, maker, theatre
):
    ledger.store.write(subscribes, ledger.means(), due)
    bo.reload()
    bo.press(ASK)
    assert (rows(ledger, CardOnFileRow), maker.customers) == ([], 0)

    wallet = theatre.sell("B2", tender=None).id
    ledger.store.write(subscribes, ledger.means(), wallet)
    bo.open(f"/staff/orders/{wallet}")
    maker.outcome = "wait"
    bo.page.soup.find("input", attrs={"name": "keep_card"})["checked"] = ""
    bo.press(ASK)
    maker.redisplay = ""  # A phone's wallet, of which Stripe makes no card.
    maker.card("approve")
    assert "is paid" in bo.reload().words
    assert rows(ledger, CardOnFileRow) == []
