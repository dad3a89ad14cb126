"""Every refusal has its sentence, and its key where the lobby has words of its own."""

import re

import pytest

from boxoffice.refusals import LOBBY_KEYS, Code, MissingFact, facts_needed, sentence


def said(code):
    return sentence(code, **{name: f"‹{name}›" for name in facts_needed(code)})


@pytest.mark.parametrize("code", Code)
def test_every_code_can_be_said_to_people(code):
    assert code == code.name
    assert re.fullmatch(r"[A-Z‹].*[.?]", said(code)), said(code)


@pytest.mark.parametrize(
    ("code", "facts", "words"),
    [
        (Code.NOT_ENOUGH_TICKETS, {"left": 2}, "Only 2 tickets left."),
        (Code.NOT_ENOUGH_TICKETS, {"left": 1}, "Only 1 ticket left."),
        (Code.NOT_ENOUGH_TICKETS, {"left": 0}, "No tickets left."),
        (Code.SEAT_COUNT_DIFFERS, {"count": 2}, "The order has 2 seats: please choose 2."),
        (Code.SEAT_COUNT_DIFFERS, {"count": 1}, "The order has 1 seat: please choose 1."),
        (Code.AMOUNT_DUE, {"due": "25.00"}, "25.00 is still to pay."),
        (
            Code.NOT_ENOUGH_SEAT_CREDITS,
            {"left": 1, "total": 2, "needed": 2},
            "Not enough seat credits left for this production (1 of 2 left, 2 needed).",
        ),
        (
            Code.SERIES_UNMAPPED,
            {"series": "x"},
            "Nobody has said what becomes of series x.",
        ),
    ],
)
def test_amounts_seats_and_names_are_filled_in(code, facts, words):
    assert sentence(code, **facts) == words


def test_a_sentence_without_its_facts_is_our_mistake():
    with pytest.raises(MissingFact, match=r"NOT_ENOUGH_SEAT_CREDITS.*left, needed, total"):
        sentence(Code.NOT_ENOUGH_SEAT_CREDITS)


def test_every_key_of_the_lobby_belongs_to_a_code():
    assert set(LOBBY_KEYS) <= set(Code)
    assert all(re.fullmatch(r"[a-z]+\.[a-z]+", key) for key in LOBBY_KEYS.values())
