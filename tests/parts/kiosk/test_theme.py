"""The house's own colours, fonts and logo: taken as they are, or refused in a sentence."""

from pathlib import Path

import pytest

from kiosk import config, signage, theme
from kiosk.config import BadConfig
from tests.parts.kiosk.test_setting_up import NEEDED
from tests.parts.kiosk.web.test_colours import tokens

PNG = b"\x89PNG\r\n\x1a\n and the rest"
FONTS = Path(__file__).parents[3] / "static/fonts"


def house(folder: Path, words: str) -> Path:
    (folder / "theme.toml").write_text(words, encoding="utf-8")
    return folder


def why(folder: Path) -> str:
    with pytest.raises(theme.BadTheme) as refused:
        theme.read(folder)
    return str(refused.value)


def test_what_the_house_leaves_out_is_what_the_pages_use_anyway():
    usual = tokens(":root")

    assert {name: usual[name.replace("_", "-")] for name in theme.COLOURS} == theme.COLOURS
    assert {name: usual[name.replace("_", "-")] for name in theme.FIXED} == theme.FIXED
    theme.check({})


def test_a_theme_brings_colours_fonts_and_a_logo(tmp_path):
    for font in FONTS.glob("*.woff2"):
        (tmp_path / font.name).write_bytes(font.read_bytes())
    (tmp_path / "logo.png").write_bytes(PNG)
    house(
        tmp_path,
        'logo = "logo.png"\n[colours]\nnight = "#0B2233"\n[fonts]\n'
        'text = "fira-sans-condensed-latin-500-normal.woff2"\n'
        'bold = "fira-sans-condensed-latin-700-normal.woff2"\ncapitals = 0.7\n',
    )

    found = config.read({**NEEDED, "FOH_THEME_DIR": str(tmp_path)}).theme

    assert found.colours == {"night": "#0b2233"}
    assert found.logo is not None
    assert found.logo.kind == "image/png"
    assert found.capitals == 0.7
    assert set(found.fonts) == {"text", "bold"}


def test_colours_that_some_cannot_read_are_refused_by_pair_and_ratio(tmp_path):
    house(tmp_path, '[colours]\ngold = "#b08030"\n')

    assert why(tmp_path) == (
        "The theme's ink #22132c on gold #b08030 has a contrast of 4.99 to 1;"
        " words need 7 to 1."
    )
    with pytest.raises(BadConfig, match=r"FOH_THEME_DIR: The theme's ink #22132c on gold"):
        config.read({**NEEDED, "FOH_THEME_DIR": str(tmp_path)})


def test_edges_need_three_to_one_and_every_ground_counts(tmp_path):
    house(tmp_path, '[colours]\npaper_line = "#b0a090"\n')
    assert "edges need 3 to 1" in why(tmp_path)

    # Grey on white is 6.897 to 1: said as 6.89, never rounded up.
    house(tmp_path, '[colours]\ncurtain = "#5a5a5a"\npaper = "#ffffff"\n')
    assert "curtain #5a5a5a on paper #ffffff has a contrast of 6.89 to 1" in why(tmp_path)

    house(tmp_path, '[colours]\nnight = "#554400"\nnight_line = "#ffffff"\n')
    assert "mist #dccbe3 on night #554400" in why(tmp_path)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("[colours", "cannot be read"),
        ('[sounds]\nbell = "x"', "not 'sounds'"),
        ("colours = 3", "a table"),
        ('[colours]\npurple = "#123456"', "no colour 'purple'"),
        ('[colours]\nnight = "navy"', "a colour like #1a0f22, not 'navy'"),
        ("[colours]\nnight = 7", "not 7"),
        ('[fonts]\ntext = "a.woff2"', "together, or neither"),
        ('[fonts]\ntext = "a.woff2"\nbold = "a.woff2"', "height of its capital letters"),
        ('[fonts]\nserif = "a.woff2"', "no font 'serif'"),
        ('logo = "../logo.png"', "lie beside"),
        ('logo = "logo.gif"', "must be a file of type"),
        ('logo = "gone.png"', "cannot be read: No such file"),
        ('logo = "false.png"', "not what its name says"),
        ('logo = "large.png"', "larger than 200 kB"),
        ("logo = 3", "lie beside"),
    ],
)
def test_a_theme_that_makes_no_sense_says_why(tmp_path, words, says):
    (tmp_path / "false.png").write_text("words")
    (tmp_path / "large.png").write_bytes(PNG + bytes(theme.MOST_BYTES))
    house(tmp_path, words)

    assert says in why(tmp_path)


def test_pictures_and_posters_take_turns(tmp_path):
    for name in ("b-side.png", "autumn_season.png", "notes.txt"):
        (tmp_path / name).write_bytes(PNG)
    (tmp_path / "c.jpg").write_text("no picture")

    seen = [signage.turn(tmp_path, nth * 20_000) for nth in range(4)]

    assert [one and one.words for one in seen] == [None, "autumn season", "b side", None]
    assert signage.turn(tmp_path / "gone", 0) is None
    assert signage.turn(None, 20_000) is None
    with pytest.raises(BadConfig, match="FOH_SIGNAGE_DIR must be a folder"):
        config.read({**NEEDED, "FOH_SIGNAGE_DIR": str(tmp_path / "gone")})
