"""What the scanner says about its eyes: trouble before hints, and nothing for ever."""

import pytest

from kiosk.sight import HINT_MS, SILENT_MS, Sight


def says(source: str = "camera", **words: object) -> dict[str, object]:
    return {"source": source, **words}


def test_nothing_is_shown_while_nobody_speaks_or_all_is_well() -> None:
    sight = Sight()
    assert sight.shown(0) == ""
    assert not sight.hear(says(camera="", hint=""), 0)
    assert sight.shown(0) == ""


def test_a_hint_lasts_a_moment_unless_it_is_said_again() -> None:
    sight = Sight()
    assert sight.hear(says(hint="closer"), 0)
    assert sight.shown(HINT_MS - 1) == "closer"
    assert sight.shown(HINT_MS) == ""
    sight.hear(says(hint="closer"), HINT_MS)
    assert sight.shown(HINT_MS + 1) == "closer"
    assert sight.hear(says(hint=""), HINT_MS + 2)
    assert sight.shown(HINT_MS + 2) == ""


def test_a_trouble_of_any_camera_goes_before_the_hint_of_another() -> None:
    sight = Sight()
    sight.hear(says("stand", hint="still"), 0)
    sight.hear(says("phone", camera="away"), 0)
    assert sight.shown(0) == "camera_away"
    sight.hear(says("phone", camera=""), 1)
    assert sight.shown(1) == "still"
    sight.hear(says("phone", reader="away"), 2)
    assert sight.shown(2) == "reader_away"


def test_a_scanner_that_spoke_and_speaks_no_more_is_called_silent() -> None:
    sight = Sight()
    sight.hear(says(), 0)
    assert sight.shown(SILENT_MS - 1) == ""
    assert sight.shown(SILENT_MS) == "silent"
    assert sight.hear(says(), SILENT_MS + 1)
    assert sight.shown(SILENT_MS + 1) == ""


@pytest.mark.parametrize("word", ["<b>", 7, None, ["closer"], {"a": 1}, "x" * 9999])
def test_words_that_no_scanner_says_count_as_nothing_said(word: object) -> None:
    sight = Sight()
    sight.hear(says(camera=word, reader=word, hint=word), 0)
    assert sight.shown(0) == ""


def test_names_without_end_take_no_memory_without_end() -> None:
    sight = Sight()
    for number in range(1000):
        sight.hear(says(str(number), hint="still"), 0)
    assert len(sight._said) < 10
