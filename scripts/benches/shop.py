"""The online shop: page and map times at 2,000 and 20,000 seats, and orders a second."""

import argparse
import gzip
import http.client
import itertools
import os
import re
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

from boxoffice.charts import Chart, Row
from ledger import halls
from scripts.benches import _ledger
from scripts.benches._ledger import Servers, percentile, say
from scripts.benches.orders import audit

SIZES = (2_000, 20_000)
SEATS_A_ROW, ROWS_A_SECTION, PARTY = 50, 20, 2


def main(argv: list[str]) -> int:
    """scripts/bench shop [options]; see --help."""
    parser = argparse.ArgumentParser(prog="scripts/bench shop", description=__doc__)
    parser.add_argument("--seats", type=int, action="append", help="in the house")
    parser.add_argument("--engine", choices=_ledger.ENGINES, default="sqlite")
    parser.add_argument("--views", type=int, default=40, help="of each page")
    parser.add_argument("--buyers", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=8.0, help="of buying")
    asked = parser.parse_args(argv)
    # The pretend bank answers in a demo alone.
    os.environ["FOH_DEMO"] = "1"
    sound = [_measure(seats, asked) for seats in asked.seats or SIZES]
    return 0 if all(sound) else 1


def _measure(seats: int, asked: argparse.Namespace) -> bool:
    said = {"bench": "shop", "engine": asked.engine, "seats": seats}
    with _ledger.opened(asked.engine) as made:
        performance = made.add_evening("Hamlet", _plan(seats))
        servers = Servers(made)
        try:
            for name, path in _pages(performance, seats):
                say(**said, **_view(servers, name, path, asked.views))
            cpu_s = servers.cpu_s()
            tally, seconds = _buy(servers, performance, asked)
            cpu_s = servers.cpu_s() - cpu_s
            orders = len(tally.orders_ms)
            say(
                **said,
                buyers=asked.buyers,
                orders_per_s=round(orders / seconds, 1),
                cpu_ms_an_order=round(cpu_s * 1000 / max(orders, 1), 1),
                cpu_share=round(cpu_s / seconds, 2),
                order_p50_ms=percentile(tally.orders_ms, 0.50),
                order_p95_ms=percentile(tally.orders_ms, 0.95),
                request_p95_ms=percentile(tally.requests_ms, 0.95),
                wrong=tally.wrong[:2],
                ledger_mb=servers.ledger_mb(),
            )
        finally:
            servers.close()
        found = audit(made.database)
    say(**said, orders=orders, **found)
    return (
        not tally.wrong
        and found["orders_booked"] == orders
        and not (found["oversold"] or found["journal"])
    )


def _plan(seats: int) -> halls.Plan:
    """Rows of fifty, half a metre apart, in sections of a thousand seats."""
    rows = tuple(
        Row(
            f"{row + 1}",
            tuple(f"{row + 1}-{place + 1}" for place in range(SEATS_A_ROW)),
            f"Section {row // ROWS_A_SECTION + 1}",
            frozenset({f"{row + 1}-25"}),
        )
        for row in range(seats // SEATS_A_ROW)
    )
    coords = {
        seat: (place * 0.5, number * 0.9)
        for number, row in enumerate(rows)
        for place, seat in enumerate(row.seats)
    }
    levels = {seat: "premium" for row in rows for seat in row.seats}
    names = {
        seat: halls.SeatName(row.section, row.name, seat.split("-")[1])
        for row in rows
        for seat in row.seats
    }
    return halls.Plan(Chart(rows=rows, levels=levels, coords=coords), names=names)


def _pages(performance: str, seats: int) -> list[tuple[str, str]]:
    """Name the pages that are timed. A large house begins with its sections."""
    one = f"/shop/performances/{performance}"
    section = f"{one}?section=Section+1"
    whole = [("map", one)] if seats <= SIZES[0] else [("overview", one)]
    return [("what is on", "/shop/"), *whole, ("section map", section)]


def _view(servers: Servers, page: str, path: str, views: int) -> dict[str, object]:
    browser = Browser(servers.ports[0])
    times = []
    for _ in range(views + 3):
        before = time.perf_counter()
        text = browser.get(path)
        times.append((time.perf_counter() - before) * 1000)
    return {
        "page": page,
        "p50_ms": percentile(times[3:], 0.50),
        "p95_ms": percentile(times[3:], 0.95),
        "kb": round(len(text) / 1000),
        "packed_kb": round(browser.packed / 1000, 1),
    }


@dataclass
class Tally:
    """What the buyers met."""

    orders_ms: list[float] = field(default_factory=list)
    requests_ms: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


class Browser:
    """One patron: a kept-open connection, a cookie, the token of the last page."""

    def __init__(self, port: int) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._cookie = self._token = self.path = ""
        self.packed = 0
        self.times_ms: list[float] = []

    def get(self, path: str) -> str:
        return self._ask("GET", path)

    def post(self, path: str, **fields: str) -> str:
        body = urlencode({"csrf_token": self._token, **fields})
        return self._ask("POST", path, body)

    def _ask(self, method: str, path: str, body: str = "") -> str:
        headers = {"Cookie": self._cookie, "Accept-Encoding": "gzip"}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        before = time.perf_counter()
        self._http.request(method, path, body=body or None, headers=headers)
        answer = self._http.getresponse()
        raw = answer.read()
        self.times_ms.append((time.perf_counter() - before) * 1000)
        if cookie := answer.getheader("Set-Cookie"):
            self._cookie = cookie.split(";", 1)[0]
        if answer.status == 303:
            return self.get(str(answer.getheader("Location")))
        self.path, self.packed = path, len(raw)
        packed = answer.getheader("Content-Encoding") == "gzip"
        text = (gzip.decompress(raw) if packed else raw).decode()
        if found := re.search(r'name="csrf_token" value="([^"]+)"', text):
            self._token = found[1]
        assert answer.status == 200, f"{method} {path}: {answer.status}"
        return text


def _buy(
    servers: Servers, performance: str, asked: argparse.Namespace
) -> tuple[Tally, float]:
    """Let some patrons buy the best two seats over and over; give how it went."""
    tally, numbers = Tally(), itertools.count(1)
    until = time.perf_counter() + asked.seconds

    def patron() -> None:
        while time.perf_counter() < until:
            browser = Browser(servers.ports[0])
            before = time.perf_counter()
            try:
                _purchase(browser, performance, next(numbers))
            except (AssertionError, OSError) as trouble:
                tally.wrong.append(str(trouble)[:200])
                return
            tally.orders_ms.append((time.perf_counter() - before) * 1000)
            tally.requests_ms.extend(browser.times_ms)

    began = time.perf_counter()
    threads = [threading.Thread(target=patron) for _ in range(asked.buyers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tally, time.perf_counter() - began


def _purchase(browser: Browser, performance: str, number: int) -> None:
    """Buy two seats as a browser does: eight pages, every redirect followed."""
    browser.get("/shop/member")  # A small page that has a token.
    best = {"count-adult": str(PARTY)}
    browser.post(f"/shop/performances/{performance}/best", **best)
    basket = browser.path
    browser.get(f"{basket}/details")
    who = {"name": f"Patron {number}", "email": f"p{number}@example.org"}
    text = browser.post(f"{basket}/details", act="on", delivery="email", **who)
    key = re.search(r'name="key" value="([^"]+)"', text)
    assert key, "the summary has no button to pay"
    browser.post(f"{basket}/payments", key=key[1])
    text = browser.post(browser.path, answer="approve")
    assert "Thank you" in text, f"not confirmed: {browser.path}"
