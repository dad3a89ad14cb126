"""The picture of the house: each seat in its place, as it is at this moment."""

import re
from dataclasses import replace

import pytest

from kiosk import sales
from kiosk.app import create_app
from kiosk.device import Device
from kiosk.shown.choosing import MapSeat
from kiosk.shown.houses import HouseMap
from kiosk.shown.named import SeatShown
from kiosk.shown.parts import MapSection, Part
from kiosk.web.picture import Box, picture
from tests.pages import Guest
from tests.parts.kiosk.ledger_double import LedgerDouble
from tests.parts.kiosk.theatre import HAMLET, hear
from tests.parts.kiosk.web.pretend_house import PretendHouse, plan

Spot = tuple[float, float]


def dots(path: str) -> list[Spot]:
    """Follow a path and say where it leaves dots, in metres."""
    x = y = 0.0
    found = []
    for how, numbers in re.findall(r"([Mm])([^Mmz]*)z", path):
        to_x, to_y = map(float, re.findall(r"-?(?:\d+\.?\d*|\.\d+)", numbers))
        x, y = (to_x, to_y) if how == "M" else (x + to_x, y + to_y)
        found.append((round(x, 2), round(y, 2)))
    return found


def house(*spots: Spot, open: frozenset[str] = frozenset(), name: str = "Hall") -> HouseMap:
    seats = tuple(
        MapSeat(
            SeatShown(f"A-{n}", name, "A", str(n), "", *spot),
            "standard",
            *[False] * 2,
            0,
            0,
        )
        for n, spot in enumerate(spots, 1)
    )
    part = Part(name, "", seats)
    return HouseMap("", (MapSection(part, open),), (), None, "EUR", 2)


def drawn(guest: Guest, kind: str) -> set[Spot]:
    guest.open(f"/p/{HAMLET}/map")
    return {
        spot
        for path in guest.page.soup.select(f".house__{kind}")
        for spot in dots(str(path["d"]))
    }


def test_every_seat_of_a_curved_row_is_drawn_in_its_place():
    spots = [
        (-0.55, 0.04),
        (0.0, 0.0),
        (0.5, -0.25),
        (10.25, 3.5),
        (10.25, -1.0),
        (-12.0, 90.0),
    ]

    found = picture(house(*spots, open=frozenset({"A-2", "A-5"})))

    assert found is not None
    assert dots(found.free) == [spots[1], spots[4]]
    assert dots(found.taken) == [spots[0], *spots[2:4], spots[5]]


