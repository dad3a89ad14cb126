"""The catalogue, as a supervisor keeps it: performances in bulk, halls, prices, fees."""

import io
import json
from dataclasses import replace

import pytest
from sqlalchemy import select

from boxoffice.pricing import Seller
from ledger import catalogue, evenings, halls, orders, plan_files, plans
from ledger.tables.catalogue import HallRow, PerformanceRow, ProductionRow
from tests.parts.ledger.clerk import clerk, hire
from tests.parts.ledger.shopper import Shopper
from tests.parts.ledger.test_window import fill, pick, rows
from tests.parts.ledger.theatre import plan

TABLE = """Section,Row,Seat,Level,Type,Aisle
Stalls,A,1,Premium,accessible,
Stalls,A,2,Premium,companion,x
Stalls,A,3,Premium,,
Circle,B,1,Value,,
"""


@pytest.fixture
def vera(app, ledger):
    hire(ledger)
    return clerk(app, "vera")


def bulk(guest, theatre, *starts):
    guest.open("/staff/catalogue")
    guest.page.soup.find("textarea").string = "\n".join(starts)
    pick(guest, "like", theatre.tonight)
    with_hall = guest.page.soup.find("select", attrs={"name": "hall"})
    for option in with_hall.find_all("option"):
        if option.get_text() == "Main stage":
            option["selected"] = ""
    return guest.press("Add them")


def test_performances_are_added_in_bulk_with_charts_of_their_own(vera, theatre, ledger):
    """Source: INV7, INV12."""
    page = bulk(vera, theatre, "2026-12-04 19:30", "2026-12-05 15:00", "2026-12-05 19:30")

    assert "3 performances added." in page.words
    added = [row for row in rows(ledger, PerformanceRow) if row.number > 2]
    assert len(added) == 3
    with ledger.store.read() as session:
        assert evenings.plan_of(session, added[0].id).chart == plan().chart
        assert evenings.prices_of(session, added[0].id).price("premium", "adult") == 2400
    doors = json.loads(added[0].spaces)[0]["doors"]
    assert doors[0]["performances"] == [added[0].id]


@pytest.mark.parametrize(
    ("starts", "said"),
    [
        (("2020-12-04 19:30",), "is in the past"),
        (("2026-13-04 19:30",), "is no date and time"),
        (("9999-12-31 23:59", "0001-01-01 00:00"), "is no date and time"),
        (("2026-12-04 19:30", "2026-12-04 19:30"), "different times"),
    ],
)
def test_one_bad_time_adds_nothing(vera, theatre, ledger, starts, said):
    page = bulk(vera, theatre, *starts)

    assert said in page.alert
    assert "Nothing was added." in page.alert
    assert page.soup.find("textarea").get_text() == "\n".join(starts)
    assert len(rows(ledger, PerformanceRow)) == 2


def test_a_production_is_a_name(vera, ledger):
    vera.open("/staff/catalogue")
    fill(vera, "title", "The Seagull")
    vera.press("Add")

    assert "The Seagull" in {row.title for row in rows(ledger, ProductionRow)}


def upload(guest, data, name, hall="Annex"):
    token = guest.open("/staff/catalogue").soup.find(attrs={"name": "csrf_token"})["value"]
    form = {"csrf_token": token, "name": hall, "plan": (io.BytesIO(data), name)}
    return guest.post("/staff/catalogue/halls", form)


def test_a_house_comes_in_as_a_table_and_leaves_as_json(vera, ledger):
    upload(vera, TABLE.encode(), "house.csv")
    page = vera.press("Take it")

    assert "Annex: 4 seats." in page.words
    with ledger.store.read() as session:
        row = session.scalars(select(HallRow).where(HallRow.name == "Annex")).one()
        kept = halls.read(json.loads(row.plan))
    assert [r.breaks_after for r in kept.chart.rows] == [frozenset({"ST-A-2"}), frozenset()]
    answer = vera._client.get(f"/staff/catalogue/halls/{row.id}.json")
    again = plans.read(answer.get_data())
    assert again.chart.types == kept.chart.types
    assert again.chart.levels == kept.chart.levels
    assert set(again.chart.seats) == set(kept.chart.seats)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("Section,Row\nStalls,A\n", "line 1: there is no column seat"),
        ("Section,Row,Seat,Wine\n", "nobody knows a column 'wine'"),
        (
            "Section,Row,Seat\nStalls,A,1\nStalls,A,1\n",
            "line 3: Stalls A 1 stands there twice",
        ),
        ("Section,Row,Seat\nStalls,,1\n", "line 2: the row is missing"),
        ("Section,Row,Seat,Type\nStalls,A,1,sofa\n", "line 2: the type is 'sofa'"),
        ("Section,Row,Seat,X\nStalls,A,1,left\n", "line 2: x is 'left', no length"),
        ("Section,Row,Seat\n", "the file has no seats"),
    ],
)
def test_a_table_with_a_fault_names_the_line(table, said):
    with pytest.raises(plans.BadPlan, match=said):
        plan_files.read_csv(table.encode())


