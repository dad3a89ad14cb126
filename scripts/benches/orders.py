"""Buyers at one hot performance: orders a second, waits, refusals, oversold, CPU."""

import argparse
import itertools
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from ledger import book, journal
from ledger.store import Store
from ledger.tables.discrepancies import DiscrepancyRow
from ledger.tables.orders import OrderRow, TicketRow
from ledger.tables.seats import SeatStateRow
from scripts.benches import _ledger
from scripts.benches._ledger import Device, Line, Servers, percentile, say

BUYERS = (1, 8, 32, 128)
WISHES = ("distinct", "same", "best", "ga")
ROWS, SEATS_A_ROW, PLACES = 240, 50, 12_000
# A device may ask 20 times a second, so a hot evening takes many of them.
KIOSKS = 128


def main(argv: list[str]) -> int:
    """scripts/bench orders [options]; see --help."""
    parser = argparse.ArgumentParser(prog="scripts/bench orders", description=__doc__)
    parser.add_argument("--engine", choices=_ledger.ENGINES, action="append")
    parser.add_argument("--buyers", type=int, action="append")
    parser.add_argument("--wish", choices=WISHES, action="append")
    parser.add_argument("--seats", type=int, default=2, help="in an order")
    parser.add_argument("--seconds", type=float, default=4.0, help="for each run")
    parser.add_argument("--processes", type=int, default=1, help="on PostgreSQL")
    parser.add_argument("--kiosks", type=int, default=KIOSKS, help="that buyers share")
    asked = parser.parse_args(argv)
    sound = True
    for engine in asked.engine or _ledger.ENGINES:
        for wish in asked.wish or WISHES:
            sound &= _measure(engine, wish, asked)
    return 0 if sound else 1


def _measure(engine: str, wish: str, asked: argparse.Namespace) -> bool:
    """Let all numbers of buyers buy from one book; give whether it is sound afterwards."""
    processes = asked.processes if engine == "postgresql" else 1
    said = {"bench": "orders", "engine": engine, "wish": wish}
    sold = 0
    with _ledger.opened(engine) as made:
        house = House(made, wish, asked.seats)
        kiosks = [made.pair(f"Kiosk {n}") for n in range(1, asked.kiosks + 1)]
        with _serving(made, processes) as servers:
            sold += len(_buy(servers, house, kiosks, 4, 1.0)[0].booked_ms)  # Warm.
            for buyers in asked.buyers or BUYERS:
                cpu_s = servers.cpu_s()
                tally, seconds = _buy(servers, house, kiosks, buyers, asked.seconds)
                cpu_s = servers.cpu_s() - cpu_s
                orders = len(tally.booked_ms)
                sold += orders
                say(
                    **said,
                    processes=processes,
                    buyers=buyers,
                    seats_an_order=asked.seats,
                    orders_per_s=round(orders / seconds, 1),
                    cpu_ms_an_order=round(cpu_s * 1000 / max(orders, 1), 2),
                    cpu_share=round(cpu_s / seconds, 2),
                    pay_p50_ms=percentile(tally.paid_ms, 0.50),
                    pay_p99_ms=percentile(tally.paid_ms, 0.99),
                    booked_p50_ms=percentile(tally.booked_ms, 0.50),
                    booked_p99_ms=percentile(tally.booked_ms, 0.99),
                    refused=tally.refused,
                    busy=tally.busy,
                    wrong=tally.wrong[:2],
                    ledger_mb=servers.ledger_mb(),
                )
        found = audit(made.database)
    say(**said, orders=sold, **found)
    return found["oversold"] == found["discrepancies"] == found["journal"] == 0 and (
        found["orders_booked"] == sold
    )


@contextmanager
def _serving(made: _ledger.Book, processes: int) -> Iterator[Servers]:
    servers = Servers(made, processes)
    try:
        yield servers
    finally:
        servers.close()


@dataclass
class Tally:
    """What the buyers of one run met. paid: Pay was answered; booked: the sale is too."""

    paid_ms: list[float] = field(default_factory=list)
    booked_ms: list[float] = field(default_factory=list)
    refused: int = 0
    busy: int = 0
    wrong: list[str] = field(default_factory=list)


