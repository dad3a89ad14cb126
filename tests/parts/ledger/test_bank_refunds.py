"""Refunds that no card takes back: a letter, a form, a transfer. Source: BNK1, BNK2."""

import json

import pytest
from sqlalchemy import select

from ledger import bank_refunds, worker
from ledger.patrons import Patron
from ledger.tables.discrepancies import DiscrepancyRow
from ledger.tables.money import TenderRow
from ledger.tables.records import OutboxRow
from ledger.tables.self_service import BankRefundRow
from tests.pages import Guest
from tests.parts.ledger.clerk import fill
from tests.parts.ledger.test_window import rows

pytestmark = [
    pytest.mark.usefixtures("sound_book"),
    pytest.mark.parametrize("prepared", ["sqlite"], indirect=True),
]
ADA = Patron("Ada Holm", "ada@example.org")
IBAN = "DK50 0040 0440 1162 43"
DAY = 24 * 60


@pytest.fixture
def ada(app):
    return Guest(app)


def refunded(bo, clock, order):
    """Refund an order whose card takes nothing back any more."""
    clock.passes(minutes=500 * DAY)
    bo.open(f"/staff/orders/{order.id}")
    for box in bo.page.soup.select("input[name=ticket]"):
        box["checked"] = ""
    bo.press("Refund the chosen")
    fill(bo, "reason", "ill")
    bo.press("Give back")


@pytest.fixture
def owed(bo, clock, theatre, people):
    """Ada paid A2 by card, long ago, and gets her money back now."""
    order = theatre.sell("A2", patron=ADA, tender="card")
    refunded(bo, clock, order)
    return order


def links(ledger):
    letters = [row for row in rows(ledger, OutboxRow) if row.kind == "bank_form"]
    return [json.loads(row.facts)["link"] for row in letters]


def row(ledger):
    [found] = rows(ledger, BankRefundRow)
    return found


def tell(ada, link, iban=IBAN):
    ada.open(link)
    ada.type("Whose account it is", "Ada Holm")
    ada.type("IBAN", iban)


def test_a_patron_tells_an_account_by_the_link_of_a_letter_and_is_paid_once(
    bo, ada, owed, ledger, clock
):
    [link] = links(ledger)
    assert "We owe you €24.00" in ada.open(link).words
    tell(ada, link)
    assert "We have it" in ada.press("Send the account").heading
    assert "This link was used" in ada.open(link, status=410).words

    page = bo.open("/staff/bank-refunds")
    assert "To be transferred" in page.words
    assert "DK5000400440116243" in bo.fetch("/staff/bank-refunds/payable.csv").text
    page = bo.press("Transferred: ")
    assert "Nothing is to be paid." in page.words
    paid = {"act": "paid", "csrf_token": page.soup.select_one("[name=csrf_token]")["value"]}
    again = bo.post(f"/staff/bank-refunds/{row(ledger).id}", paid)
    assert "Somebody was quicker" in again.alert
    [case] = rows(ledger, DiscrepancyRow)
    assert (case.kind, case.state) == ("transfer_owed", "settled")
    back = [t for t in rows(ledger, TenderRow) if t.amount < 0]
    assert [(t.kind, t.amount, t.office) for t in back] == [("bank_transfer", -2400, False)]


@pytest.mark.parametrize("iban", ["DK50 0040 0440 1162 44", "", "nonsense"])
def test_a_wrong_account_is_told_at_the_field_and_nothing_is_kept(ada, owed, ledger, iban):
    [link] = links(ledger)
    tell(ada, link, iban)
    page = ada.press("Send the account", status=422)

    assert "Please check the account number." in page.words
    assert page.soup.select_one("#holder")["value"] == "Ada Holm"
    assert row(ledger).state == "awaiting_details"


def test_bank_and_account_digits_do_as_well(ada, owed, ledger):
    [link] = links(ledger)
    tell(ada, link, "")
    ada.type("Bank code", "0040")
    ada.type("Account number", "0440116243")
    ada.press("Send the account")

    assert (row(ledger).state, row(ledger).account) == ("payable", "0040 0440116243")


def test_who_does_not_answer_is_reminded_once_and_the_newer_link_counts(
    ada, owed, ledger, clock
):
    def hourly():
        ledger.store.write(worker._prune, ledger.means())

    clock.passes(minutes=7 * DAY - 1)
    hourly()
    assert len(links(ledger)) == 1
    clock.passes(minutes=2)
    hourly()
    clock.passes(minutes=30 * DAY)
    hourly()
    first, second = links(ledger)
    assert "This link was used" in ada.open(first, status=410).words
    assert "We owe you" in ada.open(second).words


def test_an_account_is_erased_ninety_days_after_it_was_paid(bo, ada, owed, ledger, clock):
    tell(ada, links(ledger)[0])
    ada.press("Send the account")
    bo.open("/staff/bank-refunds")
    bo.press("Transferred: ")
    clock.passes(minutes=90 * DAY - 1)
    ledger.store.write(bank_refunds.forget, ledger.means())
    assert row(ledger).account == "DK5000400440116243"
    clock.passes(minutes=1)
    ledger.store.write(bank_refunds.forget, ledger.means())

    assert (row(ledger).holder, row(ledger).account) == ("", "")


def test_what_the_bank_sends_back_is_in_sight_again_and_asked_for_anew(
    bo, ada, owed, ledger
):
    tell(ada, links(ledger)[0])
    ada.press("Send the account")
    bo.open("/staff/bank-refunds")
    bo.press("Transferred: ")
    page = bo.press("The bank sent it back: ")

    assert "Waits for an account" in page.words
    assert row(ledger).account == ""
    assert len(links(ledger)) == 2
    [case] = rows(ledger, DiscrepancyRow)
    assert case.state == "open"


def test_the_box_office_writes_down_what_it_is_told_by_phone(bo, clock, theatre, ledger):
    order = theatre.sell("A2", patron=Patron("Bea Marsh", phone="555"), tender="card")
    refunded(bo, clock, order)
    page = bo.open("/staff/bank-refunds")
    assert "no address: please ask by phone" in page.words
    fill(bo, "iban", "DK50")
    assert "Please check the account number." in bo.press("Keep the account").alert
    fill(bo, "iban", IBAN)
    bo.press("Keep the account")

    assert (row(ledger).holder, row(ledger).state) == ("Bea Marsh", "payable")


def test_settling_the_discrepancy_settles_the_refund(bo, owed, ledger):
    bo.open("/staff/discrepancies")
    bo.press("It was paid back another way")

    assert row(ledger).state == "paid"
    with ledger.store.read() as session:
        assert bank_refunds.outstanding(session) == []
        [code] = session.scalars(select(BankRefundRow.hash)).all()
    assert code is None
