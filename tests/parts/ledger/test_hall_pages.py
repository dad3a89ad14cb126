"""A house built and corrected by hand, taken from files and given back. Source: INV7."""

import io
import json

import pytest
from sqlalchemy import select

from boxoffice.charts import SeatType
from ledger import evenings, halls, plan_files, plans
from ledger.row_shapes import Shape, following
from ledger.tables.catalogue import HallRow, HallVersionRow
from tests.parts.ledger.clerk import clerk
from tests.parts.ledger.test_window import choose, fill, pick

CSV = (
    "section,row,seat,level\nStalls,A,1,Premium\nStalls,A,2,Premium\nStalls,B,1,Standard\n"
)
TWICE = CSV + "Stalls,A,2,Premium\n"


@pytest.fixture
def vera(app, people):
    return clerk(app, "vera")


def hall(ledger, name="Main stage"):
    with ledger.store.read() as session:
        return session.scalars(select(HallRow).where(HallRow.name == name)).one()


def plan(ledger, name="Main stage"):
    return halls.read(json.loads(hall(ledger, name).plan))


def opened(vera, ledger):
    vera.open(f"/staff/halls/{hall(ledger).id}")
    return vera


def add(vera, **typed):
    usual = {"add-section": "Balcony", "add-name": "G", "add-count": "8", "add-y": "9"}
    for name, text in (usual | typed).items():
        fill(vera, name.replace("_", "-"), text)
    return vera.press("Add")


def bring(guest, text, name="plan.csv", **typed):
    token = guest.open("/staff/catalogue").soup.find(attrs={"name": "csrf_token"})["value"]
    form = {"csrf_token": token, "name": "New house"} | typed
    return guest.post(
        "/staff/catalogue/halls", form | {"plan": (io.BytesIO(text.encode()), name)}
    )


def test_rows_are_built_at_once_wider_and_wider_with_an_aisle(vera, ledger):
    page = add(opened(vera, ledger), rows="3", wider="2", **{"add-aisles": "4"})

    assert "3 rows from G on added to Balcony." in page.words
    made = [row for row in plan(ledger).chart.rows if row.section == "Balcony"]
    assert [(row.name, len(row.seats)) for row in made] == [("G", 8), ("H", 10), ("I", 12)]
    assert [plan(ledger).name(seat).seat for seat in made[0].seats] == list("12345678")
    assert all(len(row.breaks_after) == 1 for row in made)


def test_odd_numbers_and_a_curve_bend_towards_the_stage(vera, ledger):
    pick(opened(vera, ledger), "add-step", "2")
    add(vera, **{"add-curve": "12", "add-spacing": "0,6"})

    made = plan(ledger)
    (row,) = (row for row in made.chart.rows if row.section == "Balcony")
    depths = [made.chart.coords[seat][1] for seat in row.seats]
    assert [made.name(seat).seat for seat in row.seats][:4] == ["1", "3", "5", "7"]
    assert depths[0] == depths[-1] < max(depths) <= 9.0


def test_seats_get_levels_companions_and_aisles(vera, ledger):
    for act, ticked in (
        ("Set level", ["D1", "D2"]),
        ("Set", ["D3"]),
        ("Aisle after", ["D7"]),
        ("Remove seats", ["D10"]),
    ):
        choose(opened(vera, ledger), *ticked)
        fill(vera, "level", "Box")
        pick(vera, "kind", "companion")
        vera.press(act)

    chart = plan(ledger).chart
    assert chart.levels["D1"] == chart.levels["D2"] == "Box"
    assert chart.type_of("D3") is SeatType.COMPANION
    assert "D7" in chart.row_of("D1").breaks_after
    assert "D10" not in chart.seats


def test_a_row_is_renamed_numbered_anew_and_removed(vera, ledger):
    pick(opened(vera, ledger), "row", "0")
    fill(vera, "row-name", "AA")
    fill(vera, "row-first", "101")
    vera.press("Change")
    assert str(plan(ledger).name("A1")) == "Stalls AA 101"

    pick(vera, "row", "5")
    vera.press("Remove the row")
    assert [row.name for row in plan(ledger).chart.rows] == ["AA", "B", "C", "D", "E"]


def test_best_seats_are_ranked_by_a_rule_and_new_ones_join_it(vera, ledger):
    choice = opened(vera, ledger)
    pick(choice, "rule", "front")
    vera.press("Rank")
    front = plan(ledger).chart.best_first
    add(vera)

    assert front[0].startswith("A")
    assert set(plan(ledger).chart.best_first) == set(plan(ledger).chart.seats)


def test_two_seats_of_one_name_are_refused_with_the_place(vera, ledger):
    before = hall(ledger).plan
    pick(opened(vera, ledger), "row", "1")
    fill(vera, "row-name", "A")

    page = vera.press("Change")

    assert "Stalls, row A: two seats are called 1" in page.alert
    assert hall(ledger).plan == before


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("add-count", "many", "no whole number"),
        ("add-count", "0", "1 to 300 seats"),
        ("add-count", "301", "1 to 300 seats"),
        ("add-y", "1e400", "out of any house"),
        ("add-y", "nan", "out of any house"),
        ("add-curve", "1", "too narrow"),
        ("add-aisles", "4;x", "places from the left"),
        ("add-first", "0", "begin at 1"),
        ("rows", "61", "1 to 60 rows"),
    ],
)
def test_what_cannot_be_built_is_said_and_nothing_is_changed(
    vera, ledger, field, typed, said
):
    before = hall(ledger).plan
    page = add(opened(vera, ledger), **{field: typed})

    assert said in page.alert
    assert hall(ledger).plan == before


