"""The online shop and short letters in the house's own look. Source: theme.md."""

import io
import re
from dataclasses import replace

import pytest
from PIL import Image

from boxoffice import contrast, palettes
from boxoffice.themes import STANDARD, Asset, Theme
from ledger import config
from ledger.__main__ import main
from ledger.mail import notes
from tests.parts.ledger.shopper import Shopper

pytestmark = pytest.mark.parametrize("prepared", ["sqlite"], indirect=True)


def png(wide: int, high: int) -> bytes:
    drawn = io.BytesIO()
    Image.new("RGBA", (wide, high), "#ffd700").save(drawn, "PNG")
    return drawn.getvalue()


LOGO = Asset("logo.png", "image/png", png(960, 112))
DRAWING = Asset("logo.svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
FONT = Asset("text.woff2", "font/woff2", b"wOF2")
GREEN = {
    "night": "#06231c",
    "night_soft": "#0d362c",
    "paper": "#cfe3d8",
    "paper_deep": "#bfd6ca",
    "paper_line": "#4a6b5c",
    "ink": "#0a1a15",
    "ink_soft": "#1d3a30",
    "curtain": "#0b4a38",
    "curtain_deep": "#073225",
}
# As far as a theme can go: grey paper, black words, and gold that is cream.
GREY = {
    "paper": "#9a9a9a",
    "paper_deep": "#9a9a9a",
    "paper_line": "#333333",
    "ink": "#000000",
    "ink_soft": "#000000",
    "curtain": "#000000",
}
OURS = Theme(GREEN, {"text": FONT, "bold": FONT}, 0.6, LOGO)


@pytest.fixture
def themed(app, ledger, theatre) -> Shopper:
    settings = replace(ledger.config, theme=OURS)
    app.extensions["foh"] = replace(ledger, config=settings)
    return Shopper(app)


@pytest.mark.parametrize("path", ["/shop/", "/shop/member", "/shop/gift-card"])
def test_every_page_brings_the_colours_fonts_and_logo_of_the_house(themed, path):
    page = themed.open(path)
    sheet = themed.fetch(page.soup.select_one("link[href^='/shop/theme.css']")["href"])
    logo = page.soup.select_one(".house__name img")

    assert "--paper: #cfe3d8;" in sheet.text
    assert '--own-sans: "Theme Sans";' in sheet.text
    assert "--letters: 1.294rem;" in sheet.text
    assert logo["alt"] == "Royal Theatre"
    found = themed.fetch(logo["src"])
    assert (found.data, found.mimetype) == (LOGO.data, "image/png")
    for file in (sheet, found):
        assert "default-src 'self'" in file.headers["Content-Security-Policy"]
        assert "immutable" in file.headers["Cache-Control"]


def test_a_page_that_is_not_there_has_the_look_and_other_files_are_not_given(themed):
    assert themed.fetch("/shop/theme/theme.toml").status_code == 404
    page = themed.open("/shop/nowhere", status=404)
    assert page.soup.select("link[href^='/shop/theme.css'], .house img")


def test_without_a_theme_nothing_of_one_is_fetched(app, theatre):
    page = Shopper(app).open("/shop/")

    assert not page.soup.select("link[href*='theme'], .house img")
    assert page.soup.select_one(".house__name").get_text(strip=True) == "Royal Theatre"


@pytest.mark.parametrize("colours", [GREEN, GREY, {"gold": "#ffd700"}])
def test_whatever_passes_can_be_read_in_the_shop_as_well(app, ledger, colours):
    palettes.check(colours)
    settings = replace(ledger.config, theme=Theme(colours))
    app.extensions["foh"] = replace(ledger, config=settings)
    sheet = app.test_client().get("/shop/theme.css").text
    found = dict(re.findall(r"--([\w-]+): (#\w{6});", sheet)) | {"white": "#ffffff"}
    found |= {name: palettes.FIXED[f"{name}_light"] for name in ("amber", "rose", "leaf")}

    def ratio(one: str, other: str) -> float:
        return contrast.ratio(contrast.colour(found[one]), contrast.colour(found[other]))

    for ground in ("paper", "card", "white"):
        for words in ("ink", "soft", "act", "able", "ring"):
            assert ratio(words, ground) >= palettes.WORDS, (words, ground)
        assert ratio("edge", ground) >= palettes.EDGES, ground
    for ground in ("amber", "rose", "leaf", "gold"):
        assert ratio("ink", ground) >= palettes.WORDS, ground
        assert ratio("noted", ground) >= palettes.WORDS, ground
    assert ratio("act", "hover") >= palettes.WORDS
    for ground in ("night", "act", "act-deep"):
        assert ratio("cream", ground) >= palettes.WORDS, ground


@pytest.mark.parametrize("theme", [OURS, replace(OURS, logo=DRAWING), STANDARD])
def test_a_letter_has_the_logo_in_it_and_fetches_nothing(ledger, theatre, theme):
    facts = {"name": "Ada Holm", "title": "Hamlet", "link": "/shop/"}
    facts |= {"address": "https://boxoffice.example"}
    with ledger.store.read() as session:
        letter = notes.note(
            session,
            "seats_free",
            facts,
            to="ada@example.org",
            letter="7",
            now_ms=0,
            theme=theme,
        )
    html = letter.get_body(("html",)).get_content()
    pictures = [part for part in letter.walk() if part.get_content_maintype() == "image"]

    assert re.findall(r'<img src="(\w+:[^"]+)', html) == [
        f"cid:{part['Content-ID'].strip('<>')}" for part in pictures
    ]
    if theme is OURS:
        with Image.open(io.BytesIO(pictures[0].get_content())) as drawn:
            assert drawn.size == (480, 56)
        assert 'width="240" height="28" alt="Royal Theatre"' in html
    else:
        # Mail programs do not show a drawing: the name stands in its place.
        assert pictures == []
        assert "ROYAL THEATRE" in html
    assert ("#6b2740" in html) == (theme is STANDARD)


def test_a_theme_that_some_cannot_read_is_refused_at_the_start_and_by_the_command(
    prepared, tmp_path, capsys
):
    (tmp_path / "theme.toml").write_text('[colours]\ngold = "#b08030"\n')
    refusal = (
        "The theme's ink #22132c on gold #b08030 has a contrast of 4.99 to 1;"
        " words need 7 to 1."
    )
    settings = {"FOH_LEDGER_DIR": str(tmp_path), "FOH_THEME_DIR": str(tmp_path)}

    with pytest.raises(config.Incomplete, match=re.escape(f"FOH_THEME_DIR: {refusal}")):
        config.read(settings)
    assert main(["theme", str(tmp_path)]) == 1
    assert capsys.readouterr().err.strip() == refusal

    (tmp_path / "theme.toml").write_text('[colours]\ngold = "#ffd700"\n')
    assert config.read(settings).theme.colours == {"gold": "#ffd700"}
    assert main(["theme", str(tmp_path)]) == 0
    assert "cream #fff3df on night #1a0f22:" in capsys.readouterr().out
