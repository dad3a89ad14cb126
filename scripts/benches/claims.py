"""Claims at the ledger: how many a second, codes new and shown again, 1 to 32 doors."""

import argparse
import itertools
import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select, update

from boxoffice.pricing import Seller
from ledger import orders
from ledger.store import Store
from ledger.tables.doors import ClaimRow, PresenceRow
from ledger.tables.orders import TicketRow
from scripts.benches import _ledger
from scripts.benches._ledger import Device, Line, Servers, percentile, say

DOORS = (1, 8, 32)
CODES = ("distinct", "repeated")
ROWS, SEATS_A_ROW, SEATS_AN_ORDER = 400, 50, 50
# So many codes go round and round when they are repeated.
REPEATED_TICKETS = 20


_PRINTED = update(TicketRow).values(print_state="printed")


@dataclass
class Tally:
    """What the doors of one run met."""

    took_ms: list[float] = field(default_factory=list)
    granted: int = 0
    refused: int = 0
    wrong: list[str] = field(default_factory=list)


def main(argv: list[str]) -> int:
    """scripts/bench claims [options]; see --help."""
    parser = argparse.ArgumentParser(prog="scripts/bench claims", description=__doc__)
    parser.add_argument("--engine", choices=_ledger.ENGINES, action="append")
    parser.add_argument("--doors", type=int, action="append")
    parser.add_argument("--codes", choices=CODES, action="append")
    parser.add_argument("--seconds", type=float, default=4.0, help="for each run")
    parser.add_argument("--processes", type=int, default=1, help="on PostgreSQL")
    parser.add_argument("--memory", type=int, default=0, help="claims for this figure")
    asked = parser.parse_args(argv)
    return 0 if all(_measure(e, asked) for e in asked.engine or _ledger.ENGINES) else 1


def _measure(engine: str, asked: argparse.Namespace) -> bool:
    """Let all numbers of doors claim from one book; give whether it is sound afterwards."""
    processes = asked.processes if engine == "postgresql" else 1
    said = {"bench": "claims", "engine": engine, "processes": processes}
    with _ledger.opened(engine) as made:
        performance = made.add_evening("Hamlet", _ledger.reserved(ROWS, SEATS_A_ROW))
        tickets = _sell(made, performance)
        # What is on paper needs no copies; they would be sealed beside the claims.
        made.store.write(lambda session: session.execute(_PRINTED))
        doors = [made.pair(f"Door {n}", "door") for n in range(1, max(DOORS) + 1)]
        servers = Servers(made, processes)
        try:
            fresh = iter(tickets[REPEATED_TICKETS:])
            # The first claim reads the chart; doors are not what waits for that.
            warm, _ = _claim(servers, performance, fresh, doors[:1], 0.5)
            claims, granted = len(warm.took_ms), warm.granted
            for codes, count in itertools.product(
                asked.codes or CODES, asked.doors or DOORS
            ):
                source = (
                    fresh
                    if codes == "distinct"
                    else itertools.cycle(tickets[:REPEATED_TICKETS])
                )
                cpu_s = servers.cpu_s()
                tally, seconds = _claim(
                    servers, performance, source, doors[:count], asked.seconds
                )
                cpu_s = servers.cpu_s() - cpu_s
                claims += len(tally.took_ms)
                granted += tally.granted
                say(
                    **said,
                    codes=codes,
                    doors=count,
                    claims_per_s=round(len(tally.took_ms) / seconds, 1),
                    cpu_ms_a_claim=round(cpu_s * 1000 / max(1, len(tally.took_ms)), 2),
                    cpu_share=round(cpu_s / seconds, 2),
                    p50_ms=percentile(tally.took_ms, 0.50),
                    p99_ms=percentile(tally.took_ms, 0.99),
                    granted=tally.granted,
                    refused=tally.refused,
                    wrong=tally.wrong[:2],
                    ledger_mb=servers.ledger_mb(),
                )
            if asked.memory:
                more, won = _memory(servers, performance, tickets, doors, asked.memory)
                claims, granted = claims + more, granted + won
        finally:
            servers.close()
        twice, live = _audit(made.database)
    say(**said, claims=claims, granted=granted, live=live, twice=twice)
    return twice == 0 and live == granted


def _memory(
    servers: Servers, performance: str, tickets: list[str], doors: list[Device], claims: int
) -> tuple[int, int]:
    """Say what the ledger holds as claims go on, at every tenth. Gives made and granted."""
    codes, held, made, granted = itertools.cycle(tickets), servers.ledger_mb(), 0, 0
    for _tenth in range(10):
        part = itertools.islice(codes, claims // 10)
        tally, _ = _claim(servers, performance, part, doors[:8], 3600)
        made, granted = made + len(tally.took_ms), granted + tally.granted
        held += servers.ledger_mb()
    say(bench="claims", what="memory", claims=made, granted=granted, ledger_mb=held)
    return made, granted


def _sell(made: _ledger.Book, performance: str) -> list[str]:
    """Sell the house in large orders, and give the ids of its tickets."""
    sold: list[str] = []
    for row in range(ROWS):
        seats = [f"R{row}-{seat}" for seat in range(1, SEATS_A_ROW + 1)]
        done = made.store.write(
            orders.sell,
            made.means,
            performance=performance,
            seats=[(seat, "adult") for seat in seats],
            seller=Seller.WINDOW,
            tender="cash",
        )
        assert isinstance(done, orders.Sold), done
        sold += [ticket.id for ticket in done.tickets]
    return sold


def _claim(
    servers: Servers,
    performance: str,
    tickets: Any,
    doors: list[Device],
    seconds: float,
) -> tuple[Tally, float]:
    """Let doors claim tickets for a while. Gives what they met, how long it took (s)."""
    tally, began, next_one = Tally(), time.perf_counter(), threading.Lock()

    def door(number: int) -> None:
        line = servers.line(number)
        try:
            while time.perf_counter() < began + seconds:
                with next_one:
                    ticket = next(tickets, None)
                if ticket is None:
                    break
                _once(line, doors[number], performance, ticket, tally)
        except Exception as trouble:
            tally.wrong.append(repr(trouble))
        finally:
            line.close()

    threads = [threading.Thread(target=door, args=(n,)) for n in range(len(doors))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tally, time.perf_counter() - began


def _once(line: Line, door: Device, performance: str, ticket: str, tally: Tally) -> None:
    body = {
        "claim": _ledger.new_id(),
        "kind": "admission",
        "ticket": ticket,
        "issue": 1,
        "performance": performance,
        "space": "auditorium",
        "count": 1,
        "door": door.id,
    }
    began = time.perf_counter()
    status, text, _ = line.ask(door, "POST", "/api/claims", json.dumps(body).encode())
    if status != 200:
        tally.wrong.append(f"{status} {text[:200]!r}")
        return
    tally.took_ms.append((time.perf_counter() - began) * 1000)
    if json.loads(text)["granted"]:
        tally.granted += 1
    else:
        tally.refused += 1


def _audit(database: str) -> tuple[int, int]:
    """Count tickets with two live claims in one space, and all live claims."""
    store = Store(database, only_read=True)
    try:
        with store.read() as session:
            twice = (
                select(ClaimRow.ticket)
                .where(ClaimRow.state == "live")
                .group_by(ClaimRow.ticket, ClaimRow.space)
                .having(func.count() > 1)
            )
            live = (
                select(func.count())
                .select_from(PresenceRow)
                .where(PresenceRow.claim.is_not(None))
            )
            return len(session.scalars(twice).all()), session.scalar(live) or 0
    finally:
        store.close()