class House:
    """What is on sale, and what the next buyer wants of it."""

    def __init__(self, made: _ledger.Book, wish: str, seats: int) -> None:
        self.wish, self.seats = wish, seats
        general = wish == "ga"
        plan = _ledger.general(PLACES) if general else _ledger.reserved(ROWS, SEATS_A_ROW)
        self.performance = made.add_evening("Hamlet", plan)
        with made.store.read() as session:
            # What a device reads in its feed: the epoch of a seat with its first owner.
            self.epoch = book.first_epoch(book.read(session).timeline)
        self._free = itertools.count(step=seats)
        # Where all who want the same seats are fighting just now.
        self._front, self._moving = 0, threading.Lock()
        self.level, self.price = ("", 2400) if general else ("premium", 2400)

    @property
    def sold_out(self) -> bool:
        return self._front + self.seats > ROWS * SEATS_A_ROW

    def wanted(self) -> dict[str, Any]:
        if self.wish in {"best", "ga"}:
            return {"best": {"quantity": self.seats}}
        first = next(self._free) if self.wish == "distinct" else self._front
        return {"seats": [_seat(number) for number in range(first, first + self.seats)]}

    def gone(self, wanted: dict[str, Any]) -> None:
        """Those seats went: everybody turns to the next ones."""
        with self._moving:
            if wanted.get("seats", [""])[0] == _seat(self._front):
                self._front += self.seats

    def sale(self, order: str, seats: list[str]) -> dict[str, Any]:
        """The event that books it, as a kiosk writes it."""
        lines = [self._line(seat) for seat in seats]
        amount = sum(line["price"] + line["fee_outside"] for line in lines)
        return {
            "order": order,
            "performance": self.performance,
            "currency": "EUR",
            "seller": "kiosk",
            "lines": lines,
            "other": [],
            "tenders": [
                {"kind": "card", "ref": "A1", "amount": amount, "intent": _ledger.new_id()}
            ],
            "member": None,
            "answers": [],
            "price_pos": 1,
        }

    def _line(self, seat: str) -> dict[str, Any]:
        level: str | None = None
        price = 2400
        if self.wish != "ga":
            stalls = int(seat[1:].split("-")[0]) < ROWS // 2
            level, price = ("premium", 2400) if stalls else ("standard", 1800)
        return {
            "ticket": _ledger.new_id(),
            "performance": self.performance,
            "seat": seat,
            "epoch": self.epoch,
            "level": level,
            "price_type": "adult",
            "price": price,
            "fee_outside": 175,
            "fee_inside": 25,
            "payload": "",
        }


def _seat(number: int) -> str:
    return f"R{number // SEATS_A_ROW}-{number % SEATS_A_ROW + 1}"


def _buy(
    servers: Servers, house: House, kiosks: list[Device], buyers: int, seconds: float
) -> tuple[Tally, float]:
    """Let so many buy for a while. Gives what they met, and how long it took (s)."""
    tally, began = Tally(), time.perf_counter()
    share = len(kiosks) // buyers

    def buyer(number: int) -> None:
        line = servers.line(number)
        own = itertools.cycle(kiosks[number * share : (number + 1) * share])
        try:
            while time.perf_counter() < began + seconds and not house.sold_out:
                _order(line, next(own), house, tally)
        except Exception as trouble:
            tally.wrong.append(repr(trouble))
        finally:
            line.close()

    threads = [threading.Thread(target=buyer, args=(n,)) for n in range(buyers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tally, time.perf_counter() - began


def _order(line: Line, kiosk: Device, house: House, tally: Tally) -> None:
    """Buy once: hold, Pay (the seats become the kiosk's own), and the sale is booked."""
    order, began = _ledger.new_id(), time.perf_counter()
    wanted = house.wanted()
    asked = {"performance": house.performance, "order": order} | wanted
    held = _ask(line, kiosk, "/api/holds", asked, tally)
    house.gone(wanted)
    if held is None:
        return
    if _ask(line, kiosk, "/api/allotments", {"hold": held["hold"]}, tally) is None:
        return
    tally.paid_ms.append((time.perf_counter() - began) * 1000)
    body = kiosk.batch([kiosk.happened("sale", house.sale(order, held["seats"]))])
    if _ask(line, kiosk, "/api/events", body, tally) is not None:
        tally.booked_ms.append((time.perf_counter() - began) * 1000)


def _ask(line: Line, kiosk: Device, target: str, asked: Any, tally: Tally) -> Any:
    """Ask until the ledger has time to answer; None: refused."""
    request = _ledger.new_id()
    body = asked if isinstance(asked, bytes) else json.dumps(asked).encode()
    while True:
        status, text, headers = line.ask(kiosk, "POST", target, body, request=request)
        if status in {200, 201}:
            return json.loads(text)
        if status not in {429, 503}:
            break
        tally.busy += 1
        time.sleep(min(float(headers.get("Retry-After", "1")), 1.0))
    if status == 409:
        tally.refused += 1
    else:
        tally.wrong.append(f"{target} {status} {text[:200]!r}")
    return None


def audit(database: str) -> dict[str, int]:
    """Read the book as it stands: what was sold twice, what does not add up."""
    store = Store(database, only_read=True)
    try:
        with store.read() as session:
            twice = (
                select(TicketRow.seat)
                .group_by(TicketRow.performance, TicketRow.seat)
                .having(func.count() > 1)
            )
            sold = (
                select(func.count())
                .select_from(SeatStateRow)
                .where(SeatStateRow.state == "sold")
            )
            tickets = session.scalar(select(func.count()).select_from(TicketRow)) or 0
            return {
                "oversold": len(session.scalars(twice).all()),
                "tickets_without_seat": tickets - (session.scalar(sold) or 0),
                "orders_booked": session.scalar(select(func.count()).select_from(OrderRow))
                or 0,
                "discrepancies": session.scalar(
                    select(func.count()).select_from(DiscrepancyRow)
                )
                or 0,
                "journal": journal.total(session),
            }
    finally:
        store.close()
