"""The door: pixels to verdict, scans a second at a kiosk process, claims at the ledger."""

import argparse
import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator

import cv2
import numpy as np

from boxoffice.pricing import Seller
from ledger import catalogue, clock, devices, doors, halls, orders
from scripts.benches import _ledger, claims
from scripts.benches._device import Kiosk
from scripts.benches._ledger import CHECKOUT, HOUR_MS, Servers, percentile
from scripts.benches._machine import CLIENTS, SERVERS, free_port, pin, rss_mb

DOOR = "Door A"
GOAL_P95_MS, GOAL_SCANS = 60, 300
# At rest: so many looks in a row in which it took less than this share of a core.
LOOK_S, MOST_REST, STILL, IDLE = 0.5, 120, 3, 0.06


def main(argv: list[str]) -> int:
    """scripts/bench door [options]; see --help."""
    parser = argparse.ArgumentParser(prog="scripts/bench door", description=__doc__)
    parser.add_argument("--tickets", type=int, default=4000, help="listed this evening")
    parser.add_argument("--seconds", type=float, default=4.0, help="of each measurement")
    parser.add_argument("--frames", type=int, default=40, help="tickets before the camera")
    parser.add_argument(
        "--memory", type=int, default=1000, help="scans for this figure; 0 leaves it out"
    )
    parser.add_argument("--memory-only", action="store_true", help="no rates, no ledger")
    parser.add_argument("--no-claims", action="store_true", help="kiosk process only")
    parser.add_argument("--spread", action="store_true", help="servers on both cores")
    given = parser.parse_args(argv)
    with _evening(given.tickets) as (kiosk, servers):
        _measure(kiosk, servers, given)
    if given.memory_only or given.no_claims:
        return 0
    # The ledger's side, as `scripts/bench claims` measures it.
    return claims.main(["--engine", "sqlite", "--seconds", str(given.seconds / 2)])


