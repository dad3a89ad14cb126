"""The theme and the pictures of the house on a kiosk."""

from pathlib import Path

import pytest

from boxoffice import palettes
from kiosk import config, signage
from kiosk.config import BadConfig
from tests.parts.kiosk.test_setting_up import NEEDED
from tests.parts.kiosk.web.test_colours import tokens

PNG = b"\x89PNG\r\n\x1a\n and the rest"
FONTS = Path(__file__).parents[3] / "static/fonts"


def test_what_the_house_leaves_out_is_what_the_pages_use_anyway():
    usual = tokens(":root")

    assert {
        name: usual[name.replace("_", "-")] for name in palettes.COLOURS
    } == palettes.COLOURS
    assert {
        name: usual[name.replace("_", "-")] for name in palettes.FIXED
    } == palettes.FIXED
    palettes.check({})


def test_a_theme_is_read_from_its_folder(tmp_path):
    for font in FONTS.glob("*.woff2"):
        (tmp_path / font.name).write_bytes(font.read_bytes())
    (tmp_path / "logo.png").write_bytes(PNG)
    (tmp_path / "theme.toml").write_text(
        'logo = "logo.png"\n[colours]\nnight = "#0B2233"\n[fonts]\n'
        'text = "fira-sans-condensed-latin-500-normal.woff2"\n'
        'bold = "fira-sans-condensed-latin-700-normal.woff2"\ncapitals = 0.7\n'
    )

    found = config.read({**NEEDED, "FOH_THEME_DIR": str(tmp_path)}).theme

    assert found.colours == {"night": "#0b2233"}
    assert found.logo is not None
    assert found.logo.data == PNG
    assert set(found.fonts) == {"text", "bold"}


def test_a_theme_that_some_cannot_read_stops_the_kiosk_at_its_start(tmp_path):
    (tmp_path / "theme.toml").write_text('[colours]\ngold = "#b08030"\n')
    with pytest.raises(BadConfig, match=r"FOH_THEME_DIR: The theme's ink #22132c on gold"):
        config.read({**NEEDED, "FOH_THEME_DIR": str(tmp_path)})
    with pytest.raises(BadConfig, match=r"FOH_THEME_DIR: .* cannot be read"):
        config.read({**NEEDED, "FOH_THEME_DIR": str(tmp_path / "gone")})


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
