"""Members in the shop: credits at order time, memberships for sale, self-service."""

import json
import re

import pytest
from sqlalchemy import select

from boxoffice import ids
from boxoffice.members import Sale
from ledger import (
    basket_changes,
    catalogue,
    evenings,
    members,
    membership_kinds,
    order_changes,
)
from ledger.mail import notes
from ledger.tables.baskets import BasketRow
from ledger.tables.catalogue import PerformanceRow, ProductionRow
from ledger.tables.members import MemberCreditRow, PromisedRow, SeatCreditRow
from ledger.tables.memberships import MembershipRow
from ledger.tables.orders import OrderRow
from ledger.tables.records import OutboxRow
from tests.parts.ledger.shopper import Shopper, online_fees
from tests.parts.ledger.test_window import rows

# Databases differ where several buy at once: test_shop_races.
pytestmark = [
    pytest.mark.usefixtures("sound_book"),
    pytest.mark.parametrize("prepared", ["sqlite"], indirect=True),
]
VELVET, OKAFOR = "velvet rope", "grace@example.org"


@pytest.fixture
def ada(app, theatre, ledger):
    online_fees(ledger, theatre.tonight)
    yield Shopper(app)
    evenings._lists.clear()


@pytest.fixture
def grace(ledger):
    """Mrs Okafor has two seats at each production."""
    return ledger.store.write(
        members.enrol,
        ledger.means(),
        number="MB4K7",
        name="Grace Okafor",
        email=OKAFOR,
        credits_per_production=2,
        password=VELVET,
    )


def pay_with_credits(ada, theatre, *seats, cards=()):
    """Pick seats; those not in cards are to be paid with credits."""
    ada.choose_seats(theatre.tonight, *seats)
    for seat in set(seats) - set(cards):
        name = f"Stalls, row {seat[0]}, seat {seat[1:]}"
        ada.choose(name, "With a seat credit")
    return ada.press("Continue")


def proves(ada, seat, password=VELVET, status=200):
    """Say whose credit pays for a seat, and prove it."""
    ada.type(f"seat {seat}: member's e-mail", OKAFOR)
    ada.page.soup.find(id="password-1")["value"] = password
    return ada.press("Check the membership", status=status)


def used(ledger):
    return [row.used for row in rows(ledger, MemberCreditRow)]


# Credits. Source: MEM2, MEM5-MEM7.


def test_member_seats_cost_nothing_and_skip_the_payment(ada, ledger, theatre, grace):
    pay_with_credits(ada, theatre, "A4", "A5")
    ada.type("seat 4: member's e-mail", OKAFOR)
    ada.page.soup.find(id="password-1")["value"] = VELVET
    ada.type("seat 5: member's e-mail", OKAFOR.upper())
    page = ada.press("Check the membership")

    assert "Welcome. Your seat credits are set aside" in page.words
    assert page.soup.find(id="name")["value"] == "Grace Okafor"
    assert used(ledger) == [2]
    assert "€0.00" in ada.press("Continue").words
    assert "Thank you" in ada.press("Confirm the order").heading
    order = rows(ledger, OrderRow)[0]
    assert (order.charge, order.member) == (0, grace)
    assert len(rows(ledger, SeatCreditRow)) == 2
    assert [p.state for p in rows(ledger, PromisedRow)] == ["spent"]
    assert len(rows(ledger, OutboxRow)) == 1


def test_one_order_mixes_credits_and_a_card(ada, ledger, theatre, grace):
    pay_with_credits(ada, theatre, "A4", "A5", cards=("A5",))
    ada.type("seat 4: member's e-mail", OKAFOR)
    ada.page.soup.find(id="password-1")["value"] = VELVET
    ada.type("Name", "Grace Okafor")
    ada.page.soup.find(id="email")["value"] = OKAFOR
    assert "€25.75" in ada.press("Continue").words
    ada.pays()

    assert rows(ledger, OrderRow)[0].charge == 2575
    assert used(ledger) == [1]


def test_every_wrong_row_is_said_at_once_and_nothing_is_used(ada, ledger, theatre, grace):
    pay_with_credits(ada, theatre, "A4", "A5")
    ada.type("seat 4: member's e-mail", OKAFOR)
    ada.page.soup.find(id="password-1")["value"] = "corduroy"
    ada.type("seat 5: member's e-mail", "nobody@example.org")
    page = ada.press("Check the membership", status=422)

    assert "E-mail and password do not match." in page.words
    assert "We cannot match this e-mail to a membership." in page.words
    assert page.soup.find(id="member-1")["value"] == OKAFOR
    assert used(ledger) == []
    assert rows(ledger, OrderRow) == []


