"""A card that was charged twice is found at night and given back in one step.

Source: PAY6.
"""

import pytest

from ledger import double_charges, takings
from ledger.tables.discrepancies import DiscrepancyRow
from ledger.tables.money import TenderRow
from ledger.tables.orders import OrderRow
from ledger.worker import Worker
from tests.parts.ledger.clerk import clerk
from tests.parts.ledger.test_window import rows

pytestmark = pytest.mark.usefixtures("sound_book")


@pytest.fixture
def vera(app, people):
    return clerk(app, "vera")


@pytest.fixture
def sold(theatre):
    """A2 and A3 for 48.00; nothing of it is paid."""
    return theatre.sell("A2", "A3", tender=None)


def pay(ledger, clock, order, *charges):
    """Charge cards: attempts and amounts, one after the other."""

    def act(session, means, intent, amount):
        row = session.get_one(OrderRow, order)
        takings.move(
            session, means, row, kind="card", amount=amount, ref=intent, intent=intent
        )
        takings.reach(session, means, row)

    for intent, amount in charges:
        clock.passes(minutes=1)
        ledger.store.write(act, ledger.means(), intent, amount)


def noted(ledger):
    Worker(ledger).step()
    return [row.subject for row in rows(ledger, DiscrepancyRow) if row.state != "settled"]


def test_the_second_charge_of_an_order_is_found_at_night_once(ledger, clock, sold):
    pay(ledger, clock, sold.id, ("c1", 4800), ("c2", 4800))

    assert noted(ledger) == ["c2"]
    assert noted(ledger) == ["c2"]


@pytest.mark.parametrize(
    "charges",
    [
        (("c1", 4800),),
        (("c1", 2000), ("c2", 2800)),
        (("c1", 3000), ("c2", 2800)),  # Ten on account, and both cards were needed.
    ],
)
def test_cards_that_an_order_needs_are_no_fault(ledger, clock, sold, charges):
    pay(ledger, clock, sold.id, *charges)

    assert noted(ledger) == []


def test_it_goes_back_in_one_step(vera, clock, ledger, sold):
    pay(ledger, clock, sold.id, ("c1", 4800), ("c2", 4800))
    noted(ledger)
    page = vera.open("/staff/discrepancies")
    assert "A card was charged twice" in page.words
    reason = page.soup.find("input", attrs={"name": "reason"})
    vera.type(page.soup.find("label", attrs={"for": reason["id"]}).text, "called us")
    vera.press("Give the second charge back")

    assert noted(ledger) == []
    back = [row for row in rows(ledger, TenderRow) if row.amount < 0]
    assert [row.amount for row in back] == [-4800]
    assert rows(ledger, OrderRow)[0].paid == 4800
    with ledger.store.read() as session:
        assert double_charges.find(session) == []
