"""What every page stands in, what it carries, and what is vendored."""

import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from kiosk.documents import House
from kiosk.shown.door import Class
from kiosk.shown.reviewing import Stage
from tests.pages import Guest, checked
from tests.parts.kiosk.web.pretend_house import PretendHouse

ROOT = Path(__file__).parents[4]
VENDORED = (ROOT / "static/vendor/README.md", ROOT / "tests/vendor/README.md")


def app_of(house: PretendHouse, **config: object) -> Flask:
    house.config = replace(house.config, **config)  # type: ignore[arg-type]
    return house.app()


def test_only_our_own_files_may_run(house: PretendHouse) -> None:
    answer = app_of(house).test_client().get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self'" in policy


def test_the_desk_top_lobby_may_frame_a_demo(house: PretendHouse) -> None:
    app = app_of(house, frame_ancestor="http://127.0.0.1:8400", demo=True)
    answer = app.test_client().get("/")
    assert (
        "frame-ancestors http://127.0.0.1:8400" in answer.headers["Content-Security-Policy"]
    )
    assert "demo.js" in answer.text


def test_no_demo_hooks_without_the_demo(house: PretendHouse) -> None:
    client = app_of(house).test_client()
    assert "demo.js" not in client.get("/").text
    assert client.get("/components").status_code == 404


@pytest.mark.parametrize("theme", ["", "theatre", "contrast", "larger", "no such theme"])
def test_every_component_is_shown_in_every_theme(house: PretendHouse, theme: str) -> None:
    client = app_of(house, demo=True).test_client()
    answer = client.get("/components", query_string={"theme": theme})
    assert answer.status_code == 200
    checked(answer.text, "/components")


def test_pages_are_not_kept_and_files_are(house: PretendHouse) -> None:
    client = app_of(house).test_client()
    page = client.get("/")
    assert page.headers["Cache-Control"] == "no-store"
    sheet = re.search(r'href="(/static/css/base\.css\?v=[0-9a-f]+)"', page.text)
    assert sheet
    with client.get(sheet[1]) as file:
        assert "immutable" in file.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("mm", "rule"), [(None, "--mm: 5.88px; --distance: 450"), (5.0, "--mm: 5px")]
)
def test_a_millimetre_is_a_millimetre(
    house: PretendHouse, mm: float | None, rule: str
) -> None:
    answer = app_of(house, mm=mm).test_client().get("/screen.css")
    assert answer.mimetype == "text/css"
    assert rule in answer.text


def test_a_door_opens_on_its_door_page(house: PretendHouse) -> None:
    house.role = "door"
    tom = Guest(house.app())
    assert tom.open("/").path == "/door"


