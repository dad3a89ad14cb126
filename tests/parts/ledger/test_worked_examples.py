"""The worked examples of the seeds, bought on the pages and followed to the statement.

To the cent: what the patron pays, what the theatre gets, what stays as handling.
Source: FEE2, FEE3, FEE5, MEM1, R1, R2, R5, SET1, SET2.
"""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from boxoffice.members import Sale
from boxoffice.pricing import Buyer, FeeRule, Seller
from ledger import catalogue, members, membership_kinds
from ledger.tables.catalogue import ProductionRow
from ledger.tables.money import JournalLineRow
from ledger.tables.orders import OrderRow
from tests.parts.ledger.clerk import clerk
from tests.parts.ledger.shopper import Shopper
from tests.parts.ledger.test_memberships import sell
from tests.parts.ledger.test_order_pages import opened
from tests.parts.ledger.test_window import chart, fill, pick, rows
from tests.parts.ledger.theatre import price_list

pytestmark = [
    pytest.mark.usefixtures("sound_book"),
    pytest.mark.parametrize("prepared", ["sqlite"], indirect=True),
]


def account(ledger, name):
    """Give what stands in one account of the journal, in minor units."""
    with ledger.store.read() as session:
        found = select(func.sum(JournalLineRow.amount)).where(
            JournalLineRow.account == name
        )
        return int(session.scalar(found) or 0)


def season(ledger, people, amount, productions):
    """A membership of one seat at each of so many productions; 1.75 a production on top."""
    with ledger.store.read() as session:
        there = len(session.scalars(select(ProductionRow.id)).all())
    for number in range(there, productions):
        title = f"Play {number}"
        ledger.store.write(catalogue.add_production, ledger.means(), title=title)
    with ledger.store.read() as session:
        found = session.scalars(select(ProductionRow.id)).all()
    return ledger.store.write(
        membership_kinds.add,
        ledger.means(),
        name="Season 2027",
        productions=found[:productions],
        currency="EUR",
        amount=amount,
        fee=175,
        outside=175,
        fields=[],
        sale=Sale.ACTIVE,
        by=people["vera"],
    )


def costs(ledger, theatre, amount, *rules):
    """Every seat costs so much for an adult tonight, with these fees."""
    listed = price_list()
    levels = tuple(
        replace(one, prices={**one.prices, "adult": amount}) for one in listed.levels
    )
    found = replace(listed, levels=levels, fees=rules)
    ledger.store.write(catalogue.set_prices, ledger.means(), theatre.tonight, found)


@pytest.mark.parametrize(
    ("amount", "productions", "count", "charge", "net"),
    [
        (5000, 4, "1", 15700, 14600),
        (5000, 4, "2", 21400, 19600),
        (10000, 6, "1", 21050, 19600),
        (10000, 6, "2", 32100, 29600),
    ],
)
def test_a_membership_and_a_donation_of_100(
    bo, ledger, theatre, people, amount, productions, count, charge, net
):
    """R1, R2: the second is 214.00 and 196.00, the fourth 321.00 and 296.00, at 4 %."""
    page = sell(bo, season(ledger, people, amount, productions), count)

    [order] = rows(ledger, OrderRow)
    assert (order.charge, order.paid) == (charge, charge)
    assert f"Charge €{charge / 100:.2f}" in page.words
    assert f"Handling in the charge €{(charge - net) / 100:.2f}" in page.words
    assert -account(ledger, "theatre") == net


def test_a_fee_that_is_partly_on_top_reaches_the_statement(app, vera, theatre, ledger):
    """FEE3: price 15.00, fee 2.00 of which 1.25 outside: charge 16.25, net 14.25."""
    rule = FeeRule(Buyer.GUEST, Seller.ONLINE, fee=200, outside=125)
    costs(ledger, theatre, 1500, rule)
    ada = Shopper(app)
    page = ada.choose_seats(theatre.tonight, "D1")
    assert "Total, with fees €16.25" in page.words
    ada.says_who()
    page = ada.pays()
    assert "€16.25" in page.words

    [order] = rows(ledger, OrderRow)
    page = opened(vera, order)
    assert "Charge €16.25" in page.words
    assert "Handling in the charge €2.00" in page.words
    page = vera.open("/staff/reports/statements")
    assert "€14.25" in page.words
    assert "would be carried" in page.words
    assert -account(ledger, "theatre") == 1425


def test_the_fourth_order_has_two_member_and_two_card_seats(bo, ledger, theatre, people):
    """R5: 2 × (15.00 + 1.75) = 33.50; the member seats cost nothing."""
    rule = FeeRule(Buyer.GUEST, Seller.PHONE, fee=175, outside=175)
    costs(ledger, theatre, 1500, rule)
    ledger.store.write(
        members.enrol,
        ledger.means(),
        number="M-7",
        name="Mrs Okafor",
        email="okafor@example.org",
        credits_per_production=2,
    )
    chart(bo, theatre, "D1", "D2", "D3", "D4").press("Sell the chosen")
    pick(bo, "seller", "phone")
    for seat in ("D1", "D2"):
        pick(bo, f"type-{seat}", "membership")
    bo.press("Count again")
    for seat in ("D1", "D2"):
        fill(bo, f"member-{seat}", "M-7")
    assert "Sell for €33.50" in bo.press("Count again").names
    pick(bo, "kind-1", "card")
    page = bo.press("Sell for")

    assert "Charge €33.50" in page.words
    assert "Handling in the charge €3.50" in page.words
    assert -account(ledger, "theatre") == 3000


def test_a_statement_pays_exactly_100_and_carries_a_cent_less(vera, theatre, ledger):
    """SET2: exactly 100.00 pays; 99.99 while the production runs is carried."""
    costs(ledger, theatre, 9999)
    theatre.sell("D1", tender="card")
    assert "€99.99 would be carried" in vera.open("/staff/reports/statements").words
    costs(ledger, theatre, 1)
    theatre.sell("D3", tender="card")

    assert "€100.00 would be paid." in vera.open("/staff/reports/statements").words


@pytest.fixture
def vera(app, people):
    return clerk(app, "vera")