def test_names_of_parts_never_lie_on_one_another():
    def block(name: str, left: float, top: float, rows: int = 10) -> MapSection:
        return house(
            *((left + n % 10 * 0.5, top + n // 10) for n in range(10 * rows)), name=name
        ).sections[0]

    middle = block("Parterre, centre", 10, 0, rows=12)
    parts = (block("Parterre, left", 4, 0), middle, block("Parterre, right", 16, 1))
    above = block("Parterre, centre, rear", 10, 3, rows=6)

    found = picture(replace(house(), sections=(*parts, above)))

    assert found is not None
    names = [word.text for word in found.words]
    assert names[0] == "Parterre, centre"
    assert "Parterre, centre, rear" not in names
    assert len(names) >= 2


def test_in_a_house_wider_than_a_hundred_metres_no_rounding_adds_up():
    spots = [(n * 0.54, 150 + n * 0.26) for n in range(400)]

    found = picture(house(*spots))

    assert found is not None
    for (x, y), (wanted_x, wanted_y) in zip(dots(found.taken), spots, strict=True):
        assert (x, y) == (
            pytest.approx(wanted_x, abs=0.051),
            pytest.approx(wanted_y, abs=0.051),
        )


def test_a_seat_sold_meanwhile_is_drawn_as_taken_on_the_next_page(
    ada: Guest, bea: Guest, kiosk: Device, ledger: LedgerDouble
):
    for guest in (ada, bea):
        guest.open(f"/p/{HAMLET}/how-many")
        guest.press("Find seats")
    before = drawn(ada, "free")
    assert before == drawn(bea, "free")
    ledger.set_seat(HAMLET, "A-1", state="sold")
    hear(kiosk)

    assert before - drawn(ada, "free") == {(0.0, 0.0)}
    assert (0.0, 0.0) in drawn(bea, "taken")


def test_seats_that_one_guest_holds_are_free_on_the_picture_of_that_guest_alone(
    ada: Guest, bea: Guest, kiosk: Device
):
    for guest in (ada, bea):
        guest.open(f"/p/{HAMLET}/how-many")
        guest.press("Find seats")
    before = drawn(ada, "free")
    ada.open(f"/p/{HAMLET}/seats")
    ada.press("Take these")

    assert drawn(ada, "free") == before
    assert len(before - drawn(bea, "free")) == 2


def test_the_same_seats_count_on_the_tile_and_in_how_many(
    kiosk: Device, ledger: LedgerDouble
):
    left = [tile.seats_left for tile in sales.performances(kiosk)]
    ledger.set_seat(HAMLET, "A-1", state="sold")
    ledger.set_seat(HAMLET, "C-6", state="sold")  # Step-free: it was not counted before.
    hear(kiosk)

    assert [tile.seats_left for tile in sales.performances(kiosk)] == [
        left[0] - 1,
        *left[1:],
    ]


@pytest.mark.parametrize(
    ("stage", "side"),
    [
        ((0.0, -20.0, 8.0, 2.0), "above"),
        ((0.0, 40.0, 8.0, 2.0), "below"),
        ((-60.0, 0.0, 8.0, 2.0), "left"),
        ((60.0, 0.0, 8.0, 2.0), "right"),
    ],
)
def test_a_part_alone_says_on_which_side_the_stage_is(stage: Box, side: str):
    spots = [(x * 0.5, y * 1.0) for x in range(10) for y in range(5)]
    first, hall = house((0.0, -10.0)).sections[0], house(*spots).sections[0]
    named = MapSection(replace(first.part, name="Boxes"), first.open)
    whole = replace(house(*spots), sections=(named, hall), stage=stage)

    found = picture(whole, section="Hall")

    assert found is not None
    assert found.stage is not None
    x, y, width, depth = found.stage
    reach = {
        "above": y + depth <= 0,
        "below": y >= 4,
        "left": x + width <= 0,
        "right": x >= 4.5,
    }
    assert [name for name, so in reach.items() if so] == [side]
    left, top, wide, deep = found.box
    assert left <= x
    assert top <= y
    assert x + width <= left + wide + 0.02
    assert y + depth <= top + deep + 0.02


def test_parts_are_offered_from_the_usual_whole_price_as_the_first_page_is(ada: Guest):
    assert any("from €19.75" in name for name in ada.open("/").names)
    ada.press("Buy for tonight: Hamlet")
    ada.press("One Child more")
    ada.press("Find seats")
    ada.open(f"/p/{HAMLET}/map")
    # An adult pays 24.00 and 18.00, each with a fee of 1.75; what a child pays is said
    # where children are counted.
    assert "Stalls from €25.75" in ada.page.words
    assert "Circle from €19.75" in ada.page.words


def test_a_house_of_many_parts_lists_them_page_by_page(kiosk: Device, ledger: LedgerDouble):
    chart = ledger.doc(f"perf:{HAMLET}", "chart", HAMLET)
    assert chart is not None
    names = [f"Block {n}" for n in range(101, 123)]
    for n, row in enumerate(chart["rows"]):
        row["section"] = names[n]
    seats = iter(
        name for row in chart["rows"] for name in [row["section"]] * len(row["seats"])
    )
    for code in chart["names"]:
        chart["names"][code]["section"] = next(seats)
    spare = [
        {"row": "A", "section": name, "seats": [f"{name}-1"], "breaks_after": []}
        for name in names[3:]
    ]
    chart["rows"] += spare
    for n, row in enumerate(spare):
        (code,) = row["seats"]
        chart["names"][code] = {"section": row["section"], "row": "A", "seat": "1"}
        chart["coords"][code] = [n * 2.0, 9.0]
        chart["levels"][code] = "usual"
        chart["numbers"][code] = 100 + n
        chart["rank"].append(code)
    chart["sections"] = [{"name": name, "doors": [], "words": ""} for name in names]
    ledger.put(f"perf:{HAMLET}", "chart", HAMLET, chart)
    hear(kiosk)
    guest = Guest(create_app(kiosk))
    guest.open(f"/p/{HAMLET}/how-many")
    guest.press("Find seats")
    guest.open(f"/p/{HAMLET}/map")

    assert "1–6 of 22" in guest.page.words
    assert "Block 112" in guest.page.words
    assert "Block 113" not in guest.page.words
    guest.open(f"/p/{HAMLET}/map?first=13")
    assert "Block 113" in guest.page.words
    assert "Block 112" not in guest.page.words


def test_a_long_row_begins_in_its_middle_and_stays_where_a_seat_was_touched(
    monkeypatch: pytest.MonkeyPatch,
):
    rows = PretendHouse()
    rows.move_in(monkeypatch.setattr)
    rows.sections, guest = plan(lambda _: False), Guest(rows.app())
    guest.open("/p/p-1/how-many")
    guest.press("Find seats")

    def on_small() -> list[str]:
        return [seat.get_text(strip=True) for seat in guest.page.soup.select(".seat.on-s")]

    guest.open("/p/p-1/map?section=Stalls&row=A")
    assert on_small() == [str(n) for n in range(8, 16)]
    guest.press("Seat 10, available")
    assert on_small() == [str(n) for n in range(8, 16)]
    guest.open("/p/p-1/map?section=Stalls&row=A&first=15")
    guest.press("Seat 20, available")
    assert on_small() == [str(n) for n in range(15, 23)]
