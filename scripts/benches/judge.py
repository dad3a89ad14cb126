"""How fast a door decides: verdicts, rules with their explanation, signed codes."""

import argparse
import json
import platform
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter, process_time
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from boxoffice import tickets
from boxoffice.admission import judge
from boxoffice.answers import Answer
from boxoffice.door_facts import Door, Facts, Performance, Ticket
from boxoffice.movements import Movement
from boxoffice.presented import Presented
from boxoffice.scans import Scan

STARTS = datetime(2026, 3, 6, 18, 30, tzinfo=UTC)
RULE = {
    "or": [
        {"in": [{"var": "price_type"}, ["friend"]]},
        {
            "and": [
                {"after": [{"var": "now"}, {"time": ["daily", "20:00"]}]},
                {"<": [{"entries_since": [{"time": ["daily", "18:00"]}]}, 2]},
                {"<": [{"var": "entries_today"}, 3]},
            ]
        },
    ]
}
SHOWN = Presented(tickets=("T1",), performance="P1", issue=1)
SCAN = Scan("new", STARTS - timedelta(minutes=30), "door")


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench judge", description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each measurement")
    parser.add_argument("--tickets", type=int, default=25_000, help="held by a full door")
    given = parser.parse_args(argv)
    plain, ruled, crowded = facts(), facts(rule=RULE), facts(held=given.tickets)
    text, keys = code()
    assert judge(SHOWN, plain, SCAN).answer is Answer.ADMIT
    assert len(judge(SHOWN, ruled, SCAN).why or ()) == 1
    assert judge(SHOWN, crowded, SCAN).answer is Answer.ADMIT
    assert isinstance(tickets.read(text, keys), tickets.Valid)
    for what, call in (
        ("verdict", lambda: judge(SHOWN, plain, SCAN)),
        ("verdict, a rule explained", lambda: judge(SHOWN, ruled, SCAN)),
        (
            f"verdict, {given.tickets} tickets in the facts",
            lambda: judge(SHOWN, crowded, SCAN),
        ),
        ("signed code read", lambda: tickets.read(text, keys)),
    ):
        print(json.dumps({"bench": "judge", "what": what, **measured(call, given.seconds)}))
    return 0


def measured(call: Callable[[], object], seconds: float) -> dict[str, object]:
    """Call again and again for some seconds; each call in processor time of this process.

    Other work on the machine delays a call, and does not make it dearer.
    """
    took: list[float] = []
    ends = perf_counter() + seconds
    while perf_counter() < ends:
        begun = process_time()
        call()
        took.append(process_time() - begun)
    took.sort()
    return {
        "per_second": round(len(took) / sum(took)),
        "median_us": round(median(took) * 1e6, 1),
        "p99_us": round(took[len(took) * 99 // 100] * 1e6, 1),
        "calls": len(took),
        "python": platform.python_version(),
    }


def facts(*, rule: object = None, held: int = 1) -> Facts:
    """A guest who was in and out before, at a door that holds some tickets."""
    listed = [
        Ticket(f"T{number}", "P1", price_type="adult") for number in range(1, held + 1)
    ]
    came = Movement(
        "a",
        "T1",
        "admission",
        STARTS - timedelta(hours=1),
        "door",
        Answer.ADMIT,
        door="Left",
    )
    left = replace(came, id="b", kind="exit", verdict=Answer.EXIT_OK, after="a", count=1)
    return Facts(
        ZoneInfo("Europe/Copenhagen"),
        Door("Left", performances=("P1",), rule=rule),
        {"P1": Performance(STARTS, doors_open=STARTS - timedelta(minutes=45))},
        listed,
        [came, left] if rule else [],
    )


def code() -> tuple[str, dict[int, tickets.Key]]:
    """A code of ours and the keys that a house with forty devices holds."""
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    public = private.public_key().public_bytes_raw()
    keys = {
        number: tickets.Key(number, "device", "active", public) for number in range(1, 41)
    }
    ticket = tickets.Code(7, 1204, "0199a2b4-6c1e-7a3f-8d52-4be1c09f7733", seat=214)
    return tickets.write(ticket, private.sign), keys