def test_credits_of_another_open_order_cannot_be_used_twice(
    app, ada, ledger, theatre, grace
):
    bea = Shopper(app)
    for patron, seats in ((ada, ("A4", "A5")), (bea, ("B4", "B5"))):
        pay_with_credits(patron, theatre, *seats)
        for seat in seats:
            patron.type(f"seat {seat[1:]}: member's e-mail", OKAFOR)
        patron.page.soup.find(id="password-1")["value"] = VELVET
        last = patron.press("Check the membership", status=200 if patron is ada else 422)

    assert "Not enough seat credits left" in last.words
    assert used(ledger) == [2]


def test_credits_come_back_with_seats_that_are_let_go(ada, ledger, theatre, grace):
    pay_with_credits(ada, theatre, "A4", "A5", cards=("A5",))
    proves(ada, 4)
    assert used(ledger) == [1]
    ada.press("Back to the tickets")
    ada.press("Let the seats go")

    assert used(ledger) == [0]


def test_credits_come_back_with_a_cancelled_order(ada, ledger, theatre, grace, people):
    pay_with_credits(ada, theatre, "A4", "A5", cards=("A5",))
    proves(ada, 4)
    ada.press("Continue")
    ada.pays()
    order = rows(ledger, OrderRow)[0]

    def cancel(session, means):
        row = session.get_one(OrderRow, order.id, with_for_update=True)
        order_changes.cancel(session, means, row, by=people["bo"], reason="ill")

    ledger.store.write(cancel, ledger.means())

    assert used(ledger) == [0]


def test_guessing_a_password_is_slowed_down(ada, theatre, grace):
    pay_with_credits(ada, theatre, "A4", "A5", cards=("A5",))
    for _ in range(6):
        page = proves(ada, 4, "corduroy", status=422)

    assert "Too many tries." in page.words


# Memberships for sale. Source: MEM1, R1.


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


def buys(ada, count="1", donation="100"):
    ada.open("/shop/")
    ada.press("Membership: Season 2027")
    ada.type("Memberships", count)
    ada.type("A donation", donation)
    ada.type("Wished seat", "near the aisle")
    ada.type("Name", "Mrs Okafor")
    ada.page.soup.find(id="email")["value"] = "okafor@example.org"
    ada.page.soup.find(id="address").string = "Harbour Street 9, 3000 Elsinore"
    return ada.press("Continue")


@pytest.mark.parametrize(("count", "charge"), [("1", 15700), ("2", 21400)])
def test_the_examples_of_the_seed_cost_what_they_should(ada, ledger, season, count, charge):
    page = buys(ada, count)
    assert f"€{charge / 100:.2f}" in page.words
    assert "Thank you for your membership." in ada.pays().heading

    order = rows(ledger, OrderRow)[0]
    assert (order.charge, order.paid) == (charge, charge)
    assert len(rows(ledger, MembershipRow)) == int(count)
    assert json.loads(rows(ledger, MembershipRow)[0].said) == {
        "Wished seat": "near the aisle"
    }
    assert {row.kind for row in rows(ledger, OutboxRow)} == {"membership", "member_link"}


def test_a_new_member_chooses_a_password_by_a_link_that_works_once(ada, ledger, season):
    buys(ada)
    ada.pays()
    letter = next(row for row in rows(ledger, OutboxRow) if row.kind == "member_link")
    link = json.loads(letter.facts)["link"]

    ada.open(link)
    ada.type("New password", "short")
    assert "at least 8 characters" in ada.press("Choose", status=422).words
    ada.type("New password", "long enough")
    page = ada.press("Choose")

    assert "Your password is set." in page.words
    assert "1 of 1 left" in page.words
    ada.open(link, status=410)


def test_inactive_kinds_are_not_sold_here(ada, ledger, season, people):
    ledger.store.write(
        membership_kinds.offer,
        ledger.means(),
        season,
        sale=Sale.BOX_OFFICE_ONLY,
        by=people["vera"],
    )

    assert "Season 2027" not in ada.open("/shop/").words
    ada.open(f"/shop/memberships/{season}", status=404)


