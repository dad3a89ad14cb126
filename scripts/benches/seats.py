"""Best available seats: offers, splits, an index built and kept up to date."""

import json
import random
import statistics
import time
from collections.abc import Callable

from boxoffice.best import Index, NoOffer, Request
from boxoffice.charts import Chart, Row

HOUSES = (600, 2_000, 20_000)
PARTIES = (1, 2, 4, 8)
SOLD_PCT = (0, 50, 95)
SPLIT_PARTY = 14
ROUNDS = 200
SEATS_PER_ROW = {600: 30, 2_000: 40, 20_000: 100}


def house(seats: int) -> Chart:
    """A house of three sections; an aisle cuts the rows every 25 seats or in the middle."""
    width = SEATS_PER_ROW[seats]
    block = 25 if width == 100 else width // 2
    count = seats // width
    rows = []
    for number in range(count):
        codes = tuple(f"{number + 1}-{seat + 1}" for seat in range(width))
        aisles = frozenset(codes[block - 1 : width - 1 : block])
        section = ("Stalls", "Circle", "Balcony")[number * 3 // count]
        rows.append(Row(f"{number + 1}", codes, section, aisles))
    spots = [
        (abs(seat - (width - 1) / 2) + 2 * abs(number - count // 4), code)
        for number, row in enumerate(rows)
        for seat, code in enumerate(row.seats)
    ]
    return Chart(tuple(rows), tuple(code for _, code in sorted(spots)))


def timed_ms(work: Callable[[], object]) -> float:
    """Run once and say how long it took."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1_000


def report(times_ms: list[float], **facts: object) -> None:
    """Print one line of JSON."""
    p99_ms = sorted(times_ms)[max(0, -(-len(times_ms) * 99 // 100) - 1)]
    median_ms = statistics.median(times_ms)
    line = {**facts, "median_ms": round(median_ms, 4), "p99_ms": round(p99_ms, 4)}
    print(json.dumps({"bench": "seats", **line}), flush=True)


def offers(index: Index, party: int, free: list[str], sold: list[str]) -> list[float]:
    """Time offers; between any two somebody takes a seat and somebody brings one back."""
    index.find(Request(party))
    times_ms = []
    for _ in range(ROUNDS):
        # Both lists are shuffled: first in, first out is chance enough.
        sold.append(free.pop(0))
        index.take(sold[-1:])
        free.append(sold.pop(0))
        index.give_back(free[-1:])
        times_ms.append(timed_ms(lambda: index.find(Request(party))))
    return times_ms


def measure(seats: int) -> None:
    """Print every line about one house."""
    chart = house(seats)
    warm = chart.ranks, chart.blocks, chart.places
    assert len(warm[0]) == seats
    for sold_pct in SOLD_PCT:
        chance = random.Random(sold_pct)
        free = chance.sample(chart.seats, seats)
        sold = [free.pop() for _ in range(seats * sold_pct // 100)]
        index = Index(chart)
        index.update(sold)
        for party in PARTIES:
            times_ms = offers(index, party, free, sold)
            report(times_ms, what="offer", seats=seats, party=party, sold_pct=sold_pct)
        if isinstance(index.find(Request(SPLIT_PARTY, allow_split=False)), NoOffer):
            times_ms = offers(index, SPLIT_PARTY, free, sold)
            report(
                times_ms, what="split", seats=seats, party=SPLIT_PARTY, sold_pct=sold_pct
            )
        if not sold_pct:
            upkeep(chart, index, chance)


def upkeep(chart: Chart, index: Index, chance: random.Random) -> None:
    """Print what it costs to build an index, and to follow one sale."""
    seats = len(chart.seats)

    def build() -> None:
        fresh = Index(chart)
        for party in PARTIES:
            fresh.window(Request(party))

    report([timed_ms(build) for _ in range(5)], what="build", seats=seats, parties=PARTIES)

    def sell() -> None:
        index.take({chance.choice(chart.seats)})
        for party in PARTIES:
            index.window(Request(party))

    report(
        [timed_ms(sell) for _ in range(ROUNDS)], what="sale", seats=seats, parties=PARTIES
    )


def main(argv: list[str]) -> int:
    """Measure all houses, or only those whose number of seats is given."""
    for seats in [int(text) for text in argv] or HOUSES:
        measure(seats)
    return 0