def _measure(kiosk: Kiosk, servers: Servers, given: argparse.Namespace) -> None:
    fresh = iter(kiosk.codes)
    if given.memory_only:
        servers.close()
        time.sleep(1.5)
        _memory(kiosk, _round(kiosk.codes), given.memory)
        return
    if given.frames:
        _pixels(kiosk, [next(fresh) for _ in range(given.frames)])
    if not given.spread:
        _pin(kiosk, servers)
    _rest(servers)
    for posters in (1, 4, 8):
        _rate(kiosk, servers, "distinct", fresh, posters, given.seconds)
    seen = kiosk.codes[given.frames : given.frames + 50]
    for posters in (1, 4):
        _rate(kiosk, servers, "repeated", _round(seen), posters, given.seconds)
    servers.close()
    time.sleep(1.5)
    _rate(kiosk, None, "distinct, alone", fresh, 4, given.seconds)
    _rate(kiosk, None, "repeated, alone", _round(seen), 4, given.seconds)
    if given.memory:
        _memory(kiosk, _round(kiosk.codes[: given.tickets // 2]), given.memory)


def _pin(kiosk: Kiosk, servers: Servers) -> None:
    """Give the kiosk process one core of its own, the ledger and the scanners the other."""
    pin(kiosk.process.pid, SERVERS)
    for pid in (os.getpid(), *servers.pids()):
        pin(pid, CLIENTS)


def _rest(servers: Servers) -> None:
    """Wait until the ledger has sealed the evening's orders: at a door that is long past.

    The scanners of this bench have no core but the ledger's.
    """
    still = 0
    for _ in range(MOST_REST):
        cpu = servers.cpu_s()
        time.sleep(LOOK_S)
        still = still + 1 if servers.cpu_s() - cpu < IDLE * LOOK_S else 0
        if still == STILL:
            return


@contextlib.contextmanager
def _evening(tickets: int) -> Iterator[tuple[Kiosk, Servers]]:
    both = {SERVERS, CLIENTS}
    with _ledger.opened("sqlite") as made:
        os.sched_setaffinity(0, both)
        codes = _sell(made, tickets)
        told = made.store.write(
            devices.invite, made.means, name=DOOR, role="door", url="http://127.0.0.1:1"
        )
        servers = Servers(made)
        folder, port = made.folder / "door", free_port()
        folder.mkdir()
        (folder / "invite.json").write_text(json.dumps(told))
        for pid in (os.getpid(), *servers.pids()):
            pin(pid, *both)
        kiosk = Kiosk.started(folder, port, servers.ports[0], FOH_DOOR=DOOR)
        kiosk.codes = codes
        try:
            kiosk.wait()
            yield kiosk, servers
        finally:
            kiosk.kill()
            with contextlib.suppress(Exception):
                servers.close()


def _sell(made: _ledger.Book, tickets: int) -> list[str]:
    write, now_ms = made.store.write, clock.system_ms()
    plan = halls.Plan(units=tuple(f"S-{n:06d}" for n in range(1, tickets + 1)))
    leads = (doors.Door(DOOR, takes_all=True), doors.Door("Door B", takes_all=True))
    evening = write(
        catalogue.add_performance,
        made.means,
        production=write(catalogue.add_production, made.means, title="Hamlet"),
        hall=write(catalogue.add_hall, made.means, name="Main", plan=plan),
        starts_ms=now_ms + HOUR_MS,
        ends_ms=now_ms + 3 * HOUR_MS,
        doors_open_ms=now_ms - HOUR_MS,
        price_list=_ledger.price_list(),
        spaces=(doors.Space("auditorium", leads),),
    )
    codes: list[str] = []
    for start in range(0, tickets, 50):
        sold = write(
            orders.sell,
            made.means,
            performance=evening,
            seats=[(code, "adult") for code in plan.units[start : start + 50]],
            seller=Seller.WINDOW,
            tender="cash",
        )
        assert isinstance(sold, orders.Sold), sold
        codes += [ticket.payload for ticket in sold.tickets]
    return codes


class _Scanner:
    """Posts texts as the scanner process does, over one connection."""

    def __init__(self, kiosk: Kiosk) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", kiosk.port, timeout=20)
        self._headers = {
            "Content-Type": "application/json",
            "X-Scanner-Secret": kiosk.secret,
        }

    def scan(self, text: str) -> str:
        body = json.dumps({"scan": _ledger.new_id(), "text": text, "source": "bench"})
        self._line.request("POST", "/scans", body, self._headers)
        answer = self._line.getresponse()
        return str(json.loads(answer.read()).get("answer"))


def _rate(
    kiosk: Kiosk,
    servers: Servers | None,
    what: str,
    codes: Iterator[str],
    posters: int,
    seconds: float,
) -> None:
    lock, taken, answers = threading.Lock(), list[float](), Counter[str]()
    until = time.perf_counter() + seconds

    def post() -> None:
        scanner = _Scanner(kiosk)
        while time.perf_counter() < until:
            with lock:
                code = next(codes, None)
            if code is None:
                return
            began = time.perf_counter()
            answer = scanner.scan(code)
            took = (time.perf_counter() - began) * 1000
            with lock:
                taken.append(took)
                answers[answer] += 1

    cpu, book = kiosk.cpu_s(), servers.cpu_s() if servers else 0.0
    began = time.perf_counter()
    threads = [threading.Thread(target=post) for _ in range(posters)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    passed = time.perf_counter() - began
    cpu = kiosk.cpu_s() - cpu
    _ledger.say(
        bench="door",
        codes=what,
        scanners=posters,
        scans=len(taken),
        per_s=round(len(taken) / passed, 1),
        per_kiosk_cpu_s=round(len(taken) / cpu, 1) if cpu else None,
        ledger_cpu_s=round(servers.cpu_s() - book, 2) if servers else None,
        p50_ms=percentile(taken, 0.5),
        p95_ms=percentile(taken, 0.95),
        p99_ms=percentile(taken, 0.99),
        answers=dict(answers),
        goal_per_s=GOAL_SCANS,
    )


def _round(codes: list[str]) -> Iterator[str]:
    while True:
        yield from codes


def _memory(kiosk: Kiosk, codes: Iterator[str], scans: int) -> None:
    lock, done = threading.Lock(), 0
    held = [rss_mb(kiosk.process.pid)]
    began = time.perf_counter()

    def post() -> None:
        nonlocal done
        scanner = _Scanner(kiosk)
        while True:
            with lock:
                if done >= scans:
                    return
                done += 1
                code = next(codes)
                if done % max(1, scans // 10) == 0:
                    held.append(rss_mb(kiosk.process.pid))
            scanner.scan(code)

    threads = [threading.Thread(target=post) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _ledger.say(
        bench="door",
        what="memory",
        scans=scans,
        seconds=round(time.perf_counter() - began, 1),
        kiosk_mb=[round(mb, 1) for mb in held],
        store_mb=round((kiosk.folder / "store.sqlite").stat().st_size / 1e6, 1),
    )


# --- pixels to verdict ------------------------------------------------------------------


class _Camera:
    """Shows the scanner one picture after the other, as a stream of JPEG."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._news = threading.Condition()
        self._frame = _jpeg(_scene(""))
        self.shown_s = 0.0
        self._fresh = False
        threading.Thread(target=self._serve, daemon=True).start()

    def show(self, text: str) -> None:
        """Put a ticket before the camera; `shown_s` is when its first pixel left."""
        with self._news:
            self._frame, self._fresh = _jpeg(_scene(text)), True
            self._news.notify_all()

    def _serve(self) -> None:
        while True:
            line, _ = self._server.accept()
            threading.Thread(target=self._stream, args=(line,), daemon=True).start()

    def _stream(self, line: socket.socket) -> None:
        line.recv(65536)
        kind = b"multipart/x-mixed-replace; boundary=frame"
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: " + kind + b"\r\n\r\n")
        with contextlib.suppress(OSError):
            while True:
                with self._news:
                    # Thirty pictures a second, and a new one at once.
                    self._news.wait_for(lambda: self._fresh, 1 / 30)
                    frame, fresh, self._fresh = self._frame, self._fresh, False
                    if fresh:
                        self.shown_s = time.perf_counter()
                head = f"--frame\r\nContent-Length: {len(frame)}\r\n\r\n".encode()
                line.sendall(head + frame + b"\r\n")


def _scene(text: str) -> "np.ndarray":
    """A 1280×720 picture of a foyer, with a ticket of this text in it."""
    scene = np.full((720, 1280), 70, np.uint8)
    scene[::7] = 82
    if text:
        side = 380
        code = cv2.QRCodeEncoder.create().encode(text)
        code = cv2.copyMakeBorder(code, 4, 4, 4, 4, cv2.BORDER_CONSTANT, value=255)
        scene[170 : 170 + side, 450 : 450 + side] = cv2.resize(
            code, (side, side), interpolation=cv2.INTER_NEAREST
        )
    return scene


def _jpeg(scene: "np.ndarray") -> bytes:
    return cv2.imencode(".jpg", scene)[1].tobytes()


def _pixels(kiosk: Kiosk, codes: list[str]) -> None:
    camera = _Camera()
    log = kiosk.folder / "scanner.log"
    with log.open("wb") as out:
        eyes = subprocess.Popen(
            [sys.executable, "-m", "scanner"],
            cwd=CHECKOUT,
            env=os.environ
            | {
                "FOH_SCANNER_SOURCE": f"http://127.0.0.1:{camera.port}/",
                "FOH_SCANNER_POST": f"http://127.0.0.1:{kiosk.port}/scans",
                "FOH_SCANNER_SECRET_FILE": str(kiosk.folder / "scanner.secret"),
                "FOH_SCANNER_NAME": "bench",
            },
            stdout=out,
            stderr=out,
        )
    taken: list[float] = []
    missed = 0
    line = http.client.HTTPConnection("127.0.0.1", kiosk.port, timeout=30)
    newest = _newest(line, 0, 0)
    time.sleep(3)
    try:
        for code in codes:
            camera.show(code)
            seen = _newest(line, newest, 2)
            if seen > newest:
                taken.append((time.perf_counter() - camera.shown_s) * 1000)
                newest = seen
            else:
                missed += 1
            camera.show("")
            time.sleep(0.25)
    finally:
        eyes.send_signal(signal.SIGKILL)
        eyes.wait()
    answered = [int(ms) for ms in re.findall(r"took_ms=(\d+)", log.read_text())]
    _ledger.say(
        bench="door",
        what="pixels to verdict",
        frames="1280x720 JPEG",
        tickets=len(codes),
        missed=missed,
        p50_ms=percentile(taken, 0.5),
        p95_ms=percentile(taken, 0.95),
        p99_ms=percentile(taken, 0.99),
        of_it_post_p50_ms=percentile([float(ms) for ms in answered], 0.5),
        goal_p95_ms=GOAL_P95_MS,
    )


def _newest(line: http.client.HTTPConnection, after: int, wait_s: float) -> int:
    line.request("GET", f"/scans/last?after={after}&wait={wait_s}")
    return int(json.loads(line.getresponse().read()).get("id") or 0)