def test_the_last_change_is_undone(vera, ledger):
    before = hall(ledger).plan
    add(opened(vera, ledger))
    assert "Undone: Row G added to Balcony." in vera.press("Undo").words
    assert hall(ledger).plan == before


def test_the_second_of_two_editors_is_told_and_nothing_is_lost(app, vera, ledger, people):
    anna = clerk(app, "anna")
    opened(anna, ledger)
    add(opened(vera, ledger))
    first = hall(ledger).plan
    choose(anna, "A1")

    page = anna.press("Aisle after")

    assert "Vera Holt changed this plan at" in page.alert
    assert hall(ledger).plan == first


def test_a_later_change_of_the_hall_never_touches_a_performance(vera, ledger, theatre):
    add(opened(vera, ledger))

    with ledger.store.read() as session:
        assert len(evenings.plan_of(session, theatre.tonight).seats) == 60


def test_seats_of_one_performance_change_their_kind_and_devices_hear_of_it(
    vera, ledger, theatre, kiosk
):
    vera.open(f"/staff/performances/{theatre.tonight}/plan")
    choose(vera, "D1")
    pick(vera, "kind", "accessible")
    vera.press("Set")
    fill(vera, "level", "premium")
    choose(vera, "D1")
    vera.press("Set level")

    (told,) = kiosk.documents(f"perf:{theatre.tonight}", "chart").values()
    assert told["types"]["D1"] == "accessible"
    assert told["levels"]["D1"] == "premium"
    assert plan(ledger).chart.type_of("D1") is SeatType.STANDARD


def test_a_level_without_a_price_is_refused_on_a_performance(vera, ledger, theatre):
    vera.open(f"/staff/performances/{theatre.tonight}/plan")
    choose(vera, "D1")
    fill(vera, "level", "Royal box")

    assert "no price for the level Royal box" in vera.press("Set level").alert


def test_a_file_is_looked_at_before_it_is_taken(vera, ledger):
    page = bring(vera, CSV)
    assert "nothing has been changed yet" in page.heading
    assert "3 in 2 rows" in page.words
    with pytest.raises(LookupError):
        _named(ledger, "New house")

    vera.press("Take it")

    assert plan(ledger, "New house").chart.levels["ST-A-1"] == "Premium"


def test_a_file_can_become_the_plan_of_a_hall_that_is_there(vera, ledger):
    bring(vera, CSV)
    pick(vera, "into", hall(ledger).id)
    vera.press("Take it")

    assert len(plan(ledger).seats) == 3
    vera.press("Undo")
    assert len(plan(ledger).seats) == 60


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TWICE, "line 5: Stalls A 2 stands there twice, first in line 3"),
        ("{", "not JSON"),
        ("[]", "the plan"),
        ("section,row\n", "no column seat"),
        ("\x00\x01", "no column"),
    ],
)
def test_a_file_that_is_no_plan_is_refused_whole_and_names_the_place(
    vera, ledger, text, said
):
    assert said in bring(vera, text).alert
    with pytest.raises(LookupError):
        _named(ledger, "New house")


def test_what_is_exported_comes_in_again_as_it_was(vera, ledger):
    address = f"/staff/catalogue/halls/{hall(ledger).id}"
    for kind in ("json", "csv"):
        data = vera._client.get(f"{address}.{kind}").get_data()
        if kind == "json":
            found = plans.read(data)
            read = halls.of(found.chart, found.names)
        else:
            read = plan_files.read_csv(data)
        was, now = plan(ledger), read
        assert [str(now.name(s)) for s in now.seats] == [
            str(was.name(s)) for s in was.seats
        ]
        assert list(now.chart.levels.values()) == list(was.chart.levels.values())
        assert len(now.chart.blocks) == len(was.chart.blocks)


def test_performances_of_a_new_hall_have_prices_for_all_its_levels(vera, ledger, theatre):
    bring(vera, CSV)
    vera.press("Take it")
    vera.open("/staff/catalogue")
    pick(vera, "hall", hall(ledger, "New house").id)
    pick(vera, "like", theatre.tonight)
    vera.page.soup.find("textarea", attrs={"name": "starts"}).string = "2027-01-15 19:30"
    page = vera.press("Add them")

    assert "1 performance added" in page.words
    with ledger.store.read() as session:
        (made,) = session.scalars(
            select(HallRow.id).where(HallRow.name == "New house")
        ).all()
        from ledger.tables.catalogue import PerformanceRow

        evening = session.scalars(
            select(PerformanceRow.id).where(PerformanceRow.hall == made)
        ).one()
        assert evenings.prices_of(session, evening).price("Premium", "adult") == 2400


@pytest.mark.parametrize(
    ("name", "then"), [("A", "B"), ("Z", "AA"), ("AZ", "BA"), ("9", "10"), ("z", "aa")]
)
def test_rows_are_named_on(name, then):
    assert following(name) == then


def test_numbers_may_fall_from_left_to_right():
    assert Shape(3, 0, 0, first=6, step=-2).numbers() == ["6", "4", "2"]
    with pytest.raises(plans.BadPlan):
        Shape(4, 0, 0, first=6, step=-2)


def test_only_some_earlier_plans_are_kept(vera, ledger, monkeypatch):
    monkeypatch.setattr("ledger.hall_changes.MOST_KEPT", 2)
    for _ in range(4):
        choose(opened(vera, ledger), "A1")
        vera.press("Aisle after")

    with ledger.store.read() as session:
        assert len(session.scalars(select(HallVersionRow)).all()) == 2


def _named(ledger, name):
    with ledger.store.read() as session:
        found = session.scalars(select(HallRow.id).where(HallRow.name == name)).first()
    if found is None:
        raise LookupError(name)
    return found
