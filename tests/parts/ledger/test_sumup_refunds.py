"""What kiosks took with SumUp Solos goes back by itself, through SumUp's own library."""

from dataclasses import replace

import pytest

from ledger import card_refunds
from ledger.app import create_app
from ledger.config import Incomplete, read
from ledger.tables.discrepancies import DiscrepancyRow
from ledger.tables.money import CardRefundRow
from ledger.tables.orders import OrderRow
from tests.parts.kiosk.makers import SumUp, served
from tests.parts.ledger.clerk import clerk
from tests.parts.ledger.device import new_id
from tests.parts.ledger.shopper import settle_left_behind
from tests.parts.ledger.test_card_refunds import refund
from tests.parts.ledger.test_window import rows

pytest.importorskip("sumup")
pytestmark = [
    pytest.mark.usefixtures("sound_book"),
    pytest.mark.parametrize("prepared", ["sqlite"], indirect=True),
]


@pytest.fixture
def maker():
    return SumUp()


@pytest.fixture
def behind(maker, ledger, tmp_path):
    key = tmp_path / "sumup.key"
    key.write_text("sup_sk_1\n")
    with served(maker.app()) as address:
        settings = {"sumup_key_file": key, "sumup_merchant": "MC1"}
        config = replace(ledger.config, sumup_address=address, **settings)
        yield replace(ledger, config=config)


@pytest.fixture
def bo(behind, people):
    return clerk(create_app(behind), "bo")


@pytest.fixture
def sold(kiosk, theatre, ledger, maker):
    """A1 was sold at a kiosk for 25.75, and the Solo has the money."""
    intent, money = new_id(), {"amount": 2575, "currency": "EUR"}
    maker.book[intent] = {
        "id": "tx-1", "transaction_code": "TEENSK4W2K", "amount": 25.75,
        "currency": "EUR", "status": "SUCCESSFUL", "simple_status": "SUCCESSFUL",
    }  # fmt: skip
    started = {"terminal": "sumup rdr_1", "kind": "card"}
    kiosk.happened("payment.started", {"intent": intent, **started, **money})
    epochs = kiosk.own(theatre.tonight, "A1")
    tenders = [{"kind": "card", "ref": "TEENSK4W2K", "amount": 2575, "intent": intent}]
    line = kiosk.line(theatre.tonight, "A1", epochs["A1"])
    kiosk.happened("sale", kiosk.sale(line, tenders=tenders))
    kiosk.happened("payment.captured", {"intent": intent, **money})
    kiosk.upload().ok()
    [order] = rows(ledger, OrderRow)
    return order.id


def given(maker):
    [charge] = maker.book.values()
    return [back["amount"] for back in charge.get("events", ())]


def state(ledger):
    [row] = rows(ledger, CardRefundRow)
    return row.state


def test_a_refund_goes_back_to_the_card_once(bo, sold, ledger, maker, behind):
    previewed, _ = refund(bo, sold)
    assert "back to the card, by itself" in previewed.words
    settle_left_behind(behind)
    settle_left_behind(behind)

    assert given(maker) == [25.75]
    assert "the bank has it" in bo.open(f"/staff/orders/{sold}").words


def test_an_answer_that_is_lost_gives_nothing_twice(bo, sold, ledger, maker, behind, clock):
    maker.mute = True
    refund(bo, sold)
    settle_left_behind(behind)
    assert (given(maker), state(ledger)) == ([25.75], "waiting")
    maker.mute = False
    clock.passes(minutes=1)
    settle_left_behind(behind)

    assert (given(maker), state(ledger)) == ([25.75], "done")


def test_a_sumup_that_is_silent_is_asked_again(bo, sold, ledger, maker, behind, clock):
    maker.down = True
    refund(bo, sold)
    settle_left_behind(behind)
    assert (given(maker), state(ledger)) == ([], "waiting")
    maker.down = False
    clock.passes(minutes=1)
    settle_left_behind(behind)

    assert (given(maker), state(ledger)) == ([25.75], "done")


def hide(charge):
    """Let SumUp show a charge as if nothing had gone back; give what it hides."""
    hidden = {name: charge[name] for name in ("events", "simple_status")}
    charge |= {"events": [], "simple_status": "SUCCESSFUL"}
    return hidden


def test_what_is_in_doubt_and_never_shows_is_not_asked_for_again(
    bo, sold, ledger, maker, behind, clock
):
    maker.mute = True
    refund(bo, sold)
    settle_left_behind(behind)
    [charge] = maker.book.values()
    hide(charge)  # SumUp has it, and does not show it.
    maker.mute = False
    for _ in range(card_refunds.MOST_LOOKS - 1):
        clock.passes(minutes=60)
        settle_left_behind(behind)
        assert (given(maker), state(ledger)) == ([], "waiting")
    clock.passes(minutes=60)
    settle_left_behind(behind)

    assert (given(maker), state(ledger)) == ([], "refused")
    assert "look at the card company first" in bo.open("/staff/discrepancies").words
    assert (
        "nobody knows whether it was given back" in bo.open(f"/staff/orders/{sold}").words
    )


def test_what_shows_late_is_done(bo, sold, ledger, maker, behind, clock):
    maker.mute = True
    refund(bo, sold)
    settle_left_behind(behind)
    [charge] = maker.book.values()
    shown = hide(charge)
    maker.mute = False
    clock.passes(minutes=1)
    settle_left_behind(behind)
    charge.update(shown)
    clock.passes(minutes=1)
    settle_left_behind(behind)

    assert (given(maker), state(ledger)) == ([25.75], "done")


def test_what_sumup_refuses_for_good_is_staff_s_to_pay_back(
    bo, sold, ledger, maker, behind
):
    maker.refuses = True
    refund(bo, sold)
    settle_left_behind(behind)

    assert state(ledger) == "refused"
    [case] = rows(ledger, DiscrepancyRow)
    assert case.kind == "refund_refused"
    bo.open("/staff/discrepancies")
    bo.press("Ask for a bank account")
    assert "no address: please ask by phone" in bo.open("/staff/bank-refunds").words


def test_a_key_without_its_merchant_is_refused_at_the_start(tmp_path):
    said = {"FOH_LEDGER_DIR": str(tmp_path), "FOH_SUMUP_KEY_FILE": "/etc/key"}
    with pytest.raises(Incomplete, match="FOH_SUMUP_MERCHANT"):
        read(said)
