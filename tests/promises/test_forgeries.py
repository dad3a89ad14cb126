"""P19, P27: any code, any bytes; forged, altered, old key, wrong night: never green.

Three thousand here; `scripts/fuzz_codes` tries a million.
"""

import random

import pytest

from tests.promises import forgeries
from tests.promises.forgeries import FORGERS, GENUINE, at_the_door, try_many


def test_the_genuine_ticket_is_let_in_with_whatever_a_scanner_adds():
    for text in (GENUINE, "]Q1" + GENUINE, "\\000026" + GENUINE + "\r\n"):
        assert at_the_door(text) == "ADMIT"


def test_no_forgery_is_let_in():
    haul = try_many(3000, seed=1)
    assert (haul.green, haul.crashed) == (0, 0), haul.evidence
    assert haul.tried == 3000


@pytest.mark.parametrize("forger", FORGERS)
def test_every_forger_makes_what_a_door_can_tell_apart(forger):
    """A forger who only ever made damaged paper would prove little."""
    chance = random.Random(2)
    answers = {at_the_door(FORGERS[forger](chance)) for _ in range(60)}
    expected = {
        "flipped": {"FORGED", "UNKNOWN"},
        "overwritten": {"FORGED"},
        "resigned": {"FORGED"},
        "retyped": {"FORGED", "UNKNOWN"},
        "decorated": {"CANNOT_CHECK"},
        "spliced": {"FORGED"},
        "by_a_stranger": {"FORGED", "CANNOT_CHECK"},
        "under_a_stolen_key": {"REVOKED"},
        "for_another_night": {"WRONG_PERFORMANCE"},
        "replaced_since": {"REPLACED"},
        "for_anothers_seat": {"UNVERIFIED"},
        "anything": {"CANNOT_CHECK", "UNKNOWN"},
    }[forger]
    assert expected <= answers


def test_a_reader_that_believes_every_signature_would_be_noticed(monkeypatch):
    """The bench itself is tried: with the lock taken out, forgeries get in."""
    monkeypatch.setattr("boxoffice.tickets.genuine", lambda *_: True)
    assert try_many(300, seed=1).green


def test_a_door_that_stops_would_be_noticed(monkeypatch):
    def stops(text):
        raise ZeroDivisionError(text)

    monkeypatch.setattr(forgeries, "at_the_door", stops)
    haul = try_many(3, seed=1)
    assert (haul.crashed, len(haul.evidence)) == (3, 3)
