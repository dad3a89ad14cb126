"""Rows 145-146: over 10,000 random evenings, ledger and door say the same, and why.

Each evening is judged twice. The door holds local times and its own lists; the ledger
holds moments in UTC, other dictionaries in another order, and more that does not matter.
"""

import random
from collections import Counter
from dataclasses import fields
from typing import Any

import pytest

from boxoffice.answers import Answer
from boxoffice.verdicts import Verdict
from tests.vectors.adapters.door import ADAPTERS

EVENINGS = 10_000
SHOW = sorted({field.name for field in fields(Verdict)} - {"answer", "record", "movement"})
COPENHAGEN_IN_MARCH = 1
RULES = [
    None,
    {"after": [{"var": "now"}, {"time": ["starts"]}, 20]},
    {"or": [{"<": [{"var": "entries"}, 2]}, {"==": [{"var": "price_type"}, "friend"]}]},
    {"<": [{"entries_since": [{"time": ["daily", "18:00"]}]}, 2]},
    {"and": [{"==": [{"var": "presence"}, "outside"]}, {"in": [{"var": "weekday"}, [5]]}]},
    {"!": []},
]


def evening(chance: random.Random) -> dict[str, Any]:
    """Draw an evening on which most tickets are good, with times as (hour, minute)."""

    def rarely(*unusual: Any, usual: Any = None) -> Any:
        return chance.choice(unusual) if chance.random() < 0.15 else usual

    def at() -> tuple[int, int]:
        return chance.randint(17, 22), chance.randint(0, 59)

    tickets = [
        {
            "id": f"T{number}",
            "performance": rarely("P2", None, usual="P1"),
            "status": rarely("refunded", "exchanged", "unconfirmed", usual="active"),
            "issue": chance.choice([1, 1, 2]),
            "price": 10,
            "paid": rarely(0, usual=10),
            "pays_later": rarely(True, usual=False),
            "blocked": rarely(True, usual=False),
            "valid_until": rarely(at()),
            "price_type": rarely("friend", usual="adult"),
            "doors": rarely(["Right"], ["Left", "Right"], ["Right", "Left"]),
            "admits": rarely(4, usual=1),
            "entries": rarely(2),
            "questions": rarely([{"id": "meal"}], usual=[]),
            "notes": rarely([{"from": "order", "text": "Birthday"}], usual=[]),
        }
        for number in range(1, chance.choice([2, 2, 3]))
    ]
    movements = [
        {
            "id": f"m{number}",
            "ticket": chance.choice(["T1", "T1", "T2", "T9"]),
            "kind": chance.choice(["admission", "exit"]),
            "at": at(),
            "after": chance.choice([None, f"m{number - 1}"]),
            "door": "Left",
            "space": rarely("bar", usual="auditorium"),
            "issue": rarely(2, usual=1),
            "undone": rarely(True, usual=False),
        }
        for number in range(chance.choice([0, 0, 1, 2, 3]))
    ]
    return {
        "zone": "Europe/Copenhagen",
        "performances": {
            "P1": {"starts": (19, 30), "ends": (22, 0), "doors_open": (18, 45)},
            "P2": {"starts": (21, 0), "cancelled": rarely(True, usual=False)},
        },
        "doors": [
            {
                "name": "Left",
                "performances": rarely(["P1", "P2"], usual=["P1"]),
                "closes": rarely(at()),
                "late_hold": rarely(True, usual=False),
                "hold_until": rarely(at()),
                "price_types": rarely(["adult"]),
                "reentry": chance.choice(["never", "after_exit", "free"]),
                "unpaid": chance.choice(["refuse", "ask"]),
                "strict": rarely(True, usual=False),
                "clears_at": rarely("18:30"),
                "rule": rarely(*RULES),
            }
        ],
        "tickets": tickets,
        "code": {
            "form": rarely("revoked", "foreign", "malformed", "other", usual="valid"),
            "signer": chance.choice(["ledger", "device"]),
            "tickets": rarely(["T9"], ["T1", "T2"], usual=["T1"]),
            "issue": chance.choice([1, 2, 2]),
            "performance": "P1",
            "seat_owner": chance.choice([None, "signer", "another"]),
        },
        "movements": movements,
        "scans": [
            {
                "at": at(),
                "id": "s",
                "mode": rarely("exit", usual="entry"),
                "link": chance.choice(["ledger", "alone"]),
                "clock": rarely("untrusted", usual="trusted"),
                "accept": rarely(["UNPAID", "LATE_HOLD", "UNVERIFIED"], usual=[]),
                "override": rarely({"by": "Mrs Lund", "reason": "Known"}),
                "answers": rarely({"meal": "soup"}, usual={}),
            }
        ],
        "show": SHOW,
    }


def with_times(value: Any, *, utc: bool) -> Any:
    """Write (hour, minute) as local time or in UTC, with dictionaries turned round."""
    if isinstance(value, tuple):
        hour, minute = value
        if utc:
            return f"2026-03-06T{hour - COPENHAGEN_IN_MARCH:02}:{minute:02}:00Z"
        return f"2026-03-06T{hour:02}:{minute:02}"
    if isinstance(value, dict):
        items = reversed(value.items()) if utc else value.items()
        return {key: with_times(each, utc=utc) for key, each in items}
    if isinstance(value, list):
        return [with_times(each, utc=utc) for each in value]
    return value


@pytest.mark.chance
def test_ledger_and_door_say_the_same_and_why():
    chance, judge = random.Random(1204), ADAPTERS["admission"]
    said: Counter[str] = Counter()
    for _ in range(EVENINGS):
        drawn = evening(chance)
        door = with_times(drawn, utc=False)
        ledger = with_times(drawn, utc=True)
        # The ledger knows of other guests as well.
        ledger["movements"].insert(
            0, {"id": "other", "ticket": "T7", "at": "2026-03-06T17:00Z", "after": None}
        )
        (verdict,) = judge(door)["verdicts"]
        assert judge(ledger)["verdicts"] == [verdict]
        said[verdict["verdict"]] += 1
    # The evenings are not all alike: most answers occur, and guests do get in.
    assert said["ADMIT"] > EVENINGS / 10
    assert len(said) > len(Answer) * 2 / 3
