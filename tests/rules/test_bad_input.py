"""Bad input has a name, and says what and where."""

from datetime import date
from enum import StrEnum

import pytest

from boxoffice import bad_input
from boxoffice.bad_input import ImpossibleDate, Repeated, UnknownWord


class Colour(StrEnum):
    PINK = "pink"
    BLUE = "blue"


def test_a_known_word_is_read_and_an_unknown_one_is_told_with_the_known_ones():
    assert bad_input.word(Colour, "pink", "colour") is Colour.PINK
    with pytest.raises(UnknownWord, match="colour: 'Pink' is none of pink, blue"):
        bad_input.word(Colour, "Pink", "colour")


def test_a_date_is_read():
    assert bad_input.day("2026-02-28", "today") == date(2026, 2, 28)


@pytest.mark.parametrize(
    "text",
    ["2026-02-29", "2026-2-3", "20260203", "2026-W01-1", "", "2026-02-03T10:00", None, 5],
)
def test_a_day_that_is_not_in_the_calendar_is_not_guessed(text):
    with pytest.raises(ImpossibleDate, match=r"today: .* is no date"):
        bad_input.day(text, "today")


def test_an_id_that_stands_twice_is_told():
    bad_input.once(["a", "b"], "seats")
    with pytest.raises(Repeated, match="seats: a stands there twice"):
        bad_input.once(["a", "b", "a"], "seats")
