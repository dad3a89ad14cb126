"""Orders that belong together, on the pages of the box office. Source: DIS3."""

import pytest

from ledger import distance_terms, distances
from ledger.distance_terms import Terms
from ledger.patrons import Patron
from ledger.tables.orders import OrderRow
from ledger.tables.parties import PartyRow
from tests.parts.ledger.clerk import clerk
from tests.parts.ledger.test_order_pages import opened
from tests.parts.ledger.test_window import chart, fill, pick, rows

pytestmark = pytest.mark.usefixtures("sound_book")


@pytest.fixture
def apart(ledger, theatre, people):
    """Two seats stay empty beside each order tonight."""
    ledger.store.write(
        distance_terms.keep,
        ledger.means(),
        theatre.tonight,
        Terms(side=2),
        on=True,
        everywhere=False,
        by=people["anna"],
    )


def together(ledger):
    return {(row.order, row.party) for row in rows(ledger, PartyRow)}


def shown(number):
    return f"{number[:4]}-{number[4:]}"


def link(clerk_, order, other):
    opened(clerk_, order)
    clerk_.type("One party with order", shown(other.number).lower())
    return clerk_.press("Link")


def test_two_orders_become_one_party_and_show_what_it_owes(bo, theatre, ledger):
    first = theatre.sell("D2", patron=Patron("Grace Okafor", "g@example.org"))
    second = theatre.sell("D3", tender=None, patron=Patron("Ada Holm", ""))
    page = link(bo, first, second)

    assert f"One party with {shown(second.number)}." in page.words
    assert "Ada Holm" in page.words
    assert "Together 2 €36.00 €18.00" in page.words
    assert "link orders" in opened(bo, second).words
    assert "Grace Okafor" in bo.page.words
    assert together(ledger) == {(first.id, first.id), (second.id, first.id)}


def test_parties_grow_together_and_one_can_leave(bo, theatre, ledger):
    a, b, c, d = (theatre.sell(seat) for seat in ("A2", "A4", "A6", "A8"))
    link(bo, a, b)
    link(bo, c, d)
    opened(bo, b)
    bo.type("Also one party with order", d.number)
    bo.press("Link")
    assert len(together(ledger)) == 4
    assert len({party for _, party in together(ledger)}) == 1

    opened(bo, a)
    bo.press("Take this order out")
    left = together(ledger)
    assert {order for order, _ in left} == {b.id, c.id, d.id}
    assert len({party for _, party in left}) == 1
    for order in (b, c):
        opened(bo, order)
        bo.press("Take this order out")
    assert together(ledger) == set()


@pytest.mark.parametrize(
    ("typed", "said"),
    [("K7Q4MX23", "No order has the number “K7Q4MX23”"), ("own", "this order itself")],
)
def test_a_number_that_leads_nowhere_links_nothing(bo, theatre, ledger, typed, said):
    order = theatre.sell("A2")
    opened(bo, order)
    bo.type("One party with order", order.number if typed == "own" else typed)

    assert said in bo.press("Link").alert
    assert together(ledger) == set()


def test_the_second_clerk_hears_that_it_was_linked(bo, app, theatre, ledger):
    first, second = theatre.sell("A2"), theatre.sell("A6")
    vera = clerk(app, "vera")
    opened(vera, first)
    link(bo, first, second)
    fill(vera, "note", "Birthday")

    alert = vera.press("Change details").alert
    assert "Bo Lund changed this order" in alert
    assert "link orders" in alert


def test_whoever_only_reads_cannot_link(app, people, theatre):
    order = theatre.sell("A2")
    rita = clerk(app, "rita")
    assert "One party with order" not in opened(rita, order).words


def test_a_party_may_sit_side_by_side_where_orders_sit_apart(bo, apart, theatre, ledger):
    first = theatre.sell("D6", patron=Patron("Grace Okafor", "g@example.org"))
    page = chart(bo, theatre, "D7", "D8").press("Sell the chosen")
    assert "these seats stay empty so that orders sit apart" in page.words

    page = bo.press(f"One party with {shown(first.number)}")
    assert f"One party with {shown(first.number)}" in page.words
    pick(bo, "kind-1", "cash")
    page = bo.press("Sell for")

    assert "Grace Okafor" in page.words
    [second] = [row.id for row in rows(ledger, OrderRow) if row.id != first.id]
    assert together(ledger) == {(first.id, first.id), (second, first.id)}
    with ledger.store.read() as session:
        found = distances.spacing(session, theatre.tonight)
        assert distances.too_near(session, theatre.tonight, found) == ()
        assert distances.orders(session, theatre.tonight)[first.id] == ["D6", "D7", "D8"]
        assert distances.whose(session, theatre.tonight)["D9"] == (first.id,)


def test_a_party_keeps_its_distance_to_everybody_else(bo, apart, theatre, ledger):
    first, other = theatre.sell("D10"), theatre.sell("D6")
    page = chart(bo, theatre, "D9").press("Sell the chosen")
    page = bo.press(f"One party with {shown(first.number)}")
    pick(bo, "kind-1", "cash")
    bo.press("Sell for")
    page = chart(bo, theatre, "D8").press("Sell the chosen")

    assert "these seats stay empty" in page.words
    assert f"One party with {shown(first.number)}" not in [
        b.get_text(strip=True) for b in page.soup.find_all("button")
    ]
    answer = bo._client.post(
        f"/staff/performances/{theatre.tonight}/sales",
        data={
            "csrf_token": page.soup.find("input", attrs={"name": "csrf_token"})["value"],
            "seat": "D8",
            "party": first.id,
        },
    )
    assert "/sales/" not in answer.headers.get("Location", "")
    assert len(rows(ledger, OrderRow)) == 3
    assert other.id
