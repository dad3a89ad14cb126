"""A seating plan is read whole, or refused whole with the fault and its place."""

import copy
import json
from pathlib import Path

import pytest

from boxoffice.charts import SeatType
from ledger import halls, plans

DEMO = Path(plans.__file__).parent / "demo_house" / "royal_theatre.json"


def seat(guid: str, x: int, number: str | None = None, category: str = "Stalls") -> dict:
    return {
        "seat_guid": guid,
        "seat_number": number or guid[1:],
        "position": {"x": x, "y": 0},
        "category": category,
    }


def row(name: str, y: int, *seats: dict) -> dict:
    return {"row_number": name, "position": {"x": 0, "y": y}, "seats": list(seats)}


SMALL = {
    "name": "Small house",
    "categories": [{"name": "Stalls"}, {"name": "Stalls (wheelchair)"}],
    "zones": [
        {
            "name": "Floor",
            "position": {"x": 100, "y": 100},
            "rows": [
                row("B", 200, *(seat(f"B{n}", 60 * n) for n in range(1, 5))),
                row(
                    "A",
                    100,
                    seat("A2", 120),
                    seat("A1", 60),
                    seat("A3", 180),
                    seat("A4", 400),
                ),
            ],
        }
    ],
}


def read(change=lambda plan: None) -> plans.Plan:
    plan = copy.deepcopy(SMALL)
    change(plan)
    return plans.read(json.dumps(plan))


def test_rows_run_from_the_stage_and_seats_from_left_to_right():
    chart = read().chart

    assert [r.name for r in chart.rows] == ["A", "B"]
    assert chart.rows[0].seats == ("A1", "A2", "A3", "A4")
    assert chart.coords["A1"] == (1.6, 2.0)


def test_a_wide_gap_within_a_row_is_an_aisle():
    assert read().chart.rows[0].breaks_after == {"A3"}


def test_a_category_says_the_level_and_who_a_place_is_for():
    def wheelchair(plan):
        plan["zones"][0]["rows"][0]["seats"][0]["category"] = "Stalls (wheelchair)"

    plan = read(wheelchair)

    assert plan.levels == ("Stalls",)
    assert plan.chart.type_of("B1") is SeatType.ACCESSIBLE


def test_the_demo_theatre_is_worth_showing():
    plan = plans.read(DEMO.read_text())

    assert len(plan.chart.seats) >= 600
    assert plan.levels == ("Premium", "Standard", "Value")
    assert {name.section for name in plan.names.values()} == {
        "Stalls",
        "Boxes",
        "Circle",
        "Balcony",
    }
    kinds = list(plan.chart.types.values())
    assert kinds.count(SeatType.ACCESSIBLE) == kinds.count(SeatType.COMPANION) == 10
    # Every wheelchair space has a companion's seat beside it.
    for code, kind in plan.chart.types.items():
        if kind is SeatType.ACCESSIBLE:
            members = plan.chart.row_of(code).seats
            at = members.index(code)
            beside = members[max(0, at - 1) : at + 2]
            assert SeatType.COMPANION in {plan.chart.type_of(s) for s in beside}


def test_the_best_seat_of_the_demo_theatre_is_in_the_middle_of_the_stalls():
    plan = plans.read(DEMO.read_text())
    best = plan.chart.best_first[0]

    assert plan.names[best].section == "Stalls"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda p: p.pop("zones"), "the plan: 'zones' is a required property"),
        (lambda p: p["zones"][0]["rows"][0]["seats"][1].pop("seat_guid"),
         "zones[0].rows[0].seats[1]: 'seat_guid' is a required property"),
        (lambda p: p["zones"][0]["rows"][0]["seats"][1].update(seat_guid="B1"),
         "zones[0] (Floor), rows[0] (B): seat_guid 'B1' is used twice"),
        (lambda p: p["zones"][0]["rows"][0]["seats"][1].update(seat_number="1"),
         "zones[0] (Floor), rows[0] (B): two seats are called 1"),
        (lambda p: p["zones"][0]["rows"][0]["seats"][2].update(category="Gods"),
         "seats[2] (B3): category 'Gods' is not in categories"),
        (lambda p: p["zones"][0]["rows"][0]["seats"][2]["position"].update(x="left"),
         "zones[0].rows[0].seats[2].position.x: 'left' is not of type 'number'"),
        (lambda p: p["zones"][0]["rows"][0]["seats"][2]["position"].update(x=120),
         "seats 2 and 3 are in one place"),
        (lambda p: p["zones"][0]["rows"][0].update(row_number="A\x1b"),
         "cannot be printed"),
        (lambda p: p["zones"][0].update(rows=[]), "zones: the plan has no seats"),
        (lambda p: p["categories"].append({"name": "Stalls"}), "'Stalls' is named twice"),
    ],
)  # fmt: skip
def test_a_bad_plan_is_refused_with_the_fault_and_its_place(change, words):
    with pytest.raises(plans.BadPlan) as refused:
        read(change)

    assert words in str(refused.value)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", "null", '{"name": NaN}', "\ufeff{}", "[" * 100_000, b"\xff\xfe{}"],
)
def test_what_is_no_plan_at_all_is_refused_in_words(text):
    with pytest.raises(plans.BadPlan):
        plans.read(text)


def test_the_stage_of_an_imported_plan_is_before_the_middle_of_its_rows():
    found = read()
    xs = [x for x, _ in found.chart.coords.values()]
    stage = halls.of(found.chart, found.names).stage

    assert stage.middle == pytest.approx((min(xs) + max(xs)) / 2, abs=0.1)
    assert stage.y + stage.depth < min(y for _, y in found.chart.coords.values())
