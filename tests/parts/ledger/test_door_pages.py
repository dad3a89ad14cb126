"""Staff watch the doors, take the door list along, and set the doors after trying."""

import io
import json
import re
import subprocess
import tracemalloc
import zipfile
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup

from boxoffice.pricing import Seller
from ledger import catalogue, door_board, door_settings, doors, feed, orders
from ledger.clock import Means
from ledger.documents import door_list
from ledger.tables.doors import MovementRow
from ledger.tables.feed import FeedDocRow
from tests.demo_house import NOW, furnish
from tests.parts.ledger.device import Device, new_id
from tests.parts.ledger.test_staff_pages import credentials, fields, text

HOUR_MS = 3_600_000
RULE = {"in": [{"var": "price_type"}, ["senior"]]}


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    furnished = furnish(tmp_path_factory.mktemp("ledger"))
    yield furnished
    furnished.store.close()


@pytest.fixture
def anna(house):
    client = house.client()
    page = client.get("/login")
    client.post("/login", data=fields(page) | credentials("anna"))
    return client


def press(client, address: str, data: dict[str, str]):
    page = client.get("/staff/admissions")
    token = BeautifulSoup(page.text, "html.parser").select_one("[name=csrf_token]")
    return client.post(address, data={"csrf_token": token["value"], **data})


def test_the_board_counts_per_door_and_five_minutes_and_says_why_not(
    door: Device, other_door: Device, theatre, ledger, clock
):
    sold = theatre.sell("A1", "A2", "A3")
    one, two, _ = [ticket.id for ticket in sold.tickets]
    start = clock.now_ms
    for device, ticket, name, at_ms in (
        (door, one, "Door A", start),
        (other_door, two, "Door B", start + 6 * 60_000),
    ):
        admission = {
            "ticket": ticket,
            "performance": theatre.tonight,
            "space": "auditorium",
            "count": 1,
            "door": name,
        }
        clock.now_ms = at_ms
        device.happened("admission", admission)
    refusal = {"code_hash": "x", "door": "Door A", "performance": theatre.tonight}
    door.happened("scan.refused", {**refusal, "verdict": "UNKNOWN"})
    door.happened("scan.refused", {**refusal, "verdict": "UNKNOWN"})
    door.upload().ok()
    other_door.upload().ok()

    with ledger.store.read() as session:
        board = door_board.board(session, theatre.tonight, "Hamlet", clock.now_ms)

    assert (board.total.expected, board.total.inside, board.total.to_come) == (3, 2, 1)
    assert [(name, came, gone) for name, came, gone, _ in board.by_door] == [
        ("Door A", 1, 0),
        ("Door B", 1, 0),
    ]
    assert [sum(steps) for _, _, _, steps in board.by_door] == [1, 1]
    assert board.by_door[0][3] != board.by_door[1][3]
    assert board.refused == [("UNKNOWN", "Door A", 2)]
    assert board.late == 0
    assert [(kind, came.entered) for kind, came in board.by_type] == [("Adult", 2)]


def test_the_list_and_the_board_count_each_space_for_itself(door, theatre, ledger, clock):
    sold = theatre.sell("A1", "A2")
    twice, went = (ticket.id for ticket in sold.tickets)
    for ticket, space, kind in (
        (twice, "auditorium", "admission"),
        (twice, "auditorium", "admission"),  # Let in anyway: it admits one all the same.
        (went, "auditorium", "admission"),
        (went, "lounge", "admission"),
        (went, "lounge", "exit"),
        (twice, "lounge", "admission"),
    ):
        body = {
            "ticket": ticket,
            "performance": theatre.tonight,
            "space": space,
            "count": 1,
            "door": "Lounge" if space == "lounge" else "Door A",
        }
        follows = door.events[-1].event_id if kind == "exit" else None
        door.happened(kind, body | {"after": follows})
    door.upload().ok()

    with ledger.store.read() as session:
        found = {
            line.seat: line.inside
            for line in door_list.lines(session, theatre.tonight, "name", clock())
        }
        heads = door_list.headings(session, theatre.tonight)
        board = door_board.board(session, theatre.tonight, "Hamlet", clock())

    assert heads == ["In auditorium", "In lounge"]
    assert list(found.values()) == [(1, 1), (1, 0)]
    assert board.total.inside == 2
    assert [(space, tally.inside) for space, tally in board.besides] == [("lounge", 1)]


def test_the_door_list_is_a_sheet_that_opens_with_names_seats_and_debts(anna, house):
    tonight = house.facts["tonight"]
    for by in ("name", "seat"):
        answer = anna.get(f"/staff/performances/{tonight}/door-list.xlsx?by={by}")
        assert answer.status_code == 200
        told = sheet_words(answer.data)
        for words in ("Okafor", "Lindqvist", "Søren Lindqvist", "Please shred", "E 12"):
            assert any(words in cell for cell in told), words
    assert any(re.search(r"\d\.\d\d", cell) for cell in told)  # Mia Tanaka has to pay.
    assert "School class of 6" in told


