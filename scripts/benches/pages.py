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
        _post(client, begun.text, "form", performance)
        _time(seats, "offer", lambda: client.get(f"/p/{performance}/seats"))
        _time(seats, "map", lambda: client.get(f"/p/{performance}/map"))
        part = f"/p/{performance}/map?section=Stalls"
        _time(seats, "rows of a part", lambda: client.get(part))
        _time(seats, "seats of a row", lambda: client.get(f"{part}&row=R2"))
        offered = client.get(f"/p/{performance}/seats").text
        _post(client, offered, "form:has(.button--main)", performance)
        _time(seats, "review", lambda: client.get("/order"))
        _time(seats, "voucher", lambda: client.get("/order/voucher"))
        _time(seats, "help", lambda: client.get("/help"))
        _time(seats, "access", lambda: client.get("/access"))
        _time(seats, "attract", lambda: client.get("/"))
        _time(seats, "performances", lambda: client.get("/performances"))
        _time(seats, "collect", lambda: client.get("/collect"))


def _post(client, page: str, form: str, performance: str) -> None:
    """Send what a page's form holds; it must lead on."""
    found = BeautifulSoup(page, "html.parser").select_one(f"main {form}")
    assert found is not None
    fields: dict[str, list[str]] = {}
    for tag in found.select("input[name]"):
        if tag.get("type") not in {"checkbox", "submit"}:
            fields.setdefault(str(tag["name"]), []).append(str(tag.get("value", "")))
    answer = client.post(
        str(found.get("action") or f"/p/{performance}/how-many"), data=fields
    )
    assert answer.status_code == 303, answer.status


def _time(seats: int, page: str, get) -> None:
    answer = get()
    assert answer.status_code == 200, (page, answer.status)
    taken, worked = [], []
    for _ in range(TIMES):
        began, working = time.perf_counter(), time.thread_time()
        get()
        taken.append((time.perf_counter() - began) * 1000)
        worked.append((time.thread_time() - working) * 1000)
    taken.sort()
    worked.sort()
    fields = {
        "bench": "pages",
        "seats": seats,
        "page": page,
        "median_ms": round(statistics.median(taken), 1),
        "p95_ms": round(taken[int(0.95 * len(taken)) - 1], 1),
        # Of the processor alone, which other work on the machine does not lengthen.
        "cpu_median_ms": round(statistics.median(worked), 1),
        "cpu_p95_ms": round(worked[int(0.95 * len(worked)) - 1], 1),
        "kilobytes": round(len(answer.data) / 1000, 1),
    }
    print(json.dumps(fields), flush=True)
