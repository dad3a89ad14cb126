"""Membership orders at the window, to the cent of the seed's examples. Source: MEM1, R1."""

import json

import pytest
from sqlalchemy import select

from boxoffice.members import Sale
from ledger import catalogue, members, membership_kinds
from ledger.tables.catalogue import PerformanceRow, ProductionRow
from ledger.tables.members import MemberRow
from ledger.tables.memberships import MembershipRow
from ledger.tables.orders import OrderRow
from tests.pages import NotThere
from tests.parts.ledger.clerk import clerk
from tests.parts.ledger.test_window import fill, pick, rows

pytestmark = pytest.mark.usefixtures("sound_book")


@pytest.fixture
def season(ledger, theatre, people):
    """One seat at each of four productions for 50.00, 1.75 a production on top."""
    for title in ("King Lear", "The Tempest"):
        ledger.store.write(catalogue.add_production, ledger.means(), title=title)
    with ledger.store.read() as session:
        productions = session.scalars(select(ProductionRow.id)).all()
    return ledger.store.write(
        membership_kinds.add,
        ledger.means(),
        name="Season 2027",
        productions=productions,
        currency="EUR",
        amount=5000,
        fee=175,
        outside=175,
        fields=["Wished seat"],
        sale=Sale.ACTIVE,
        by=people["vera"],
    )


def sell(bo, season, count="1", donation="100", pay="cash", **more):
    bo.open(f"/staff/memberships/{season}/sale")
    bo.type("Name", "Mrs Okafor")
    for name, typed in ({"memberships": count, "donation": donation} | more).items():
        fill(bo, name, typed)
    bo.press("Count again")
    pick(bo, "kind-1", pay)
    return bo.press("Sell for")


@pytest.mark.parametrize(
    ("count", "charge", "net"), [("1", 15700, 14600), ("2", 21400, 19600)]
)
def test_the_examples_of_the_seed_are_reproduced(bo, ledger, season, count, charge, net):
    page = sell(bo, season, count)

    (order,) = rows(ledger, OrderRow)
    assert (order.charge, order.paid) == (charge, charge)
    theatre_has = f"theatre €{(net - 9600) / 100:.2f}"
    assert theatre_has in page.words


def test_a_paid_membership_is_credits_for_its_productions_alone(
    bo, ledger, season, theatre
):
    other = ledger.store.write(catalogue.add_production, ledger.means(), title="Gala")
    sell(bo, season, "2", "0")

    (member,) = rows(ledger, MemberRow)
    with ledger.store.read() as session:
        hamlet = session.get_one(PerformanceRow, theatre.tonight).production
        assert members.record(session, member, hamlet).left(hamlet) == 2
        assert members.record(session, member, other).left(other) == 0
    assert member.name == "Mrs Okafor"


def test_memberships_are_reported_apart_and_their_order_has_an_invoice(bo, ledger, season):
    """MEM10, ORD2: two at 50.00 with 7.00 on top each, beside a donation of 100.00."""
    sell(bo, season, "2")
    page = bo.press("Invoice")
    assert "Membership €50.00 €7.00 €57.00" in page.words
    assert "Donation €100.00" in page.words
    assert "Total €214.00" in page.words
    assert "Paid, cash" in page.words
    assert "Still due" not in page.words

    assert "2 €114.00 €100.00" in bo.open("/staff/memberships").words
    (order,) = rows(ledger, OrderRow)
    bo.open(f"/staff/orders/{order.id}")
    fill(bo, "reason", "by mistake")
    bo.press("Cancel this order")
    assert "0 €0.00 €0.00" in bo.open("/staff/memberships").words


def test_an_unpaid_membership_is_nothing_until_it_is_paid(bo, ledger, season):
    sell(bo, season, pay="later")
    assert rows(ledger, MemberRow) == []
    assert "credits from the payment on" in bo.page.words

    bo.press("Take payment")

    assert len(rows(ledger, MemberRow)) == 1


def test_a_member_who_buys_more_has_more_credits(bo, ledger, season, theatre):
    sell(bo, season)
    (member,) = rows(ledger, MemberRow)
    sell(bo, season, number=member.number)

    with ledger.store.read() as session:
        hamlet = session.get_one(PerformanceRow, theatre.tonight).production
        assert members.allowance(session, member.id, hamlet) == 2
    assert len(rows(ledger, MemberRow)) == 1


def test_a_cancelled_membership_order_ends_its_credits_and_a_restored_one_renews_them(
    bo, ledger, season, theatre
):
    sell(bo, season)
    bo.type("Reason", "moved away")
    page = bo.press("Cancel this order")
    assert "€57.00 remains paid" in page.words
    (member,) = rows(ledger, MemberRow)
    with ledger.store.read() as session:
        hamlet = session.get_one(PerformanceRow, theatre.tonight).production
        assert members.allowance(session, member.id, hamlet) == 0

    bo.press("Restore this order")

    with ledger.store.read() as session:
        assert members.allowance(session, member.id, hamlet) == 1
    assert rows(ledger, OrderRow)[0].charge == 15700


def test_what_else_was_asked_stands_on_the_order(bo, ledger, season):
    page = sell(bo, season, **{"field-0": "C 12, aisle"})

    assert "Wished seat: C 12, aisle" in page.words
    assert json.loads(rows(ledger, MembershipRow)[0].said) == {"Wished seat": "C 12, aisle"}


@pytest.mark.parametrize("count", ["0", "many", "51", "-1", "²", ""])
def test_a_count_that_is_none_is_told_at_the_field(bo, ledger, season, count):
    page = sell(bo, season, count)

    assert "Please give 1 to 50." in page.words
    assert rows(ledger, OrderRow) == []


def test_pressing_sell_twice_makes_one_order(bo, ledger, season):
    bo.open(f"/staff/memberships/{season}/sale")
    bo.type("Name", "Mrs Okafor")
    pick(bo, "kind-1", "cash")
    typed = bo.page
    first = bo.press("Sell for").path
    bo.page = typed

    assert bo.press("Sell for").path == first
    assert len(rows(ledger, OrderRow)) == 1


def test_kinds_are_offered_and_withdrawn_by_a_supervisor(app, bo, season):
    vera = clerk(app, "vera")
    vera.open("/staff/memberships")
    vera.type("Name", "Half season")
    fill(vera, "amount", "30")
    assert "at least one production" in vera.press("Offer it").alert
    vera.tick("Hamlet")
    vera.type("Name", "Half season")
    fill(vera, "amount", "30.005")
    assert "more than 2 decimals" in vera.press("Offer it").alert
    pick(vera, "sale", "inactive")
    vera.press("Change")

    bo.open("/staff/memberships")
    with pytest.raises(NotThere):
        bo.press("Sell one")
    bo.open(f"/staff/memberships/{season}/sale", status=404)
