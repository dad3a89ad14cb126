"""Kiosk pages: server time and bytes of each, in houses of 1,500 to 20,000 seats."""

import json
import os
import statistics
import tempfile
import time
from pathlib import Path

from bs4 import BeautifulSoup

TIMES = 40


def main(argv: list[str]) -> int:
    """scripts/bench pages [SEATS …]: 1,500, 2,000 and 20,000 unless told otherwise."""
    for seats in [int(argument) for argument in argv] or [1_500, 2_000, 20_000]:
        with tempfile.TemporaryDirectory() as folder:
            _measure(seats, Path(folder))
    return 0


def _measure(seats: int, folder: Path) -> None:
    from tests.parts.kiosk.big_house import open_kiosk

    os.sched_setaffinity(0, {0})
    with open_kiosk(folder, seats) as (client, performance):
        begun = client.get(f"/p/{performance}/how-many")
        _time(seats, "how many", lambda: client.get(f"/p/{performance}/how-many"))
        fields = {
            tag["name"]: tag.get("value", "")
            for tag in BeautifulSoup(begun.text, "html.parser").select("main form [name]")
            if tag.get("type") not in {"checkbox", "submit"} and tag.name == "input"
        }
        form = BeautifulSoup(begun.text, "html.parser").select_one("main form")
        assert form is not None
        action = str(form.get("action") or f"/p/{performance}/how-many")
        answer = client.post(action, data=fields)
        assert answer.status_code == 303, answer.status
        _time(seats, "offer", lambda: client.get(f"/p/{performance}/seats"))
        _time(seats, "map", lambda: client.get(f"/p/{performance}/map"))
        _time(seats, "attract", lambda: client.get("/"))
        _time(seats, "performances", lambda: client.get("/performances"))
        _time(seats, "collect", lambda: client.get("/collect"))


def _time(seats: int, page: str, get) -> None:
    answer = get()
    assert answer.status_code == 200, (page, answer.status)
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        get()
        taken.append((time.perf_counter() - began) * 1000)
    taken.sort()
    fields = {
        "bench": "pages",
        "seats": seats,
        "page": page,
        "median_ms": round(statistics.median(taken), 1),
        "p95_ms": round(taken[int(0.95 * len(taken)) - 1], 1),
        "kilobytes": round(len(answer.data) / 1000, 1),
    }
    print(json.dumps(fields), flush=True)
