"""A seat is found however people call it."""

import pytest

from boxoffice import seat_words


@pytest.mark.parametrize(
    "words",
    ["Stalls, row H, seat 14", "stalls h14", "STALLS H-14", "Stalls række H plads 14"],
)
def test_words_around_a_seat_make_no_difference(words):
    assert seat_words.plain(words) == "stallsh14"


def test_what_says_nothing_is_no_seat():
    assert seat_words.plain("row, seat") == ""


def test_a_seat_in_a_row_is_called_with_its_row():
    assert list(seat_words.calls("Stalls", "H", "14")) == ["stallsh14", "h14"]


def test_a_seat_without_a_row_is_called_by_its_number_alone():
    assert list(seat_words.calls("Box 3", "", "14")) == ["box314", "14"]
    assert list(seat_words.calls("", "", "14")) == ["14", "14"]