def test_a_device_that_has_heard_nothing_of_its_house_takes_a_break(
    house: PretendHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    guest = Guest(house.app())
    monkeypatch.setattr("kiosk.web.house.read", lambda _device: House())
    assert guest.open("/").heading == "This kiosk is taking a break."


def test_a_device_without_a_house_asks_for_its_pairing_code(house: PretendHouse) -> None:
    house.paired = False
    guest = Guest(house.app())
    assert guest.open("/").heading == "Pair this device"


def test_an_unknown_address_never_leads_elsewhere(guest: Guest) -> None:
    guest.open("/access?to=//example.org/")
    assert all("example.org" not in name for name in guest.page.names)
    assert guest.page.soup.select_one('a[href*="example.org"]') is None


def test_wishes_for_access_end_with_the_visit(house: PretendHouse, guest: Guest) -> None:
    guest.open("/access")
    guest.press("High contrast")
    assert "contrast" in str(guest.page.soup.html["class"])  # type: ignore[index]
    guest.open("/p/p-1/how-many")
    guest.press("Find seats")
    assert "contrast" in str(guest.page.soup.html["class"])  # type: ignore[index]
    guest.open("/gone")
    assert "contrast" not in str(guest.page.soup.html["class"])  # type: ignore[index]


def test_time_left_is_said_in_minutes_and_in_seconds_only_in_the_last(
    house: PretendHouse, guest: Guest
) -> None:
    guest.open("/p/p-1/how-many")
    guest.press("Find seats")
    guest.press("Take these")
    assert house.stage is Stage.HELD
    assert "Held for you: 14 min" in guest.page.words
    house.left_s = 42
    assert "Held for you: 42 seconds" in guest.reload().words


def test_help_tells_honestly_whether_staff_were_reached(
    house: PretendHouse, guest: Guest
) -> None:
    guest.open("/help")
    guest.press("Call staff")
    assert guest.page.heading == "Calling…"
    assert house.call
    house.call = replace(house.call, since_ms=house.now_ms - 61_000)
    assert guest.reload().heading == (
        "Still calling. The box office is left of the stairs."
    )
    house.call = replace(house.call, by="Anna", eta_min=1)
    assert guest.reload().heading == "Anna is coming, about 1 minute."
    house.call = replace(house.call, by="", reached=False)
    assert guest.reload().heading == (
        "We can't reach staff from here. The box office is left of the stairs."
    )


def test_limited_service_is_said_on_the_first_page(
    house: PretendHouse, guest: Guest
) -> None:
    house.programme = [replace(one, sale="limited") for one in house.programme]
    house.paper = replace(house.paper, can_print=False)
    words = guest.open("/").words
    assert (
        "Limited service: tonight's performance only. Tickets sold here are valid." in words
    )
    assert "No paper tickets here right now; tickets go to your phone." in words


def test_cut_off_the_first_page_leads_only_to_what_can_be_bought(
    house: PretendHouse, guest: Guest
) -> None:
    first, *others = house.programme
    assert "Other performances" in guest.open("/").names
    house.programme = [
        replace(first, sale="limited"),
        *(replace(one, sale="empty") for one in others),
    ]
    assert "Other performances" not in guest.open("/").names
    assert any(name.startswith("Buy") for name in guest.page.names)
    several = [replace(first, performance=f"p-{n}", sale="limited") for n in range(3)]
    house.programme = [*several, *house.programme]
    assert "Other performances" in guest.open("/").names


def test_what_is_sold_out_is_said_and_cannot_be_pressed(
    house: PretendHouse, guest: Guest
) -> None:
    house.programme = [replace(one, sale="sold_out") for one in house.programme]
    guest.open("/performances")
    assert "Sold out" in guest.page.words
    assert guest.page.soup.select("a.tile") == []


def test_a_broken_page_gives_a_sentence_and_no_trace(
    house: PretendHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = house.app()

    def breaks(*_: object) -> None:
        raise RuntimeError("the store is gone")

    monkeypatch.setattr("kiosk.sales.performances", breaks)
    answer = app.test_client().get("/")
    assert answer.status_code == 500
    page = checked(answer.text, "/")
    assert page.heading == "That did not work. Please start over, or ask the box office."
    assert "RuntimeError" not in answer.text


@pytest.mark.parametrize("readme", VENDORED, ids=["static", "tests"])
def test_vendored_files_are_those_of_the_list(readme: Path) -> None:
    rows = re.findall(r"^\| ([\w./-]+) \|.* ([0-9a-f]{64}) \|$", readme.read_text(), re.M)
    assert rows
    for name, checksum in rows:
        assert hashlib.sha256((ROOT / name).read_bytes()).hexdigest() == checksum, name


def test_every_vendored_file_is_on_a_list() -> None:
    listed = "".join(readme.read_text() for readme in VENDORED)
    for folder in ("static/fonts", "static/vendor", "tests/vendor"):
        for file in (ROOT / folder).iterdir():
            assert file.name in listed or file.name == "README.md", file


def test_every_sound_of_the_door_is_there() -> None:
    for kind in (*Class, "second"):
        assert (ROOT / f"static/sounds/{kind}.wav").is_file()
