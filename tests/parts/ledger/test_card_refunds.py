"""What was paid online by card goes back to the card, told to the bank by the worker.

Source: CAN1, design.md §6.
"""

import pytest
from sqlalchemy import select

from ledger import card_refunds
from ledger.gateways import pretend
from ledger.gateways.port import Down
from ledger.tables.baskets import PretendRefundRow
from ledger.tables.discrepancies import DiscrepancyRow
from ledger.tables.money import CardRefundRow, TenderRow
from tests.parts.ledger.shopper import Shopper, settle_left_behind
from tests.parts.ledger.test_window import fill, rows

pytestmark = pytest.mark.usefixtures("sound_book")


@pytest.fixture
def bought(app, theatre):
    """Ada bought A4 and A5 in the shop, and paid the pretend bank."""
    ada = Shopper(app)
    ada.choose_seats(theatre.tonight, "A4", "A5")
    ada.says_who()
    ada.pays()
    return ada


def sold(ledger):
    with ledger.store.read() as session:
        return session.scalars(select(TenderRow.order)).first()


def refund(bo, order, *, tickets=1):
    bo.open(f"/staff/orders/{order}")
    for box in bo.page.soup.select("input[name=ticket]:not([checked])")[:tickets]:
        box["checked"] = ""
    page = bo.press("Refund the chosen")
    fill(bo, "reason", "ill")
    return page, bo.press("Give back")


def test_a_refund_of_an_online_order_goes_back_to_the_card_by_itself(bo, ledger, bought):
    order = sold(ledger)
    previewed, page = refund(bo, order)
    assert "back to the card, by itself" in previewed.words
    assert "€24.00 back to the card: on its way to the bank." in page.words
    assert rows(ledger, PretendRefundRow) == []
    settle_left_behind(ledger)
    settle_left_behind(ledger)

    page = bo.open(f"/staff/orders/{order}")
    assert "€24.00 back to the card: the bank has it" in page.words
    assert [row.amount for row in rows(ledger, PretendRefundRow)] == [2400]
    assert not any(row.office for row in rows(ledger, TenderRow))


def test_a_bank_that_does_not_answer_is_asked_again_later_and_less_often(
    bo, clock, ledger, bought, monkeypatch
):
    order = sold(ledger)
    refund(bo, order)
    asked = []

    def down(self, ref, *, key, amount):
        asked.append(key)
        raise Down("no line")

    monkeypatch.setattr(pretend.PretendGateway, "refund", down)
    for _ in range(4):
        settle_left_behind(ledger)
        clock.passes(seconds=5)
    assert len(asked) == 3  # At once, after 5 s, after 10 s more.
    assert set(asked) == {rows(ledger, CardRefundRow)[0].id}
    assert "it is asked again by itself" in bo.open(f"/staff/orders/{order}").words
    monkeypatch.undo()
    clock.passes(minutes=1)
    settle_left_behind(ledger)

    assert [row.amount for row in rows(ledger, PretendRefundRow)] == [2400]


def test_what_the_bank_refuses_is_staff_s_to_pay_back(
    bo, app, people, ledger, bought, monkeypatch
):
    order = sold(ledger)
    refund(bo, order)
    monkeypatch.setattr(
        pretend.PretendGateway, "refund", lambda *_, **__: "The card is closed."
    )
    settle_left_behind(ledger)

    page = bo.open(f"/staff/orders/{order}")
    assert "the bank did not take it (The card is closed.)" in page.words
    [noted] = rows(ledger, DiscrepancyRow)
    assert (noted.kind, noted.state) == (card_refunds.REFUSED, "open")
    page = bo.open("/staff/discrepancies")
    assert "The bank did not take a refund" in page.words


def test_no_more_goes_back_than_was_taken_and_each_refund_once(bo, ledger, bought):
    order = sold(ledger)
    refund(bo, order)
    refund(bo, order)
    for _ in range(3):
        settle_left_behind(ledger)

    assert [row.amount for row in rows(ledger, PretendRefundRow)] == [2400, 2400]
    assert {row.state for row in rows(ledger, CardRefundRow)} == {"done"}
