"""P14 with real processes: a ledger and eight doors, each a program of its own.

Each ticket is shown at all doors at the same moment, over HTTP as their scanners would.
"""

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Final

import httpx

from ledger import backup, book, devices, figures, history
from ledger.clock import Means, system_ms
from ledger.config import Config
from ledger.running import Running
from ledger.store import Store
from lobby.programs import HOST, address
from lobby.supervisor import Program
from tests.promises.doors_race import Race, sell
from tests.promises.trade.house import CHECKOUT, READY_S
from tests.warm import Warm

# A machine that does much else answers late; alone a door would rightly let everybody in.
CLAIM_WAIT_MS: Final = 5_000


def race(folder: Path, base: int, *, rounds: int, doors_many: int = 8) -> Race:
    """Let all doors scan each ticket at the same moment, and compare with the book."""
    found = Race()
    database = f"sqlite:///{folder / 'ledger/ledger.sqlite'}"
    codes = _furnish(folder, database, base, rounds, doors_many)
    with _open(folder, base, doors_many) as doors, ExitStack() as open_:
        clients = [open_.enter_context(_door(folder, name, at)) for name, at in doors]
        threads = open_.enter_context(ThreadPoolExecutor(doors_many))
        gate = threading.Barrier(doors_many)

        def scan(client: httpx.Client, code: str) -> str:
            scan = {"scan": str(uuid.uuid4()), "text": code, "source": "qr"}
            gate.wait()
            began_s = time.perf_counter()
            answer = client.post("/scans", json=scan).raise_for_status().json()["answer"]
            found.took_ms.append(1000 * (time.perf_counter() - began_s))
            return str(answer)

        for code in codes:
            answers = list(threads.map(scan, clients, [code] * doors_many))
            found.rounds += 1
            found.answers.update(answers)
            found.admitted[sum(a.removeprefix("RE_") == "ADMIT" for a in answers)] += 1
        _until(
            lambda: not any(client.get("/health").json()["unsent"] for client in clients)
        )
    with closing(Store(database)) as store, store.read() as session:
        told = figures.read(session)
        faults = backup.faults(session)
    found.written = sum(entry["count"] for entry in told["admissions"])
    found.discrepancies = int(told["discrepancies"]) + len(faults)
    return found


def _furnish(
    folder: Path, database: str, base: int, seats: int, doors_many: int
) -> list[str]:
    """Sell the tickets and invite the doors; give the codes."""
    (folder / "ledger").mkdir(parents=True)
    history.upgrade(database)
    with closing(Store(database)) as store:
        store.write(book.begin, Means(system_ms()))
        settings = Config(directory=folder / "ledger", database=database, port=0, demo=True)
        keys = book.open_keys(store, folder / "ledger", system_ms)
        ledger = Running(settings, store, system_ms, keys)
        codes = sell(ledger, seats, doors_many)
        for number in range(doors_many):
            name = f"Door {number}"
            url = address(base)
            told = store.write(
                devices.invite, ledger.means(), name=name, role="door", url=url
            )
            (folder / f"{name}.json").write_text(json.dumps(told))
    return codes


@contextmanager
def _open(folder: Path, base: int, doors_many: int) -> Iterator[list[tuple[str, str]]]:
    """Run the ledger and the doors; give the doors' names and addresses."""
    names = [f"Door {number}" for number in range(doors_many)]
    ledger = {
        "FOH_LEDGER_DIR": str(folder / "ledger"),
        "FOH_LEDGER_HOST": HOST,
        "FOH_LEDGER_PORT": str(base),
        "FOH_LEDGER_PUBLIC_URL": address(base),
    }
    programs = [Program("ledger", "ledger", ("serve",), ledger)]
    for number, name in enumerate(names, 1):
        door = {
            "FOH_KIOSK_DIR": str(folder / name),
            "FOH_KIOSK_HOST": HOST,
            "FOH_KIOSK_PORT": str(base + number),
            "FOH_LEDGER_URL": address(base),
            "FOH_INVITE_FILE": str(folder / f"{name}.json"),
            "FOH_DOOR": name,
            "FOH_CLAIM_WAIT_MS": str(CLAIM_WAIT_MS),
            "FOH_DEMO": "1",
        }
        programs.append(Program(name, "kiosk", ("serve",), door))
    supervisor = Warm(programs, checkout=CHECKOUT, folder=folder / "log")
    addresses = [address(base + number) for number in range(1, doors_many + 1)]
    try:
        for program in programs:
            supervisor.start(program.name)
        for door_at in addresses:
            _until(partial(_ready, door_at))
        yield list(zip(names, addresses, strict=True))
    finally:
        supervisor.stop_all()
        Warm.cool()


def _door(folder: Path, name: str, at: str) -> httpx.Client:
    secret = (folder / name / "scanner.secret").read_text()
    headers = {"X-Scanner-Secret": secret}
    return httpx.Client(base_url=at, headers=headers, timeout=60, trust_env=False)


def _ready(at: str) -> bool:
    try:
        said = httpx.get(f"{at}/health", timeout=60, trust_env=False).json()
    except (httpx.HTTPError, ValueError):
        return False
    return bool(said.get("ready")) and said.get("link") == "up"


def _until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + READY_S
    while not holds():
        assert time.monotonic() < until, "the doors are not ready"
        time.sleep(0.1)