def sheet_words(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        page = parts.read("xl/worksheets/sheet1.xml").decode()
    # Written by ourselves a moment ago: nothing in it is foreign.
    cells = ElementTree.fromstring(page).iter()
    return [tag.text or "" for tag in cells if tag.tag.endswith(("}t", "}v"))]


def test_the_door_list_on_paper_holds_the_same_guests(anna, house, tmp_path):
    tonight = house.facts["tonight"]
    answer = anna.get(f"/staff/performances/{tonight}/door-list.pdf?by=seat")
    assert answer.status_code == 200
    file = tmp_path / "list.pdf"
    file.write_bytes(answer.data)
    words = subprocess.run(
        ["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True
    ).stdout
    assert "Okafor" in words
    assert "Please shred" in words
    assert words.index("Lindqvist") > 0


def test_a_name_that_looks_like_a_formula_stays_a_name(house, tmp_path):
    tonight = house.facts["tonight"]
    house.store.write(
        orders.sell,
        Means(NOW, keys=house.running.keys),
        performance=tonight,
        seats=[("ST-B-1", "adult")],
        seller=Seller.WINDOW,
        patron=orders.Patron(name='=HYPERLINK("http://evil.example")', email=""),
        tender="cash",
    )
    file = tmp_path / "list.xlsx"
    with house.store.read() as session:
        door_list.sheet(session, tonight, "name", file, heading="Hamlet", now_ms=NOW)
    with zipfile.ZipFile(file) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")


def test_a_sheet_of_a_large_house_needs_little_memory(house, tmp_path, monkeypatch):
    one = door_list.Line(
        "Okafor", "Grace Okafor", "Stalls", "E 12", 1, "K7Q4-MX2D", "", "adult", (0,)
    )
    monkeypatch.setattr(door_list, "lines", lambda *_: (one for _ in range(25_000)))
    tracemalloc.start()
    with house.store.read() as session:
        count = door_list.sheet(
            session, "x", "name", tmp_path / "big.xlsx", heading="Big", now_ms=NOW
        )
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 25_000
    assert most < 8 << 20


def test_a_rule_is_tried_on_all_tickets_and_changes_nothing(anna, house):
    tonight = house.facts["tonight"]
    address = f"/staff/performances/{tonight}/doors/auditorium"
    data = {"rule": json.dumps(RULE), "reentry": "after_exit", "what": "try"}

    answer = press(anna, address, data)

    assert answer.status_code == 200
    assert "0 could come in then" in text(answer)
    assert "Rule:" in text(answer)
    assert rule_told(house, tonight) == {None}


@pytest.mark.parametrize("typed", ["null", "true", "7", "[]"])
def test_what_is_no_rule_is_told_in_a_sentence(typed):
    assert str(door_settings.rule_of(typed)).startswith("The rule cannot be used: ")


def test_a_rule_that_is_set_reaches_every_door_of_the_space(anna, house):
    tonight = house.facts["tonight"]
    address = f"/staff/performances/{tonight}/doors/auditorium"
    answer = press(anna, address, {"rule": json.dumps(RULE), "what": "set"})
    assert answer.status_code == 303
    assert rule_told(house, tonight) == {json.dumps(RULE)}
    press(anna, address, {"rule": "", "what": "set"})
    assert rule_told(house, tonight) == {None}


def rule_told(house, performance: str) -> set[str | None]:
    with house.store.read() as session:
        rows = session.query(FeedDocRow).filter_by(entity="performance", id=performance)
        told = json.loads(rows.one().body)
    return {
        json.dumps(door["rule"]) if door["rule"] else None
        for space in told["spaces"]
        for door in space["doors"]
    }


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"rule": "{"}, "not JSON"),
        ({"rule": '{"frobnicate": 1}'}, "cannot be used"),
        ({"opens": "25:99"}, "no time of day"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_sentence(anna, house, data, words):
    tonight = house.facts["tonight"]
    answer = press(anna, f"/staff/performances/{tonight}/doors/auditorium", data)
    assert answer.status_code == 422
    assert words in text(answer)
    assert rule_told(house, tonight) == {None}


def test_two_doors_of_one_space_set_differently_are_refused(theatre, ledger):
    spaces = (doors.Space("hall", (doors.Door("A"), doors.Door("B", reentry="never"))),)
    with pytest.raises(doors.Differ, match="A and B lead into hall"):
        ledger.store.write(catalogue.set_doors, ledger.means(), theatre.tonight, spaces)


def test_setting_a_space_that_is_not_there_changes_nothing(theatre, ledger):
    assert not ledger.store.write(
        door_settings.set_space,
        ledger.means(),
        theatre.tonight,
        "moon",
        {"reentry": "never"},
        staff="x",
    )


def test_doors_alone_hear_names(door: Device, kiosk: Device, theatre):
    sold = theatre.sell("A1", patron=orders.Patron(name="Ada Holm", email=""))
    told = door.get(f"/api/guestlist?performance={theatre.tonight}").ok()
    assert told["names"] == {sold.tickets[0].id: "Ada Holm"}
    assert kiosk.get(f"/api/guestlist?performance={theatre.tonight}").status == 403
    assert door.get(f"/api/guestlist?performance={new_id()}").status == 404
    assert "names" not in feed.__dict__


def test_a_scan_of_yesterday_keeps_the_doors_own_time(door: Device, theatre, ledger, clock):
    (sold,) = theatre.sell("A1").tickets
    scanned = clock.now_ms
    admission = {"ticket": sold.id, "performance": theatre.tonight, "door": "Door A"}
    id = door.happened("admission", admission, trust="plausible")
    clock.passes(minutes=24 * 60)
    door.upload().ok()

    with ledger.store.read() as session:
        row = session.get_one(MovementRow, id)
    assert (row.at_ms, row.trust, row.recorded_ms) == (scanned, "plausible", clock.now_ms)
