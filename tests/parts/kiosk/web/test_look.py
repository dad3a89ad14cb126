"""Pages in the house's own look."""

from dataclasses import replace
from pathlib import Path

import pytest

from boxoffice.themes import Asset, Theme
from tests.pages import Guest
from tests.parts.kiosk.web.pretend_house import PretendHouse

LOGO = Asset("logo.png", "image/png", b"\x89PNG\r\n\x1a\n")
FONT = Asset("text.woff2", "font/woff2", b"wOF2")


@pytest.fixture
def themed(house: PretendHouse) -> Guest:
    look = Theme({"night_soft": "#101010"}, {"text": FONT, "bold": FONT}, 0.7, LOGO)
    house.config = replace(house.config, theme=look)
    return Guest(house.app())


def test_the_house_brings_its_colours_fonts_and_logo(themed):
    page = themed.open("/")
    sheet = themed.fetch(page.soup.select_one("link[href^='/theme.css']")["href"])

    assert page.heading == "Royal Theatre"
    assert "--night-soft: #101010;" in sheet.text
    assert "--capitals: 0.7;" in sheet.text
    assert 'font-family: "Theme Sans"' in sheet.text
    assert "immutable" in sheet.headers["Cache-Control"]
    logo = themed.fetch(page.soup.select_one("h1 img")["src"])
    assert (logo.data, logo.mimetype) == (LOGO.data, "image/png")
    assert themed.fetch("/theme/other.png").status_code == 404


def test_without_a_theme_nothing_of_one_is_fetched(guest):
    page = guest.open("/")

    assert not page.soup.select("link[href^='/theme.css'], img")


def test_a_picture_takes_the_place_of_the_posters_in_its_turn(
    house: PretendHouse, tmp_path: Path
) -> None:
    (tmp_path / "autumn-season.png").write_bytes(LOGO.data)
    house.config = replace(house.config, signage=tmp_path)
    guest = Guest(house.app())
    turns = []
    for _ in range(2):
        page = guest.open("/")
        turns.append([one["alt"] for one in page.soup.select(".attract__picture img")])
        # What is on can always be pressed.
        assert page.soup.select(".attract__buy")
        house.now_ms += 20_000

    assert sorted(turns) == [[], ["autumn season"]]
    found = guest.fetch("/signage/autumn-season.png")
    assert (found.status_code, found.mimetype) == (200, "image/png")
    assert guest.fetch("/signage/theme.toml").status_code == 404
