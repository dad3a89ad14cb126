"""A kiosk that is killed or hangs again and again while guests buy: `scripts/test crashes`.

Somebody supervises it as systemd would: what ends is started again, and what has not said
for as long as its unit allows that it is well is killed. Each time the kiosk's first page
must come back, without an error and without the last guest's order; afterwards all books
agree. How long each took is reported. Source: P25.
"""

import argparse
import os
import random
import re
import signal
import socket
import statistics
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import httpx

from lobby.scenarios.screen import NotFound, Screen
from lobby.supervisor import Program
from tests.promises.kills.evening import KIOSK, Broken, Evening
from tests.promises.trade.buyers import visit
from tests.warm import Warm

CHECKOUT: Final = Path(__file__).parents[3]
UNIT: Final = (CHECKOUT / "systemd/foh-kiosk.service").read_text()
PATIENCE_S: Final = float(re.findall(r"^WatchdogSec=(\d+)$", UNIT, re.MULTILINE)[0])
PORT_BASE: Final = 9200
# Between two comparisons of all books; seats run out after some guests.
CHECKED_EVERY, GUESTS = 10, 40
GIVEN_UP_S: Final = 60.0
PROMISED_S: Final = 10.0


class Watched(Warm):
    """Starts again what ended, and kills what has not been heard of for too long."""

    def __init__(self, *programs: Any, checkout: Path, folder: Path) -> None:
        super().__init__(*programs, checkout=checkout, folder=folder)
        self.hung = 0
        self._heard_s: float | None = None
        self._over = threading.Event()
        self._hears = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        # A name of its own without a file: the path of a house may be too long.
        self._name = f"@foh-{os.getpid()}-{id(self)}"
        self._hears.bind("\0" + self._name[1:])
        self._hears.settimeout(0.1)
        self._watching = threading.Thread(target=self._watch)
        self._watching.start()

    def _start(self, program: Program) -> Any:
        if program.name == KIOSK:
            self._heard_s = None
            told = {**program.environment, "NOTIFY_SOCKET": self._name}
            program = replace(program, environment=told)
        return super()._start(program)

    def _watch(self) -> None:
        while not self._over.is_set():
            with suppress(TimeoutError):
                self._hears.recv(99)
                self._heard_s = time.monotonic()
            heard_s = self._heard_s
            if heard_s is not None and time.monotonic() - heard_s > PATIENCE_S:
                self._heard_s = None
                if number := self.process_id(KIOSK):
                    self.hung += 1
                    os.kill(number, signal.SIGKILL)

    def stop_all(self) -> None:
        self._over.set()
        self._watching.join()
        self._hears.close()
        super().stop_all()


class Crashes:
    """One kiosk, and how long it was away each time."""

    def __init__(self, folder: Path, base: int, seed: int) -> None:
        self.evening = Evening(folder, base, supervisor=Watched)
        self._chance = random.Random(seed)
        self._never = threading.Event()
        self.away_s: dict[str, list[float]] = {"SIGKILL": [], "SIGSTOP": []}

    def hit(self, how: signal.Signals) -> None:
        """Let a guest begin, strike, and wait for the first page. Raises Broken."""
        guest = threading.Thread(target=self._visit)
        guest.start()
        time.sleep(self._chance.uniform(0.0, 2.0))
        began = time.monotonic()
        with self.evening.electrician():
            os.kill(self.evening.process(KIOSK), how)
            # The page of before the blow may still be on its way.
            time.sleep(0.05)
            screen = self._first_page(began)
            self.away_s[how.name].append(time.monotonic() - began)
            guest.join()
        if screen.status >= 400 or "order" in screen.url:
            raise Broken(f"the next guest is shown {screen.status} {screen.words[:200]}")
        screen.close()

    def _first_page(self, began: float) -> Screen:
        while time.monotonic() - began < GIVEN_UP_S:
            screen = Screen(self.evening.address(), timeout_s=1.0)
            try:
                screen.open("/")
            except httpx.HTTPError:
                screen.close()
                time.sleep(0.05)
                continue
            return screen
        raise Broken(f"no first page within {GIVEN_UP_S:.0f} s")

    def _visit(self) -> None:
        screen = Screen(self.evening.address())
        with suppress(httpx.HTTPError, NotFound):
            visit(screen, self._never)
        screen.close()


def main() -> int:
    """Give 0 when it came back each time and all books agree, 1 otherwise."""
    asked = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        crashes = Crashes(Path(folder), asked.port_base, asked.seed)
        try:
            done = _strike(crashes, asked.count, asked.minutes)
        except Broken as why:
            print(f"BROKEN: {why}")
            return 1
        finally:
            crashes.evening.close()
            Evening.end()
    for name, away_s in crashes.away_s.items():
        if away_s:
            late = sum(one > PROMISED_S for one in away_s)
            print(
                f"{len(away_s):4} {name}: first page back after"
                f" {statistics.median(away_s):.1f} s median, {max(away_s):.1f} s at most;"
                f" {late} later than {PROMISED_S:.0f} s"
            )
    print(f"{done} blows, seed {asked.seed}: all books agree")
    return 0


def _strike(crashes: Crashes, count: int, minutes: float) -> int:
    until = time.monotonic() + minutes * 60
    for done in range(1, count + 1):
        # A hang is found only after a while: one in four is enough.
        crashes.hit(signal.SIGSTOP if done % 4 == 0 else signal.SIGKILL)
        if done % CHECKED_EVERY == 0:
            crashes.evening.check()
            worst_s = max(max(away_s, default=0.0) for away_s in crashes.away_s.values())
            print(f"{done} blows, {worst_s:.1f} s away at most", flush=True)
        if time.monotonic() > until:
            break
        if done % GUESTS == 0:
            crashes.evening.begin_again()
    crashes.evening.check()
    return done


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/test crashes", description=__doc__)
    parser.add_argument("--count", type=int, default=200, metavar="N", help="of blows")
    parser.add_argument("--minutes", type=float, default=10**6, help="stop after so many")
    parser.add_argument("--seed", type=int, default=int(time.time()) % 100_000)
    parser.add_argument("--port-base", type=int, default=PORT_BASE)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
