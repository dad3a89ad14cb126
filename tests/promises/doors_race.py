"""P14: doors race for one ticket, through the real ledger; one of them admits.

Every door is a whole device with its own store; they meet the ledger over its protocol.
"""

import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from boxoffice.pricing import Buyer, FeeRule, Seller
from kiosk import door, feed, pairing, recovery, sync
from kiosk.clock import Clock
from kiosk.config import Config, Invite
from kiosk.device import Device
from kiosk.line import Line
from kiosk.store.store import Store as Drawer
from ledger import book, catalogue, devices, doors, figures, halls, history, orders, prices
from ledger.app import create_app
from ledger.clock import Means, system_ms
from ledger.config import Config as LedgerConfig
from ledger.running import Running
from ledger.store import Store
from tests.carried import Carried

HOUR_MS = 3_600_000
AN_ORDER = 50


@dataclass
class Race:
    """What came of the rounds.

    admitted: by how many doors, by round. took_ms: of each scan, from code to verdict.
    """

    rounds: int = 0
    admitted: Counter[int] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    written: int = 0
    discrepancies: int = 0
    took_ms: list[float] = field(default_factory=list)

    @property
    def held(self) -> bool:
        """Whether each ticket was admitted once, at the doors and in the book."""
        once = set(self.admitted) == {1} and self.written == self.rounds
        return once and not self.discrepancies


def race(folder: Path, *, rounds: int, doors_many: int = 8) -> Race:
    """Let all doors scan each ticket at the same moment, then carry their logs home."""
    found = Race()
    with _house(folder, rounds, doors_many) as (ledger, stations, codes):
        gate = threading.Barrier(doors_many)

        def scan(device: Device, code: str) -> str:
            gate.wait()
            began_s = time.perf_counter()
            answer = door.scan(device, device.new_id(), code).answer
            found.took_ms.append(1000 * (time.perf_counter() - began_s))
            return answer

        with ThreadPoolExecutor(doors_many) as threads:
            for code in codes:
                answers = list(threads.map(scan, stations, [code] * doors_many))
                found.rounds += 1
                found.answers.update(answers)
                found.admitted[answers.count("ADMIT") + answers.count("RE_ADMIT")] += 1
        for device in stations:
            sync.everything(device)
        with ledger.store.read() as session:
            told = figures.read(session)
        found.written = sum(entry["count"] for entry in told["admissions"])
        found.discrepancies = int(told["discrepancies"])
    return found


@contextmanager
def _house(
    folder: Path, seats: int, doors_many: int
) -> Iterator[tuple[Running, list[Device], list[str]]]:
    database = f"sqlite:///{folder / 'ledger.sqlite'}"
    history.upgrade(database)
    store = Store(database)
    store.write(book.begin, Means(system_ms()))
    settings = LedgerConfig(directory=folder, database=database, port=0, demo=True)
    ledger = Running(settings, store, system_ms, book.open_keys(store, folder, system_ms))
    app = create_app(ledger)
    codes = sell(ledger, seats, doors_many)
    stations = [_door(folder, ledger, app, n) for n in range(doors_many)]
    try:
        yield ledger, stations, codes
    finally:
        for device in stations:
            device.store.close()
        store.close()


def sell(ledger: Running, seats: int, doors_many: int) -> list[str]:
    """Open a house with an evening of so many seats and doors; give the tickets' codes."""
    write, now_ms = ledger.store.write, ledger.clock()
    write(catalogue.open_house, ledger.means(), name="Royal", currency="EUR", zone="UTC")
    plan = halls.Plan(units=tuple(f"S-{number:05d}" for number in range(1, seats + 1)))
    leads = tuple(doors.Door(f"Door {n}", takes_all=True) for n in range(doors_many))
    evening = write(
        catalogue.add_performance,
        ledger.means(),
        production=write(catalogue.add_production, ledger.means(), title="Hamlet"),
        hall=write(catalogue.add_hall, ledger.means(), name="Main", plan=plan),
        starts_ms=now_ms + HOUR_MS,
        ends_ms=now_ms + 3 * HOUR_MS,
        doors_open_ms=now_ms - HOUR_MS,
        price_list=prices.PriceList(
            "EUR",
            (prices.Level("one", "One", {"adult": 1000}),),
            (prices.Type("adult", "Adult", default=True),),
            (FeeRule(Buyer.GUEST, Seller.KIOSK, fee=0, outside=0),),
        ),
        spaces=(doors.Space("auditorium", leads),),
    )
    codes: list[str] = []
    for start in range(0, seats, AN_ORDER):
        sold = write(
            orders.sell,
            ledger.means(),
            performance=evening,
            seats=[(code, "adult") for code in plan.units[start : start + AN_ORDER]],
            seller=Seller.WINDOW,
            tender="cash",
        )
        assert isinstance(sold, orders.Sold), sold
        codes += [ticket.payload for ticket in sold.tickets]
    return codes


def _door(folder: Path, ledger: Running, app: object, number: int) -> Device:
    name = f"Door {number}"
    carrier = Carried(
        httpx.WSGITransport(
            app=app,  # type: ignore[arg-type]
            remote_addr=f"10.0.0.{number + 1}",
        )
    )
    config = Config(
        folder / name, "127.0.0.1", 0, "http://ledger.test", door=name, claim_wait_s=60.0
    )
    device = Device(
        config, clock=Clock(boot=f"boot-{os.getpid()}"), store=Drawer(config.folder)
    )
    told = ledger.store.write(
        devices.invite, ledger.means(), name=name, role="door", url="http://ledger.test"
    )
    invite = Invite(
        "http://ledger.test", told["token"], told["ledger_id"], told["ledger_key"]
    )
    pairing.pair(device, invite, carrier=carrier)
    device.connect(
        Line(
            "http://ledger.test",
            clock=device.clock,
            key=device.key,
            identity=device.me,
            new_id=device.new_id,
            carrier=carrier,
        )
    )
    recovery.recover(device)
    for _ in range(2):
        with device.store.read() as session:
            streams = feed.wanted(session, now_ms=device.clock.now_ms())
        feed.pull(device, streams)
    return device
