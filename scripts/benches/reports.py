"""Staff pages and downloads of a house with 100,000 orders: times, memory of files."""

import json
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

TIMES = 15
MOST_MS = 300
# What a download may add to the process while it streams, whatever its length.
MOST_GROWTH_MB = 30
DOWNLOADS = (
    "/staff/worklist/orders",
    "/staff/worklist/customers",
    "/staff/worklist/envelopes",
    "/staff/reports/statements/next",
)
KINDS = (".csv", ".xlsx", ".json")


def main(argv: list[str]) -> int:
    """scripts/bench reports [ORDERS]: 100,000 unless told otherwise; 1 if one is slow.

    A page's processor time stands beside the time by the clock, which others lengthen.
    """
    count = int(argv[0]) if argv else 100_000
    os.sched_setaffinity(0, {0})
    with tempfile.TemporaryDirectory() as folder:
        return _measure(count, Path(folder))


def _measure(count: int, folder: Path) -> int:
    from functools import partial

    from ledger import parties
    from scripts.benches._reports_house import fill
    from tests.demo_house import furnish

    house = furnish(folder)
    began = time.perf_counter()
    facts = fill(house.running, count)
    _say(what="filled", seconds=round(time.perf_counter() - began, 1), **facts["counts"])
    # An order that is alone has no page of its party.
    link = partial(parties.link, order=facts["order"], other="BENCH000043", by="bench")
    assert house.running.store.write(link, house.running.means())
    client = _client(house)
    slow = 0
    for address in _pages(house, facts):
        taken = _time(client, address)
        slow += taken["p95_ms"] > MOST_MS
        _say(what="page", address=_short(address, facts), **taken)
    for address in DOWNLOADS:
        for kind in KINDS:
            found = _stream(client, address + kind)
            slow += found["growth_mb"] > MOST_GROWTH_MB
            _say(what="download", address=address + kind, **found)
    house.store.close()
    return 1 if slow else 0


def _client(house: Any) -> Any:
    """Anna's browser, logged in."""
    from bs4 import BeautifulSoup

    client = house.client()
    page = BeautifulSoup(client.get("/login").text, "html.parser")
    token = page.select_one("form[action='/login'] [name=csrf_token]")
    assert token is not None
    said = {"login": "anna", "password": "lobby-demo", "csrf_token": token["value"]}
    assert client.post("/login", data=said).status_code == 303
    return client


def _pages(house: Any, facts: dict[str, Any]) -> list[str]:
    """Every staff page that shows something: each rule of the app, filled in."""
    known = {
        "performance": facts["performance"],
        "order": facts["order"],
        "hall": facts["hall"],
        "device": facts["device"],
        "seat": facts["seat"],
        "kind": "csv",
    }
    app = house.client().application
    found = []
    for rule in sorted(app.url_map.iter_rules(), key=str):
        address = str(rule)
        if "GET" not in (rule.methods or ()) or not address.startswith("/staff"):
            continue
        if address == "/staff/":
            continue  # It leads on to a page that is measured.
        if address.endswith((".csv", ".pdf", ".<kind>", "plan.json")):
            continue
        if rule.arguments - set(known) or "memberships" in address:
            continue
        for name in rule.arguments:
            address = address.replace(f"<path:{name}>", f"<{name}>")
            address = address.replace(f"<{name}>", known[name])
        if address.endswith("/moves"):
            address += f"?performance={facts['sold_for']}"
        found.append(address)
    return [*found, "/staff/orders?q=Okafor", f"/staff/orders?q={facts['order']}",
            "/staff/orders?page=400", "/staff/orders?sort=performance&page=400",
            "/staff/members?q=Okafor",
            "/staff/orders?q=Stalls, row F, seat 12"]  # fmt: skip


def _time(client: Any, address: str) -> dict[str, Any]:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status)
    taken, worked = [], []
    for _ in range(TIMES):
        began, before = time.perf_counter(), time.process_time()
        client.get(address)
        taken.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - before) * 1000)
    taken.sort()
    return {
        "median_ms": round(statistics.median(taken), 1),
        "p95_ms": round(taken[-1 - len(taken) // 20], 1),
        "cpu_p95_ms": round(sorted(worked)[-1 - len(worked) // 20], 1),
        "kb": round(len(answer.get_data()) / 1000, 1),
    }


def _stream(client: Any, address: str) -> dict[str, Any]:
    """Read a download to its end, piece by piece; give how much the process grew."""
    before, most, size = _memory_mb(), 0.0, 0
    began = time.perf_counter()
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status)
    for number, piece in enumerate(answer.iter_encoded()):
        size += len(piece)
        if number % 500 == 0:
            most = max(most, _memory_mb())
    answer.close()
    most = max(most, _memory_mb())
    return {
        "seconds": round(time.perf_counter() - began, 1),
        "mb": round(size / 1e6, 2),
        "growth_mb": round(most - before, 1),
    }


def _memory_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _short(address: str, facts: dict[str, Any]) -> str:
    for name in ("performance", "order", "hall", "device"):
        address = address.replace(facts[name], f"<{name}>")
    return address


def _say(**said: Any) -> None:
    print(json.dumps({"bench": "reports", **said}), flush=True)
