"""The house's own colours, fonts and logo: taken as they are, or refused in a sentence."""

import pytest

from boxoffice import contrast, palettes, theme_sheets, themes
from boxoffice.palettes import BadTheme
from boxoffice.themes import Asset, Theme

PNG = b"\x89PNG\r\n\x1a\n and the rest"
WOFF2 = b"wOF2 and the rest"
FILES = {
    "logo.png": PNG,
    "Text.WOFF2": WOFF2,
    "bold.woff2": WOFF2,
    "title.woff2": WOFF2,
    "false.png": b"words",
    "large.png": PNG + bytes(themes.MOST_BYTES),
}
FONTS = '[fonts]\ntext = "Text.WOFF2"\nbold = "bold.woff2"\n'


def read(words: str) -> Theme:
    """Read a theme of these words, with these files beside it."""

    def bring(name: str) -> bytes:
        if name == "theme.toml":
            return words.encode()
        if name not in FILES:
            raise FileNotFoundError(2, "No such file or directory", name)
        return FILES[name]

    return themes.read("/etc/theme", bring)


def why(words: str) -> str:
    with pytest.raises(BadTheme) as refused:
        read(words)
    return str(refused.value)


def test_a_theme_brings_colours_fonts_and_a_logo():
    found = read(
        f'logo = "logo.png"\n[colours]\nnight = "#0B2233"\n{FONTS}capitals = 0.7\n'
    )

    assert found.colours == {"night": "#0b2233"}
    assert found.logo == Asset("logo.png", "image/png", PNG)
    assert found.capitals == 0.7
    assert found.fonts == {
        "text": Asset("Text.WOFF2", "font/woff2", WOFF2),
        "bold": Asset("bold.woff2", "font/woff2", WOFF2),
    }
    assert set(found.assets) == {"logo.png", "Text.WOFF2", "bold.woff2"}


def test_a_theme_that_says_nothing_is_the_usual_one():
    assert read("") == themes.STANDARD
    assert themes.STANDARD.assets == {}


def test_whatever_changes_a_theme_changes_its_version():
    seen = {
        one.version
        for one in (
            themes.STANDARD,
            read('[colours]\nnight = "#0b2233"'),
            read('logo = "logo.png"'),
            read(f"{FONTS}capitals = 0.7"),
            read(f"{FONTS}capitals = 0.8"),
            Theme(logo=Asset("logo.png", "image/png", PNG + b"!")),
        )
    }

    assert len(seen) == 6
    assert read('logo = "logo.png"').version in seen


def test_colours_that_some_cannot_read_are_refused_by_pair_and_ratio():
    assert why('[colours]\ngold = "#b08030"\n') == (
        "The theme's ink #22132c on gold #b08030 has a contrast of 4.99 to 1;"
        " words need 7 to 1."
    )


def test_edges_need_three_to_one_and_every_ground_counts():
    assert "edges need 3 to 1" in why('[colours]\npaper_line = "#b0a090"\n')
    # Grey on white is 6.897 to 1: said as 6.89, never rounded up.
    grey = why('[colours]\ncurtain = "#5a5a5a"\npaper = "#ffffff"\n')
    assert "curtain #5a5a5a on paper #ffffff has a contrast of 6.89 to 1" in grey
    assert "mist #dccbe3 on night #554400" in why(
        '[colours]\nnight = "#554400"\nnight_line = "#ffffff"\n'
    )


def test_every_pair_is_said_with_what_it_needs():
    lines = list(palettes.lines({"night": "#000000", "cream": "#ffffff"}))

    assert "cream #ffffff on night #000000: 21.00 to 1, needs 7" in lines
    assert any(line.startswith("gold #f7c95f on night in its own light") for line in lines)


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [("#000000", "#ffffff", 21), ("#ffffff", "#000000", 21), ("#777777", "#777777", 1)],
)
def test_contrast_runs_from_1_to_21(one, other, found):
    assert contrast.ratio(contrast.colour(one), contrast.colour(other)) == pytest.approx(
        found
    )


def test_a_colour_is_written_in_six_digits():
    assert contrast.colour("#1A0f22") == (26, 15, 34)
    assert not contrast.is_colour("#fff")
    assert contrast.written((26, 15, 34)) == "#1a0f22"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("[colours", "The theme /etc/theme/theme.toml cannot be read"),
        ('[sounds]\nbell = "x"', "not 'sounds'"),
        ("colours = 3", "a table"),
        ('[colours]\npurple = "#123456"', "no colour 'purple'"),
        ('[colours]\nnight = "navy"', "a colour like #1a0f22, not 'navy'"),
        ("[colours]\nnight = 7", "not 7"),
        ('[fonts]\ntext = "a.woff2"', "together, or neither"),
        ('[fonts]\ntext = "a.woff2"\nbold = "a.woff2"', "height of its capital letters"),
        (f"{FONTS}capitals = 0.4", "(0.5 to 0.9), not 0.4"),
        ('[fonts]\nserif = "a.woff2"', "no font 'serif'"),
        ('logo = "../logo.png"', "lie beside"),
        ('logo = "logo.gif"', "must be a file of type"),
        ('logo = "gone.png"', "cannot be read: No such file"),
        ('logo = "false.png"', "not what its name says"),
        ('logo = "large.png"', "larger than 200 kB"),
        ("logo = 3", "lie beside"),
    ],
)
def test_a_theme_that_makes_no_sense_says_why(words, says):
    assert says in why(words)


def test_the_sheet_brings_fonts_and_values_over_those_of_the_page():
    theme = read(f'{FONTS}title = "title.woff2"\ncapitals = 0.7\n')

    sheet = theme_sheets.write(
        theme, {"paper_deep": "#eee6d8"}, lambda name: f"/theme/{name}?v=1", display="swap"
    )

    assert sheet.splitlines() == [
        '@font-face { font-family: "Theme Sans"; font-weight: 500; font-display: swap;'
        ' src: url("/theme/Text.WOFF2?v=1") format("woff2"); }',
        '@font-face { font-family: "Theme Sans"; font-weight: 700; font-display: swap;'
        ' src: url("/theme/bold.woff2?v=1") format("woff2"); }',
        '@font-face { font-family: "Theme Title"; font-weight: 600; font-display: swap;'
        ' src: url("/theme/title.woff2?v=1") format("woff2"); }',
        ':root { --paper-deep: #eee6d8; --own-sans: "Theme Sans";'
        ' --own-title: "Theme Title"; }',
    ]
    bare = theme_sheets.write(themes.STANDARD, {"lit": "8%"}, str, display="block")
    assert bare == ":root { --lit: 8%; }\n"
