"""Order types, such as tables: kept by a supervisor, sold at the window. Source: ORT1."""

from dataclasses import replace

import pytest

from ledger import order_types
from ledger.order_types import Said
from ledger.tables.money import TenderRow
from ledger.tables.order_types import OrderTypeRow
from ledger.tables.orders import OrderRow
from tests.parts.ledger.clerk import clerk, hire
from tests.parts.ledger.shopper import Shopper
from tests.parts.ledger.test_office_pages import table
from tests.parts.ledger.test_window import chart, fill, pick, rows

pytestmark = pytest.mark.usefixtures("sound_book")
TABLE = Said("Table", 2, 3, 1)


@pytest.fixture
def vera(app, ledger):
    hire(ledger)
    return clerk(app, "vera")


def add(ledger, said=TABLE):
    return ledger.store.write(order_types.add, ledger.means(), said, by="vera")


def sale(guest, theatre, *seats, kind=""):
    chart(guest, theatre, *seats).press("Sell the chosen")
    if kind:
        pick(guest, "order_type", kind)
    pick(guest, "kind-1", "cash")
    return guest.press("Sell for")


def test_a_type_is_added_renamed_made_usual_and_retired(vera, ledger, theatre):
    vera.open("/staff/catalogue")
    vera.press("Order types")
    fill(vera, "name", "Table")
    assert "Table can be sold at the window." in vera.press("Add it").words
    form = vera.page.soup.find("section", attrs={"aria-label": "Table"})
    form.find("input", attrs={"name": "name"})["value"] = "Round table"
    form.find("input", attrs={"name": "usual"})["checked"] = ""
    assert "Changed." in vera.press("Change").words
    [row] = rows(ledger, OrderTypeRow)
    assert (row.name, row.minimum, row.maximum, row.usual) == ("Round table", 2, 6, True)

    chart(vera, theatre, "A1", "A2").press("Sell the chosen")
    chosen = vera.page.soup.find("select", attrs={"name": "order_type"})
    assert chosen.find("option", selected=True).get_text() == "Round table, 2–6 people"

    vera.open("/staff/catalogue/order-types")
    vera.press("Retire")
    chart(vera, theatre, "B1", "B2").press("Sell the chosen")
    assert vera.page.soup.find("select", attrs={"name": "order_type"}) is None


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", "", "Please give it a name."),
        ("name", "TABLE", "Another order type is called Table."),
        ("minimum", "-1", "A whole number from 0"),
        ("maximum", "1", "fewer than at least"),
        ("orders", "ten", "A whole number from 0"),
    ],
)
def test_what_cannot_be_is_told_and_kept_in_the_form(vera, ledger, field, typed, said):
    add(ledger)
    page = vera.open("/staff/catalogue/order-types")
    form = page.soup.find("section", attrs={"aria-labelledby": "new"})
    form.find("input", attrs={"name": "name"})["value"] = "Sofa"
    form.find("input", attrs={"name": field})["value"] = typed
    page = vera.press("Add it")

    assert said in page.words
    again = page.soup.find("section", attrs={"aria-labelledby": "new"})
    assert again.find("input", attrs={"name": field})["value"] == typed
    assert len(rows(ledger, OrderTypeRow)) == 1


@pytest.mark.parametrize("seats", [("A1",), ("A1", "A2", "A3", "A4")])
def test_a_party_that_does_not_fit_is_refused_and_keeps_its_seats(
    vera, ledger, theatre, seats
):
    kind = add(ledger)
    page = sale(vera, theatre, *seats, kind=kind)

    assert "This table is for 2–3 people." in page.alert
    assert rows(ledger, OrderRow) == []
    assert "Held until" in page.words


def test_when_all_are_taken_the_next_is_refused_and_the_tally_says_so(
    vera, ledger, theatre
):
    kind = add(ledger)
    page = sale(vera, theatre, "A1", "A2", kind=kind)
    assert "Order type Table" in page.words

    page = sale(vera, theatre, "B1", "B2", kind=kind)
    assert "All tables of this kind are taken." in page.alert

    vera.open("/staff/catalogue/order-types")
    assert "Hamlet" in vera.page.words
    assert "Table 1 1 2" in vera.page.words


