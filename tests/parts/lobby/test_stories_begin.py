"""A story begins once what was played before it has come to rest."""

from typing import Any

import pytest

from lobby.scenarios.night import Addresses, Night

KIOSK = {"linked": True, "wanted_seats": 0, "printing": [], "intents": []}


def told(**kiosk: Any) -> dict[str, Any]:
    return {"kiosks": {"kiosk": KIOSK | kiosk}, "ledger": {}, "unsent_events": 0}


def test_a_story_begins_at_rest() -> None:
    night = Night(Addresses("http://lobby", "http://ledger", {}), {}, {})
    assert night._at_rest(told())


@pytest.mark.parametrize(
    "kiosk",
    [
        {"linked": False},
        {"printing": ["t-1"]},
        # It becomes a sale as soon as the terminal, which is mended first, says so.
        {"intents": [{"key": "i-1", "state": "unknown", "amount": 4800}]},
    ],
)
def test_a_story_waits_for_what_was_left_behind(kiosk: dict[str, Any]) -> None:
    night = Night(Addresses("http://lobby", "http://ledger", {}), {}, {})
    assert not night._at_rest(told(**kiosk))
