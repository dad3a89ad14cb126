"""Names and titles in any script, drawn for paper. Source: lobby.md §3."""

import pytest
from PIL import Image, features
from structlog.testing import capture_logs

from kiosk.printing import escpos, letters, profile
from kiosk.printing.pieces import Text


def ink(words: str) -> int:
    """Say how far to the right a line on the roll reaches, in dots."""
    drawn = letters.draw(words, dots=576, height=60)
    inverted = Image.eval(drawn.convert("L"), lambda dot: 255 - dot)
    box = inverted.getbbox()
    assert box
    return box[2]


def test_letters_of_a_script_that_the_house_font_lacks_take_a_font_that_has_them():
    if letters.lacking("漢字"):
        pytest.skip("no font of this machine has them: fonts-noto-cjk brings one")
    one, other = (
        letters.draw(words, dots=576, height=60).tobytes() for words in ("漢", "字")
    )

    # The box that stands for a letter without a font is the same for all of them.
    assert one != other


def test_arabic_letters_join_as_they_are_written():
    if not features.check("raqm"):
        pytest.skip("libfribidi0 is not installed")

    assert ink("مرحبا") < sum(ink(letter) for letter in "مرحبا")


def test_what_is_read_from_right_to_left_begins_at_the_right():
    if not features.check("raqm"):
        pytest.skip("libfribidi0 is not installed")
    line, last = (
        letters.draw(words, dots=576, height=60).crop((0, 0, 25, 60))
        for words in ("שלום ||||", "||||")
    )

    assert line.tobytes() == last.tobytes()


def test_what_stands_at_the_end_of_a_line_stands_there_when_it_is_drawn():
    pages = [
        letters.draw(words, dots=576, height=60, end="2")
        for words in ("[ ] Ελένη, E 12", "[ ] 漢, " + "Ελένη " * 20)
    ]
    edges = [page.crop((540, 0, 576, 60)).tobytes() for page in pages]
    blank = letters.draw("", dots=576, height=60).crop((540, 0, 576, 60)).tobytes()

    assert blank not in edges
    assert ink("[ ] Ελένη, E 12") < 540


def test_what_no_font_has_is_named():
    assert letters.lacking("Ada \N{COMBINING ACUTE ACCENT}") == ""
    assert letters.lacking("Ada\U000f0000 \U000f0000") == "\U000f0000"


def test_words_whose_letters_no_font_has_are_spelled_by_their_sound(
    monkeypatch: pytest.MonkeyPatch,
):
    """A title never becomes boxes alone where it can be said otherwise."""
    letters._fonts.cache_clear()
    fonts = [one for one in letters._fonts() if one[0].parent.name == "dejavu"]
    monkeypatch.setattr(letters, "_fonts", lambda: tuple(fonts))

    assert letters.spelled("ハムレット · 햄릿, E 12") == "Hamuretuto · Haemris, E 12"
    assert letters.spelled("Гамлет Ελένη 紅") == "Гамлет Ελένη 紅"
    assert letters.unwritable() == ["zh", "ja", "ko", "th", "hi"]


def test_what_paper_lacks_is_logged_by_its_script_and_without_the_name():
    name = "Ada \N{ANATOLIAN HIEROGLYPH A001}"
    if not letters.lacking(name):
        pytest.skip("this machine writes Anatolian hieroglyphs")

    with capture_logs() as said:
        for _ in range(2):
            escpos.bytes_of([Text(name)], profile.load("80"))

    assert [line["script"] for line in said] == ["ANATOLIAN"]
    assert "Ada" not in str(said)


def test_a_long_name_becomes_smaller_and_stays_on_the_paper():
    assert ink("Łukaszewicz-Żółkiewski " * 2) <= 576


def test_without_fontconfig_the_house_font_does_what_it_can(
    monkeypatch: pytest.MonkeyPatch,
):
    letters._fonts.cache_clear()
    letters._file.cache_clear()
    monkeypatch.setenv("PATH", "/nonexistent")
    try:
        assert ink("Гамлет") > 0
    finally:
        letters._fonts.cache_clear()
        letters._file.cache_clear()