def test_downloads_name_the_type(vera, ledger, theatre):
    sale(vera, theatre, "A1", "A2", kind=add(ledger))

    [header, order] = table(vera.fetch("/staff/worklist/orders.csv"))
    assert order[header.index("order type")] == "Table"
    [_, taken] = table(vera.fetch("/staff/catalogue/order-types/taken.csv"))
    assert taken[1:] == ["Hamlet", "Table", "1", "1", "2", "48.00"]


def test_the_second_who_changes_a_type_hears_who_was_quicker(vera, app, ledger, theatre):
    add(ledger)
    anna = clerk(app, "anna")
    for one in (vera, anna):
        one.open("/staff/catalogue/order-types")
    own = {"attrs": {"aria-label": "Table"}}
    vera.page.soup.find("section", **own).find(attrs={"name": "orders"})["value"] = "7"
    vera.press("Change")
    anna.page.soup.find("section", **own).find(attrs={"name": "orders"})["value"] = "9"
    page = anna.press("Change")

    assert "Vera Holt changed this order type" in page.alert
    kept = page.soup.find("section", **own).find(attrs={"name": "orders"})
    assert kept["value"] == "9"
    assert rows(ledger, OrderTypeRow)[0].orders == 7
    anna.press("Change")
    assert rows(ledger, OrderTypeRow)[0].orders == 9


# The shop.


@pytest.fixture
def ada(app, theatre):
    return Shopper(app)


def books(ada, theatre, *seats, kind="", **how):
    """Go on from the seats to the summary, with a kind of order."""
    ada.choose_seats(theatre.tonight, *seats)
    ada.press("Continue")
    return says(ada, kind, **how)


def says(ada, kind, **how):
    """Give the patron's details, and what is booked."""
    ada.type("Name", "Ada Holm")
    ada.type("E-mail", "ada@example.org")
    for box in ada.page.soup.find_all("input", attrs={"name": "order_type"}):
        box.attrs.pop("checked", None)
        if box["value"] == kind:
            box["checked"] = ""
    return ada.press("Continue", **how)


def test_the_shop_offers_what_is_said_to_be_online_and_books_it(ada, theatre, ledger):
    add(ledger, replace(TABLE, name="Private box"))
    table = add(ledger, replace(TABLE, online=True))
    page = books(ada, theatre, "D1", "D2", kind=table)
    assert "Table" in page.words
    assert "Private box" not in page.words
    ada.pays()

    [order] = rows(ledger, OrderRow)
    assert order.order_type == table


@pytest.mark.parametrize(
    ("seats", "orders", "said"),
    [
        (("D1",), 1, "for 2 to 3 people"),
        (("D1", "D2"), 0, "All of these are taken"),
    ],
)
def test_the_shop_says_beside_the_field_why_not(ada, theatre, ledger, seats, orders, said):
    table = add(ledger, replace(TABLE, online=True, orders=orders))

    page = books(ada, theatre, *seats, kind=table, status=422)

    assert said in page.words
    assert "Please look at 1 field again." in page.alert
    assert page.soup.find("input", attrs={"name": "name"})["value"] == "Ada Holm"
    assert rows(ledger, OrderRow) == []


@pytest.mark.parametrize("how", ["retired", "not online any more"])
def test_what_is_not_offered_any_more_is_not_booked(ada, theatre, ledger, how):
    table = add(ledger, replace(TABLE, online=True))
    ada.choose_seats(theatre.tonight, "D1", "D2")
    ada.press("Continue")
    write, means = ledger.store.write, ledger.means()
    if how == "retired":
        write(order_types.retire, means, table, retired=True, by="vera")
    else:
        write(order_types.change, means, table, TABLE, by="vera")

    assert "All of these are taken" in says(ada, table, status=422).words


def test_of_two_who_pay_for_the_last_table_one_has_it_and_the_other_pays_nothing(
    ada, app, theatre, ledger
):
    table = add(ledger, replace(TABLE, online=True))
    bea = Shopper(app)
    books(ada, theatre, "D1", "D2", kind=table)
    books(bea, theatre, "D9", "D10", kind=table)
    ada.press("Pay ")
    bea.press("Pay ")
    ada.press("Approve")
    page = bea.press("Approve")

    assert "All of these are taken for this performance." in page.alert
    assert "Your seats are kept." in page.alert
    assert len(rows(ledger, OrderRow)) == 1
    assert [t.amount for t in rows(ledger, TenderRow)] == [3600]