def test_what_is_no_plan_imports_nothing(vera, ledger):
    page = upload(vera, b"{}", "house.json")

    assert "Nothing was imported" in page.alert
    assert len(rows(ledger, HallRow)) == 2


def test_prices_and_fees_are_changed_and_devices_hear(vera, theatre, ledger, kiosk):
    vera.open(f"/staff/catalogue/performances/{theatre.tonight}")
    fill(vera, "price-0-premium", "26.50")
    fill(vera, "name-2", "Child")
    fill(vera, "price-2-standard", "0")
    fill(vera, "fee-0", "2.25")
    page = vera.press("Change prices")

    assert "Prices of 1 performance changed." in page.words
    with ledger.store.read() as session:
        listed = evenings.prices_of(session, theatre.tonight)
    assert listed.price("premium", "adult") == 2650
    assert listed.price("standard", "child") == 0
    assert listed.price("premium", "child") is None
    assert (listed.fees[0].fee, listed.fees[0].outside) == (225, 175)
    (told,) = kiosk.documents(f"perf:{theatre.tonight}", "price").values()
    assert told["levels"][0]["prices"]["adult"] == 2650


def test_a_price_for_a_class_is_one_ticket_that_lets_in_all_of_them(
    vera, app, theatre, ledger, door
):
    vera.open(f"/staff/catalogue/performances/{theatre.tonight}")
    fill(vera, "name-2", "Class")
    fill(vera, "people-2", "6")
    fill(vera, "price-2-standard", "45")
    vera.press("Change prices")
    sold = ledger.store.write(
        orders.sell,
        ledger.means(),
        performance=theatre.tonight,
        seats=[("D1", "class")],
        seller=Seller.WINDOW,
        tender="cash",
    )

    [ticket] = sold.tickets
    told = door.documents(f"perf:{theatre.tonight}", "ticket")[ticket.id]
    assert told["admits"] == 6
    ada = Shopper(app)
    assert "Class" not in ada.open(f"/shop/performances/{theatre.tonight}").words
    ada.choose_seats(theatre.tonight, "D2")
    assert "Class" not in ada.page.words


def test_a_promo_code_outlives_a_change_of_prices(vera, theatre, ledger):
    with ledger.store.read() as session:
        listed = evenings.prices_of(session, theatre.tonight)
    coded = tuple(replace(kind, code="a hash") for kind in listed.types)
    before = replace(listed, types=coded)
    ledger.store.write(catalogue.set_prices, ledger.means(), theatre.tonight, before)
    vera.open(f"/staff/catalogue/performances/{theatre.tonight}")
    vera.press("Change prices")

    with ledger.store.read() as session:
        after = evenings.prices_of(session, theatre.tonight)
    assert after == before


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("price-0-premium", "24.005", "more than 2 decimals"),
        ("price-0-premium", "-1", "0 or more"),
        ("name-1", "adult", "Two prices are called adult"),
        ("outside-0", "9.00", "exceeds the fee"),
        ("people-1", "0", "from 1 to 99"),
        ("people-0", "6", "cannot be for a party"),
    ],
)
def test_a_bad_price_changes_nothing(vera, theatre, ledger, field, typed, said):
    vera.open(f"/staff/catalogue/performances/{theatre.tonight}")
    fill(vera, field, typed)
    page = vera.press("Change prices")

    assert said in page.alert
    with ledger.store.read() as session:
        assert (
            evenings.prices_of(session, theatre.tonight).price("premium", "adult") == 2400
        )


def test_public_sale_is_switched_off(vera, theatre, ledger, kiosk):
    vera.open(f"/staff/catalogue/performances/{theatre.tonight}")
    del vera.page.soup.find("input", attrs={"name": "public"})["checked"]
    vera.press("Change")

    assert (
        kiosk.documents(f"venue:{theatre.house}", "performance")[theatre.tonight]["public"]
        is False
    )


def test_selling_never_ends_before_it_begins(vera, theatre):
    vera.open(f"/staff/catalogue/performances/{theatre.tonight}")
    fill(vera, "from", "2027-01-01T10:00")

    assert "end before it begins" in vera.press("Change").alert


def test_a_price_that_cannot_be_is_marked_and_nothing_typed_is_lost(vera, theatre, ledger):
    vera.open(f"/staff/catalogue/performances/{theatre.tonight}")
    fill(vera, "price-0-premium", "12.345")
    fill(vera, "name-1", "Young people")
    page = vera.press("Change prices")

    assert "has more than 2 decimals. Nothing was changed." in page.alert
    wrong = page.soup.find("input", attrs={"aria-invalid": "true"})
    assert (wrong["name"], wrong["value"]) == ("price-0-premium", "12.345")
    kept = page.soup.find("input", attrs={"name": "name-1"})
    assert kept["value"] == "Young people"
    with ledger.store.read() as session:
        listed = evenings.prices_of(session, theatre.tonight)
    assert listed.price("premium", "adult") == 2400
