"""Whatever a device sends, it gets an answer as documented, and the book adds up."""

import random

import pytest

from ledger import backup
from tests.parts.ledger.hostile_calls import attack

pytestmark = [
    pytest.mark.parametrize("prepared", ["sqlite"], indirect=True),
    pytest.mark.slow,
]


def test_calls_and_events_with_bad_will_break_nothing(
    kiosk, door, other_door, theatre, clock
):
    chance = random.Random(1)
    for device in (kiosk, door):
        rounds = attack(
            chance,
            theatre.tonight,
            device,
            kiosk,
            spare=other_door,
            rounds=100,
            pause=lambda: clock.passes(seconds=1),
        )
        found = list(rounds)[-1]

        assert found.broken == []
        assert found.statuses[200] > 90
    with kiosk.ledger.store.read() as session:
        assert backup.faults(session) == []