# Self-service. Source: MEM8.


def logs_in(ada, password=VELVET):
    ada.open("/shop/member")
    ada.type("E-mail", OKAFOR)
    ada.type("Password", password)
    return ada.press("Log in")


def test_a_member_changes_address_and_password_and_the_manager_hears(ada, ledger, grace):
    def write(session):
        catalogue.house(session).mail_from = "members@royal.example"

    ledger.store.write(write)
    assert "2 of 2 left" in logs_in(ada).words
    ada.page.soup.find(id="address").string = "New Street 1, 3000 Elsinore"
    ada.type("New password", "corduroy and silk")
    assert "This is not your password." in ada.press("Change", status=422).words
    ada.page.soup.find(id="address").string = "New Street 1, 3000 Elsinore"
    ada.type("New password", "corduroy and silk")
    ada.type("Your password now", VELVET)
    assert "Changed." in ada.press("Change").words

    letter = rows(ledger, OutboxRow)[0]
    assert (letter.kind, letter.to) == ("member_changed", "members@royal.example")
    assert json.loads(letter.facts)["what"] == ["address", "password"]
    ada.press("Log out")
    assert "E-mail and password do not match." in logs_in(ada).words
    assert "2 of 2 left" in logs_in(ada, "corduroy and silk").words


def test_a_member_opens_their_own_orders_and_nobody_elses(ada, app, ledger, theatre, grace):
    def own(session):
        for id, member in ((mine.id, grace), (other.id, "somebody")):
            session.get_one(OrderRow, id).member = member
        for sold in (mine, other):
            session.add(
                SeatCreditRow(
                    ticket=sold.tickets[0].id, member=grace, at_ms=0, returned_ms=0,
                    production=session.get_one(PerformanceRow, theatre.tonight).production,
                )
            )  # fmt: skip

    mine, other = theatre.sell("A2"), theatre.sell("A3")
    ledger.store.write(own)
    page = logs_in(ada)
    assert ids.shown(mine.number) in page.words
    assert ids.shown(other.number) not in page.words
    form = page.soup.select_one("form[action*='/member/orders/']")
    action = form["action"]
    assert ada.press("Open").heading == "Your order"
    assert ids.shown(mine.number) in ada.page.words

    ada.open("/shop/member")
    ada.page.soup.select_one("form[action*='/member/orders/']")["action"] = action.replace(
        mine.id, other.id
    )
    ada.press("Open", status=404)


def test_asking_for_a_link_does_not_tell_who_is_a_member(ada, ledger, grace):
    said = []
    for email in (OKAFOR, "nobody@example.org"):
        ada.open("/shop/member")
        ada.page.soup.find(id="link-email")["value"] = email
        said.append(ada.press("Mail me a link").words)

    assert said[0] == said[1]
    assert [row.to for row in rows(ledger, OutboxRow)] == [OKAFOR]


def test_nobody_sees_a_member_page_without_logging_in(ada, grace):
    assert "Log in" in ada.open("/shop/member").names
    ada.open("/shop/member/links/ABCDEFGH", status=410)


def test_the_letters_say_what_they_should(ada, ledger, season):
    buys(ada)
    ada.pays()
    said = {}
    with ledger.store.read() as session:
        for row in session.scalars(select(OutboxRow)):
            facts = json.loads(row.facts) | {"address": "https://shop.example"}
            if row.kind == "membership":
                facts |= notes.membership(session, row.order)
            letter = notes.note(
                session, row.kind, facts, to=row.to, letter=row.id, now_ms=ledger.clock()
            )
            said[row.kind] = letter.get_body(("plain",)).get_content()

    assert "1 × Season 2027" in said["membership"]
    assert "€157.00" in said["membership"]
    assert re.search(r"https://shop\.example/shop/member/links/\w{26}", said["member_link"])


def test_what_was_typed_is_forgotten_with_an_old_basket(ada, clock, ledger, theatre):
    ada.choose_seats(theatre.tonight, "A4", "A5")
    ada.says_who()
    clock.passes(minutes=60 * 4)
    ledger.store.write(basket_changes.forget, now_ms=ledger.clock())

    assert [(row.state, row.said) for row in rows(ledger, BasketRow)] == [("ended", "{}")]
